"""Framework agreements: who may post and enter, what is called off how, and that a rotation is exact and can be recomputed."""

import asyncio
import dataclasses
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from market import clock, errors
from market.actors import ANONYMOUS, SYSTEM, Actor, Role
from market.awards import forfeiture
from market.awards import service as awards
from market.awards.models import Award
from market.awards.replay import replay
from market.contracts import service as contracts
from market.frameworks import read
from market.frameworks import service as frameworks
from market.frameworks.models import CallOff, Framework, FrameworkEntry, FrameworkTurn
from market.log.models import LogEntry
from market.projects import service as projects
from market.projects.forms import AmendProject
from market.projects.models import Project, Quoting, SelectionMethod
from market.quotes.models import Quote
from market.workdays import working_day_after, working_days_from
from tests import contest
from tests.contest import NOON, member
from tests.factories_frameworks import (
    EARLIER,
    ENDS,
    admitted,
    called_off,
    decided,
    need,
    offered,
    open_framework,
    terms,
)


@pytest.fixture
async def buyer(database: str, shipped_catalogue: None) -> Actor:
    """An applicant, in a world with a catalogue."""
    return await member(Role.APPLICANT)


async def turns(framework: Framework) -> list[tuple[str, str]]:
    """Who had each turn, and how."""
    [rows] = await read.turns_by_framework([framework.id])
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    return [(row.member.code, row.cause) for row in rows]


async def winner(project: Project) -> str:
    """Who won, as anybody recomputes it."""
    assert (await decided(project)).state == "standstill"
    award = await Award.get(project_id=project.id).select_related("supplier")
    again = await replay(ANONYMOUS, project.code)
    assert (again.winner, again.difference) == (award.supplier.code, None)
    return award.supplier.code


def problems(caught: pytest.ExceptionInfo[errors.InvalidInput]) -> set[tuple[str, str]]:
    """Paths and codes."""
    return {(problem.path, problem.code) for problem in caught.value.fields}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ends_at": EARLIER}, {("endsAt", "in_the_past")}),
        ({"ends_at": NOON + timedelta(days=731)}, {("endsAt", "too_late")}),
        ({"ceiling_fen": None}, {("ceiling", "price_or_discount")}),
        ({"item_codes": ()}, {("itemCodes", "out_of_range")}),
        ({"item_codes": ("没有",)}, {("itemCodes", "unknown_code")}),
        ({"item_codes": (contest.CHOICE_ITEM, contest.AGENCY_ITEM)}, {("itemCodes", "one_class")}),
        ({"discount_bp": 10_000, "title": " "}, {("title", "required"), ("discountBp", "out_of_range")}),
    ],
)
async def test_terms_are_checked(buyer: Actor, changes: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    """By field; nothing is stored."""
    with clock.fixed(NOON), pytest.raises(errors.InvalidInput) as caught:
        await frameworks.post_framework(await member(Role.OPERATOR), terms(**changes))
    assert problems(caught) == expected and not await Framework.all().count()


async def test_an_agency_chooses_for_nobody_who_pays(buyer: Actor) -> None:
    """It may post a framework for what agencies commission, not for what applicants pay; cancelled items are nobody's."""
    agency = await member(Role.AGENCY)
    with clock.fixed(NOON):
        with pytest.raises(errors.InvalidInput) as caught:
            await frameworks.post_framework(agency, terms(item_codes=(contest.MANDATORY_ITEM,)))
        with pytest.raises(errors.ItemCancelled):
            await frameworks.post_framework(agency, terms(item_codes=(contest.CANCELLED_ITEM,)))
        posted = await frameworks.post_framework(agency, form := terms(item_codes=(contest.AGENCY_ITEM,)))
        assert (await frameworks.post_framework(agency, form)).id == posted.id
    assert problems(caught) == {("itemCodes", "framework_by_operator")}


async def test_nobody_is_admitted_for_a_call_off_that_is_published(buyer: Actor) -> None:
    """A newcomer has waited longest: admitted after the notice it waits for the next one. Nor does the owner enter its own."""
    owner, framework = await open_framework()
    members = await admitted(owner, framework, 3)
    project = await called_off(buyer, need(framework))
    [late] = await admitted(owner, framework, 1, at=NOON)
    await FrameworkEntry.filter(member_id=late.organisation_id).update(decided_at=NOON + timedelta(seconds=1))
    with pytest.raises(errors.NotAMember):
        await offered(project, late)
    await offered(project, *members)
    with clock.fixed(NOON):
        house = dataclasses.replace(late, organisation_id=framework.owner_id)
        with pytest.raises(errors.SelfDealing):
            await frameworks.enter_framework(house, framework.code)


async def test_review_takes_four_eyes(buyer: Actor) -> None:
    """Not by its poster; returned it stays unpublished and cannot be entered; decided once."""
    operator, other, bidder = await member(Role.OPERATOR), await member(Role.OPERATOR), await member(Role.INTERMEDIARY)
    with clock.fixed(NOON):
        posted = await frameworks.post_framework(operator, terms())
        with pytest.raises(errors.NotPermitted):
            await frameworks.review_framework(operator, posted.code, approve=True)
        with pytest.raises(errors.NotFound):
            await frameworks.enter_framework(bidder, posted.code)
        await frameworks.review_framework(other, posted.code, approve=False, note="条款不清")
        with pytest.raises(errors.WrongState):
            await frameworks.review_framework(other, posted.code, approve=True)
    assert not read.may_see(ANONYMOUS, await Framework.get(id=posted.id))


async def test_entry_stays_open_and_refusals_have_reasons(buyer: Actor) -> None:
    """Apply, be refused with a reason, apply again, be admitted, leave, come back; all of it stays on record and in the log."""
    owner, framework = await open_framework()
    bidder = await member(Role.INTERMEDIARY)
    code = await contest.code_of(bidder)
    with clock.fixed(NOON):
        await frameworks.enter_framework(bidder, framework.code)
        with pytest.raises(errors.AlreadyFiled):
            await frameworks.enter_framework(bidder, framework.code)
        with pytest.raises(errors.InvalidInput):
            await frameworks.decide_entry(owner, framework.code, code, admit=False)
        with pytest.raises(errors.NotPermitted):
            await frameworks.decide_entry(await member(Role.OPERATOR), framework.code, code, admit=True)
        await frameworks.decide_entry(owner, framework.code, code, admit=False, reason="有不良记录")
        with pytest.raises(errors.NotFound):
            await frameworks.decide_entry(owner, framework.code, code, admit=True)
    await waited(bidder, framework, NOON)
    with clock.fixed(later := working_days_from(NOON, 10).at):
        await frameworks.decide_entry(owner, framework.code, code, admit=True)
        await frameworks.leave_framework(bidder, framework.code)
        with pytest.raises(errors.NotFound):
            await frameworks.leave_framework(bidder, framework.code)
    await waited(bidder, framework, later)
    [entries] = await read.entries_by_framework([framework.id])
    assert {(e.admitted, e.reason, e.live, bool(e.left_at)) for e in entries} == {
        (False, "有不良记录", None, False),
        (True, "", None, True),
        (None, "", True, False),
    }
    acts = await LogEntry.filter(subject=f"framework:{framework.code}").order_by("seq").values_list("action", flat=True)
    assert [act.partition(":")[2] for act in acts] == [
        *("post", "approve", "enter", "decide"),
        *("enter", "decide", "leave", "enter"),
    ]


async def waited(bidder: Actor, framework: Framework, since: datetime) -> None:
    """It applies again once ten working days are over since it was refused or left, and not a moment earlier."""
    again_at = working_days_from(since, 10).at
    with clock.fixed(again_at - timedelta(microseconds=1)), pytest.raises(errors.AppliesTooSoon) as refused:
        await frameworks.enter_framework(bidder, framework.code)
    assert (refused.value.framework_code, refused.value.again_at) == (framework.code, again_at)
    with clock.fixed(again_at):
        await frameworks.enter_framework(bidder, framework.code)


async def test_an_application_is_decided_in_time(buyer: Actor) -> None:
    """Ten working days, told in the log; afterwards it is overdue until it is decided, and whoever took it back waits for nobody."""
    owner, framework = await open_framework()
    one, two = [await member(Role.INTERMEDIARY) for _ in range(2)]
    until = working_days_from(NOON, 10).at
    with clock.fixed(NOON):
        for bidder in (one, two):
            await frameworks.enter_framework(bidder, framework.code)
        await frameworks.leave_framework(two, framework.code)
    assert f'"decideBy":"{until.isoformat()}"' in (await LogEntry.filter(action="framework:enter").order_by("seq"))[0].body
    for at, overdue in ((until, []), (until + timedelta(microseconds=1), [one.organisation_id])):
        [entries] = await read.entries_by_framework([framework.id])
        assert [entry.member_id for entry in entries if read.is_overdue(entry, at)] == overdue
        assert await read.with_overdue_entries(at) == ((framework.id,) if overdue else ())
    with clock.fixed(until + timedelta(days=1)):
        await frameworks.decide_entry(owner, framework.code, await contest.code_of(one), admit=True)
        assert await read.with_overdue_entries(until + timedelta(days=9)) == ()


async def test_a_term_ends(buyer: Actor) -> None:
    """After it nobody enters, and nothing is called off."""
    _, framework = await open_framework()
    late = ENDS + timedelta(seconds=1)
    with clock.fixed(late), pytest.raises(errors.WrongState) as refused:
        await frameworks.enter_framework(await member(Role.INTERMEDIARY), framework.code)
    assert refused.value.state == "ended"
    with clock.fixed(late), pytest.raises(errors.InvalidInput) as caught:
        await projects.post_project(buyer, need(framework))
    assert problems(caught) == {("framework", "unknown_code")}


async def test_the_items_qualifications_are_asked_of_the_register(buyer: Actor) -> None:
    """Whoever does not hold what an item demands is told so when it applies."""
    form = terms(item_codes=("ZSZJ-01-004",))
    _, framework = await open_framework(form=form)
    with clock.fixed(NOON), pytest.raises(errors.QualificationMissing):
        await frameworks.enter_framework(await member(Role.INTERMEDIARY), framework.code)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"method": SelectionMethod.LOWEST_PRICE}, {("method", "differs_from_framework")}),
        ({"ceiling_fen": 100_001}, {("ceiling", "above_framework")}),
        ({"ceiling_fen": None}, {("ceiling", "fixed_price_required")}),
        ({"framework": None}, {("framework", "required")}),
        ({"framework": "KJ-1"}, {("framework", "unknown_code")}),
        ({"item_code": "ZSZJ-09-001"}, {("itemCode", "not_in_framework")}),
    ],
)
async def test_a_call_off_keeps_to_its_framework(buyer: Actor, changes: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    """Method, price, item; and a rotation is nothing without one."""
    _, framework = await open_framework()
    with clock.fixed(NOON), pytest.raises(errors.InvalidInput) as caught:
        await projects.post_project(buyer, need(framework, **changes))
    assert problems(caught) == expected


async def test_a_discount_is_taken_off(buyer: Actor) -> None:
    """12.34 % off 900 yuan, half up; the price cannot be amended afterwards, and rates are not quoted again."""
    _, framework = await open_framework(form=terms(CallOff.LOWEST_PRICE, ceiling_fen=None, discount_bp=1234))
    with clock.fixed(NOON):
        project = await projects.post_project(buyer, need(framework, ceiling_fen=90_002))
        with pytest.raises(errors.InvalidInput) as caught:
            await projects.amend_project(buyer, AmendProject(project.code, project.version, "涨价", ceiling_fen=95_000))
        with pytest.raises(errors.InvalidInput):
            await projects.post_project(buyer, need(framework, quoting=Quoting.DISCOUNT_RATE))
    assert (project.ceiling_fen, problems(caught)) == (78_896, {("ceiling", "not_allowed_here")})


async def test_rotation_gives_everybody_its_turn(buyer: Actor) -> None:
    """Three call-offs reach three members; a stranger cannot quote; each is recomputed from what the log published, also afterwards."""
    owner, framework = await open_framework()
    members = await admitted(owner, framework, 3)
    won: list[str] = []
    rounds = []
    for number in range(3):
        project = await called_off(buyer, need(framework), NOON + timedelta(days=7 * number))
        assert project.terms["framework"] == framework.code and project.terms["minimumQuotes"] == 1
        await offered(project, *members)
        with pytest.raises(errors.NotAMember):
            await offered(project, await member(Role.INTERMEDIARY))
        won.append(await winner(project))
        rounds.append(project)
    assert len(set(won)) == 3 and await turns(framework) == [(code, "awarded") for code in won]
    assert [(await replay(ANONYMOUS, project.code)).difference for project in rounds] == [None] * 3
    [first, *_] = await FrameworkTurn.filter(framework_id=framework.id).order_by("number")
    assert first.project_code == rounds[0].code


async def test_who_does_not_offer_loses_its_turn(buyer: Actor) -> None:
    """It stood before the winner; who came after the notice or left before the deadline loses nothing."""
    owner, framework = await open_framework()
    one, two, three = await admitted(owner, framework, 3)
    codes = {await contest.code_of(actor): actor for actor in (one, two, three)}
    first = await called_off(buyer, need(framework))
    await offered(first, one, two, three)
    won = await winner(first)
    second = await called_off(buyer, need(framework), NOON + timedelta(days=7))
    await admitted(owner, framework, 1, NOON + timedelta(days=8))
    await offered(second, codes[won])
    assert await winner(second) == won
    passed = [code for code, cause in await turns(framework) if cause == "passed"]
    assert set(passed) == set(codes) - {won}
    award = await Award.get(project_id=second.id)
    assert award.reasons["worked"]["passed"] == passed
    third = await called_off(buyer, need(framework), NOON + timedelta(days=14))
    with clock.fixed(NOON + timedelta(days=15)):
        await frameworks.leave_framework(codes[passed[0]], framework.code)
    await offered(third, codes[won], codes[passed[1]])
    assert await winner(third) == passed[1]
    assert [cause for code, cause in (await turns(framework))[4:] if code == passed[0]] == []


async def test_who_gives_up_has_had_its_turn(buyer: Actor) -> None:
    """The next in order has the next turn, and both stand behind the third."""
    owner, framework = await open_framework()
    members = await admitted(owner, framework, 3)
    codes = {await contest.code_of(actor): actor for actor in members}
    project = await called_off(buyer, need(framework))
    await offered(project, *members)
    first = await winner(project)
    with clock.fixed(NOON + timedelta(days=5)):
        await forfeiture.decline_award(codes[first], project.code, "人手不足")
    award = await Award.get(project_id=project.id).select_related("supplier")
    second = award.supplier.code
    assert await turns(framework) == [(first, "awarded"), (second, "awarded")]
    assert (await replay(ANONYMOUS, project.code)).difference is None
    again = await called_off(buyer, need(framework), NOON + timedelta(days=14))
    await offered(again, *members)
    assert {await winner(again)} == set(codes) - {first, second}


async def test_two_openings_at_once_take_one_turn_each(buyer: Actor) -> None:
    """Decided in the same moment by two workers: one after the other, and both are recomputed."""
    owner, framework = await open_framework()
    members = await admitted(owner, framework, 2)
    both = [await called_off(buyer, need(framework)) for _ in range(2)]
    for project in both:
        await offered(project, *members)
    with clock.fixed(contest.OPENS):
        assert await asyncio.gather(*(awards.settle(SYSTEM, project.id) for project in both)) == [True, True]
    assert {await winner(project) for project in both} == {await contest.code_of(one) for one in members}
    assert len(await turns(framework)) == 2


async def test_a_history_that_was_altered_is_named(buyer: Actor) -> None:
    """A turn given to somebody else, a member let in earlier, a departure taken out: each differs from the log."""
    owner, framework = await open_framework()
    one, two = await admitted(owner, framework, 2)
    project = await called_off(buyer, need(framework))
    await offered(project, one)
    await winner(project)
    entries, turned = FrameworkEntry.filter(member_id=two.organisation_id), FrameworkTurn.filter(member_id=one.organisation_id)
    altered: list[tuple[Any, dict[str, Any], dict[str, Any], str]] = [
        (turned, {"cause": "passed"}, {"cause": "awarded"}, "turns"),
        (entries, {"decided_at": NOON}, {"decided_at": EARLIER}, "members"),
        (entries, {"left_at": NOON}, {"left_at": None}, "leavers"),
    ]
    for rows, change, restored, part in altered:
        await rows.update(**change)
        found = (await replay(ANONYMOUS, project.code)).difference
        assert found is not None and found.part == part
        await rows.update(**restored)
    assert (await replay(ANONYMOUS, project.code)).difference is None


@pytest.mark.parametrize("call_off", [CallOff.RANDOM_DRAW, CallOff.LOWEST_PRICE])
async def test_draws_and_mini_quotes_among_members(buyer: Actor, call_off: CallOff) -> None:
    """The ordinary contest of that method, for members; its draw was committed to before anybody knew who would offer."""
    owner, framework = await open_framework(form=terms(call_off))
    members = await admitted(owner, framework, 3)
    project = await called_off(buyer, need(framework))
    assert project.terms["draw"]["commitment"] and not await Quote.all().count()
    if call_off is CallOff.RANDOM_DRAW:
        await offered(project, *members)
        assert await winner(project) in [await contest.code_of(one) for one in members]
    else:
        for fen, one in zip((80_000, 70_000, 75_000), members, strict=True):
            await offered(project, one, fen=fen)
        assert await winner(project) == await contest.code_of(members[1])
    assert await turns(framework) == []


async def test_an_agency_calls_off_among_three(buyer: Actor) -> None:
    """Its own framework for its own items: with two members it would come near a direct selection; the contract is a framework's."""
    agency = await member(Role.AGENCY)
    _, framework = await open_framework(agency, terms(item_codes=(contest.AGENCY_ITEM,)))
    members = await admitted(agency, framework, 2)
    form = await contest.agency_form(buyer, framework=framework.code, method=SelectionMethod.ROTATION, ceiling_fen=90_000)
    with pytest.raises(errors.TooFewMembers) as refused:
        await called_off(agency, form)
    assert (refused.value.members, refused.value.needed) == (2, 3)
    with clock.fixed(NOON), pytest.raises(errors.MayNotCommission):
        await projects.post_project(buyer, contest.again(form, case=None, idempotency_key="x", told_not_obliged=True))
    members += await admitted(agency, framework)
    project = await Project.get(state="under_review")
    with clock.fixed(NOON):
        project = await projects.review_project(await member(Role.OPERATOR), project.code, approve=True)
    await offered(project, *members)
    supplier = await winner(project)
    award = await Award.get(project_id=project.id)
    with clock.fixed(award.standstill_until):
        await awards.confirm_award(agency, project.code)
    signed_on = date(2026, 12, 5)
    due_on = working_day_after(signed_on, 15)
    with clock.fixed(NOON + timedelta(days=14)):
        filing = contracts.FileContract(project.code, 90_000, supplier, contest.AGENCY_ITEM, signed_on, due_on)
        contract = await contracts.file_contract(agency, filing)
    assert (contract.method, contract.client_id) == ("framework", agency.organisation_id)
