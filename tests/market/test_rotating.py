"""Who is not free to offer in a rotation keeps its turn, and it is published who and why; only those who could are counted."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import date, timedelta
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from market import clock, db, errors
from market.actors import ANONYMOUS, Actor, Role
from market.avoidance import service as avoidance
from market.avoidance.models import Avoidance
from market.awards import forfeiture, framework_replay, objections, witnessing
from market.awards import service as awards
from market.awards.differences import Difference
from market.awards.models import Award, OpeningWitness
from market.awards.replay import replay
from market.draws.models import Draw
from market.frameworks import read
from market.frameworks import service as frameworks
from market.frameworks.models import Framework, FrameworkEntry
from market.log.models import LogEntry
from market.parties import service as parties
from market.parties.models import HeldQualification, Membership, Organisation
from market.practitioners.models import Practitioner
from market.projects import service as projects
from market.projects.models import Project, SelectionMethod
from market.quotes import service as quotes
from market.quotes.models import Quote
from market.selection import draw
from tests import contest
from tests.contest import NOON, code_of, member
from tests.factories_frameworks import admitted, called_off, decided, need, offered, open_framework, terms
from tests.market.test_barred import listed, taken_over
from tests.market.test_frameworks import turns, winner
from tests.market.test_practitioners import registered

WEEK = timedelta(days=7)


class World:
    """An agency's framework of four members; the last of them is the one that this is about."""

    agency: Actor
    operator: Actor
    framework: Framework
    members: list[Actor]

    async def call_off(self, number: int = 0) -> Project:
        """Its next order, published so many weeks after noon."""
        changes: dict[str, Any] = {"method": SelectionMethod.ROTATION, "ceiling_fen": 90_000}
        form = await contest.agency_form(await member(Role.APPLICANT), framework=self.framework.code, **changes)
        return await called_off(self.agency, form, NOON + number * WEEK)


@pytest.fixture
async def world(database: str, shipped_catalogue: None) -> World:
    """Nobody has had a turn yet."""
    it = World()
    it.agency, it.operator = await member(Role.AGENCY), await member(Role.OPERATOR)
    _, it.framework = await open_framework(it.agency, terms(item_codes=(contest.AGENCY_ITEM,)))
    it.members = await admitted(it.agency, it.framework, 4)
    return it


async def lifted(row: Avoidance, at: Any) -> None:
    """Taken off the list by another operator."""
    with clock.fixed(at):
        await avoidance.lift_avoidance(await member(Role.OPERATOR), row.code, "已离职")


async def barred_before(world: World, project: Project, one: Actor) -> str:
    """On the operator's list from the notice until the deadline is over: it cannot offer, though nobody bars it when it is opened."""
    row = await listed(world.operator, world.agency, one)
    with pytest.raises(errors.OnAvoidanceList):
        await offered(project, one)
    assert project.closes_at
    await lifted(row, project.closes_at + timedelta(seconds=1))
    return "on_avoidance_list"


async def excluded(world: World, project: Project, one: Actor) -> str:
    """It offers, and is the agency's own by the opening."""
    await offered(project, one)
    await taken_over(world.agency, one)
    return "affiliate_of_agency"


Bar = Callable[[World, Project, Actor], Coroutine[Any, Any, str]]


@pytest.mark.parametrize("bar", [barred_before, excluded])
async def test_who_was_not_free_to_offer_keeps_its_turn(world: World, bar: Bar) -> None:
    """Of four only one offers: two lose their turn, the one that may not does not; everybody reads why and recomputes it."""
    one, two, three, four = world.members
    first, second = await world.call_off(), await world.call_off()
    await offered(first, one)
    why = {await code_of(four): await bar(world, first, four)}
    await offered(second, one)
    if bar is barred_before:  # else it is the agency's own by now
        await bar(world, second, four)
    for project in (first, second):
        assert await winner(project) == await code_of(one)
        award = await Award.get(project_id=project.id)
        assert award.reasons["worked"]["leftOut"] == why
        assert award.reasons["worked"]["roster"] == sorted([await code_of(member_) for member_ in (one, two, three)])
    assert {code for code, cause in await turns(world.framework) if cause == "passed"} == {
        await code_of(two),
        await code_of(three),
    }
    said = {await code_of(four): why[await code_of(four)]} if bar is barred_before else {}
    entry = await LogEntry.filter(action="quotes:open").order_by("seq").first()
    assert (
        entry and f'"leftOut":{str(said).replace(chr(39), chr(34)).replace(" ", "")}' in entry.body and "李科长" not in entry.body
    )
    award.reasons["worked"] |= {"leftOut": {}, "passed": [await code_of(four)]}
    await award.save(update_fields=["reasons"])
    found = (await replay(ANONYMOUS, second.code)).difference
    assert found and found.part == "worked"


async def test_who_was_free_and_is_barred_afterwards_has_had_its_chance(world: World) -> None:
    """It did not offer while it could: listed only after the deadline. So has whoever names people that are not its own."""
    one, _, three, four = world.members
    project = await world.call_off()
    await offered(project, one)
    person = await registered(four)
    with clock.fixed(NOON):
        await quotes.submit_quote(four, quotes.SubmitQuote("k", project.code, 90_000, 15, practitioners=(person.code,)))
    await Practitioner.filter(id=person.id).update(valid_to=date(2026, 11, 25))
    assert project.closes_at
    await listed(world.operator, world.agency, three, project.closes_at + timedelta(seconds=1))
    assert await winner(project) == await code_of(one)
    worked = (await Award.get(project_id=project.id)).reasons["worked"]
    assert "leftOut" not in worked and len(worked["roster"]) == 4
    assert (await Project.get(id=project.id)).excluded == {await code_of(four): "practitioner_not_registered"}


async def test_who_keeps_its_nonce_back_loses_its_turn(world: World) -> None:
    """It dodges an order that it may have to take: invalid, and among the silent, at the place that the draw gives it."""
    dodger, one, *_ = world.members
    code, won = await code_of(dodger), await code_of(one)
    for number in range(2):
        project = await world.call_off(number)
        hashed = draw.nonce_hash(project.code, code, b"\x07" * 32).hex()
        with clock.fixed(NOON + number * WEEK):
            await quotes.submit_quote(dodger, quotes.SubmitQuote(f"k{number}", project.code, 90_000, 15, "", hashed))
        await offered(project, one)
        assert (await decided(project)).state == "closed"  # as long as the nonce may still be shown
        assert await winner(await Project.get(id=project.id)) == won
        quote = await Quote.get(project_id=project.id, bidder_id=dodger.organisation_id)
        assert (quote.invalid_reason, quote.rank) == ("nonce_not_revealed", None)
        worked = (await Award.get(project_id=project.id)).reasons["worked"]
        assert code in worked["roster"] and "leftOut" not in worked
        if number == 0:  # nobody had a turn: the draw alone says who stands before the winner
            drawn = (await Draw.get(project_id=project.id)).transcript
            assert drawn and drawn["excluded"] == [code]
            order = draw.order(bytes.fromhex(drawn["draw"]["prk"]), worked["roster"])
            assert worked["passed"] == list(order[: order.index(won)])
    assert code in worked["passed"] and (code, "passed") in await turns(world.framework)


async def test_an_agencys_own_late_entry_takes_no_turn_away(world: World) -> None:
    """What it lists by itself after the notice bars nobody, so nobody is left out for it; what it listed before does."""
    one, two, _, four = world.members
    acts = {"account_id": world.agency.account_id, "organisation_id": world.agency.organisation_id, "role": Role.AGENCY}
    await Membership.create(**acts, since=NOON)
    await listed(world.agency, world.agency, four, NOON - timedelta(hours=1))
    project = await world.call_off()
    await listed(world.agency, world.agency, two, NOON + timedelta(hours=1))
    await offered(project, one)
    assert await winner(project) == await code_of(one)
    assert (await Award.get(project_id=project.id)).reasons["worked"]["leftOut"] == {await code_of(four): "on_avoidance_list"}


async def test_the_buyer_itself_and_the_unqualified_are_left_out(world: World) -> None:
    """A member that orders cannot offer to itself; nor can one whose qualification ran out before the deadline.

    One that is recorded after the deadline changes nothing of it; one that the log does not know is named.
    """
    owner, framework = await open_framework(form=terms(item_codes=(contest.MANDATORY_ITEM,)))
    members = [await member(Role.INTERMEDIARY) for _ in range(3)]
    for one in members:
        held = {"organisation_id": one.organisation_id, "qualification": "安全评价机构资质", "certificate_no": "1"}
        await HeldQualification.create(**held, valid_from=date(2020, 1, 1))
        with clock.fixed(NOON):
            await frameworks.enter_framework(one, framework.code)
            await frameworks.decide_entry(owner, framework.code, await code_of(one), admit=True)
    buyer = await member(Role.APPLICANT, await Organisation.get(id=members[0].organisation_id))
    form = contest.form(framework=framework.code, method=SelectionMethod.ROTATION, ceiling_fen=90_000)
    project = await called_off(buyer, form)
    await HeldQualification.filter(organisation_id=members[1].organisation_id).update(valid_to=date(2026, 11, 26))
    await offered(project, members[2])
    assert await winner(project) == await code_of(members[2])
    left_out = {await code_of(members[0]): "self_dealing", await code_of(members[1]): "qualification_missing"}
    assert (await Award.get(project_id=project.id)).reasons["worked"]["leftOut"] == left_out
    await HeldQualification.filter(organisation_id=members[1].organisation_id).update(valid_to=None)
    found = (await replay(ANONYMOUS, project.code)).difference
    assert found == Difference(f"left out {await code_of(members[1])}", "qualification_missing", "")
    newer = parties.RecordQualification(await code_of(members[1]), "安全评价机构资质", "2", date(2020, 1, 1))
    with clock.fixed(NOON + WEEK):
        await parties.record_qualification(world.operator, newer)
    assert (await replay(ANONYMOUS, project.code)).difference is None


async def test_only_those_who_can_offer_make_up_the_minimum(world: World) -> None:
    """Four members of whom one is the agency's own and one is listed are two: nothing is called off."""
    await taken_over(world.agency, world.members[0])
    row = await listed(world.operator, world.agency, world.members[1])
    with pytest.raises(errors.TooFewMembers) as refused:
        await world.call_off()
    assert (refused.value.members, refused.value.needed) == (2, 3)
    await lifted(row, NOON)
    with clock.fixed(NOON):
        project = await projects.review_project(world.operator, (await Project.get()).code, approve=True)
    assert (project.state, project.able_count) == ("open", 3)


async def test_few_members_are_counted_and_explained(world: World) -> None:
    """An applicant's call-off from two: no review without a reason, and both stand in the notice."""
    owner, framework = await open_framework()
    await admitted(owner, framework, 2)
    buyer = await member(Role.APPLICANT)
    with clock.fixed(NOON):
        project = await projects.post_project(buyer, need(framework))
        with pytest.raises(errors.InvalidInput) as refused:
            await projects.submit_for_review(buyer, project.code)
        await projects.submit_for_review(buyer, project.code, "刚刚开放入围")
        project = await projects.review_project(world.operator, project.code, approve=True)
    [problem] = refused.value.fields
    assert (problem.path, problem.code, problem.facts) == ("narrowReason", "narrow_members", (("able", "2"), ("below", "3")))
    assert (project.able_count, project.narrow_reason) == (2, "刚刚开放入围")


async def test_who_stood_before_the_next_in_order_loses_its_turn_too(world: World) -> None:
    """Between the winner that gave it up and the next one stood a member that did not offer; a wrong list of turns is named."""
    project = await world.call_off()
    await offered(project, *world.members)
    order = [await winner(project)]
    by_code = {await code_of(one): one for one in world.members}
    for _ in range(3):  # so that everybody has a turn, and the next order is known
        with clock.fixed(NOON + timedelta(days=5)):
            await forfeiture.decline_award(by_code[order[-1]], project.code, "人手不足")
        order.append((await Award.get(project_id=project.id).select_related("supplier")).supplier.code)
    assert await turns(world.framework) == [(code, "awarded") for code in order]
    again = await world.call_off(1)
    await offered(again, by_code[order[0]], by_code[order[2]])
    assert await winner(again) == order[0]
    with clock.fixed(NOON + WEEK + timedelta(days=5)):
        await forfeiture.decline_award(by_code[order[0]], again.code, "人手不足")
    assert (await turns(world.framework))[4:] == [(order[0], "awarded"), (order[1], "passed"), (order[2], "awarded")]
    assert (await replay(ANONYMOUS, again.code)).difference is None
    award = await Award.get(project_id=again.id)
    found = await framework_replay.turned(again, award.reasons, [order[0]], await awards.place_of(again))
    assert found and found.part == "turns of the call-off"


async def test_a_member_that_lost_its_turn_may_object(world: World) -> None:
    """It made no quote, and is concerned all the same; a stranger is not."""
    project = await world.call_off()
    await offered(project, world.members[0])
    await decided(project)
    with clock.fixed(contest.OPENS + timedelta(hours=1)):
        for one in world.members[1:]:
            assert (await objections.raise_objection(one, project.code, "公告没有送达")).turn == 1
        with pytest.raises(errors.NotPermitted):
            await objections.raise_objection(await member(Role.INTERMEDIARY), project.code, "公告没有送达")


async def test_nobody_decides_on_its_own_application(world: World) -> None:
    """Whoever acts for the applicant, or did, leaves the decision to another of the owner's."""
    applicant = await member(Role.INTERMEDIARY)
    both = {"account_id": world.agency.account_id, "organisation_id": applicant.organisation_id, "role": Role.INTERMEDIARY}
    await Membership.create(**both, since=NOON)
    with clock.fixed(NOON):
        await frameworks.enter_framework(applicant, world.framework.code)
        with pytest.raises(errors.SelfDealing):
            await frameworks.decide_entry(world.agency, world.framework.code, await code_of(applicant), admit=True)
    other = await member(Role.AGENCY, await Organisation.get(id=world.agency.organisation_id))
    with clock.fixed(NOON):
        await frameworks.decide_entry(other, world.framework.code, await code_of(applicant), admit=True)


async def test_nobody_leaves_while_a_call_off_is_decided(world: World) -> None:
    """Who leaves waits for whoever holds the framework, and has left after it, not before: the replay finds the same roster."""
    held, done = asyncio.Event(), asyncio.Event()

    async def holding() -> None:
        async with in_transaction():
            await frameworks.hold(world.framework.id)
            held.set()
            await done.wait()

    holder = asyncio.create_task(holding())
    await held.wait()
    leaver = asyncio.create_task(frameworks.leave_framework(world.members[0], world.framework.code))
    await asyncio.sleep(0.2)
    assert not leaver.done()
    released = clock.system_now()
    done.set()
    await asyncio.gather(holder, leaver)
    entry = await FrameworkEntry.get(member_id=world.members[0].organisation_id)
    assert entry.left_at and entry.left_at >= released - timedelta(seconds=0.05)
    [logged] = await LogEntry.filter(action="framework:leave")
    assert logged.at == entry.left_at


async def test_a_replay_reads_one_moment(world: World) -> None:
    """What is written while it reads is not seen by it, half or whole."""

    began = asyncio.Event()

    async def counted() -> list[int]:
        first = await Framework.all().count()
        began.set()
        await asyncio.sleep(0.3)
        return [first, await Framework.all().count()]

    async def written() -> None:
        await began.wait()
        await open_framework()

    writer = asyncio.create_task(written())
    assert await db.at_one_moment(counted()) == [1, 1]
    await writer
    assert await Framework.all().count() == 2


async def test_a_witness_holds_the_framework(world: World) -> None:
    """It recomputes a call-off while nobody enters, leaves or has a turn, and agrees."""
    project = await world.call_off()
    await offered(project, *world.members)
    await decided(project)
    regulator = await member(Role.REGULATOR)
    with clock.fixed(NOON + WEEK):  # who leaves before the deadline is not in the roster
        async with asyncio.TaskGroup() as group:
            group.create_task(witnessing.witness_opening(regulator, project.code))
            for one in world.members:
                group.create_task(frameworks.leave_framework(one, world.framework.code))
    assert await OpeningWitness.all().values_list("agrees", flat=True) == [True]
    [entries] = await read.entries_by_framework([world.framework.id])
    assert all(entry.left_at for entry in entries)


async def test_who_was_left_out_for_nothing_is_named(world: World) -> None:
    """Slipped in while it was opened, and taken out again."""
    project, [one, *_, four] = await world.call_off(), world.members
    await offered(project, one)
    row = await listed(world.operator, world.agency, four)
    assert await winner(project) == await code_of(one)
    await Avoidance.filter(id=row.id).delete()
    found = (await replay(ANONYMOUS, project.code)).difference
    assert found == Difference(f"left out {await code_of(four)}", "on_avoidance_list", "")
