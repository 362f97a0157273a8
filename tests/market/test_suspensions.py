"""A suspended award stands still until it is lifted; witnesses recompute an opening and sign what they found."""

import dataclasses
import itertools
from datetime import timedelta

import pytest

from market import clock, errors
from market.actors import ANONYMOUS, Actor, Role
from market.awards import forfeiture, objections, replay, service, suspensions, witnessing
from market.awards.models import Award, AwardSuspension, OpeningWitness
from market.catalogue import read as catalogue
from market.contracts import service as contracts
from market.log import read as log_read
from market.log.models import LogEntry
from market.parties.models import Membership, Organisation, PartyRelation, RelationKind
from market.projects.models import Project
from market.workdays import working_days_from
from tests import contest
from tests.contest import OPENS, member

LATER = OPENS + timedelta(days=20)


class Hall:
    """An opened contest of one bidder, its buyer, its regulator."""

    def __init__(self, buyer: Actor, bidder: Actor, regulator: Actor, project: Project) -> None:
        self.buyer, self.bidder, self.regulator, self.project = buyer, bidder, regulator, project

    async def suspended(self) -> str:
        """The code of a new suspension."""
        await suspensions.suspend_award(self.regulator, self.project.code, "收到投诉，正在核查")
        return (await AwardSuspension.get(project_id=self.project.id, live=True)).code

    async def confirmed(self) -> Award:
        """The buyer confirms."""
        return await service.confirm_award(self.buyer, self.project.code)


@pytest.fixture
async def hall(database: str) -> Hall:
    """In the standstill."""
    await contest.catalogue_loaded()
    buyer, bidder = await member(Role.APPLICANT), await member(Role.INTERMEDIARY)
    project = await contest.published(buyer, contest.form(contest.CHOICE_ITEM, told_not_obliged=True))
    await contest.quoted(bidder, project, 100)
    return Hall(buyer, bidder, await member(Role.REGULATOR), await contest.opened(project))


async def test_a_suspended_award_is_not_confirmed(hall: Hall) -> None:
    """Not after the standstill either, with the reason; once lifted it is. Both reasons are in the log."""
    with clock.fixed(LATER):
        code = await hall.suspended()
        with pytest.raises(errors.AwardSuspended) as refused:
            await hall.confirmed()
        assert (refused.value.suspension_code, refused.value.reason) == (code, "收到投诉，正在核查")
        with pytest.raises(errors.AlreadyFiled):
            await hall.suspended()
        await suspensions.lift_suspension(hall.regulator, code.lower(), "投诉不成立")
        with pytest.raises(errors.WrongState):
            await suspensions.lift_suspension(hall.regulator, code, "x")
        assert (await hall.confirmed()).confirmed_at == LATER
        assert (await replay.replay(ANONYMOUS, hall.project.code)).difference is None
    assert "正在核查" in (await LogEntry.get(action="award:suspend")).body
    assert "投诉不成立" in (await LogEntry.get(action="award:lift_suspension")).body


async def test_no_contract_and_no_forfeiture_meanwhile(hall: Hall) -> None:
    """Neither is possible, and afterwards the winner has as many working days to sign as were left."""
    with clock.fixed(LATER):
        award = await hall.confirmed()
        code = await hall.suspended()
    until = working_days_from(LATER, 10).at
    with clock.fixed(until + timedelta(days=1)):
        form = contracts.FileContract(
            hall.project.code, 100, await contest.code_of(hall.bidder), hall.project.item_code, LATER.date(), LATER.date()
        )
        with pytest.raises(errors.AwardSuspended):
            await contracts.file_contract(hall.buyer, form)
        with pytest.raises(errors.AwardSuspended):
            await forfeiture.forfeit_award(hall.buyer, hall.project.code, "未签")
    with clock.fixed(LATER + timedelta(days=3)):
        await suspensions.lift_suspension(hall.regulator, code, "核查完毕")
    longer = working_days_from(LATER + timedelta(days=3), 10).at
    with clock.fixed(longer - timedelta(seconds=1)), pytest.raises(errors.StillTimeToSign) as early:
        await forfeiture.forfeit_award(hall.buyer, hall.project.code, "未签")
    assert early.value.until == longer > until and award.turn == 1
    with clock.fixed(longer):
        assert (await forfeiture.forfeit_award(hall.buyer, hall.project.code, "未签")).state == "unsuccessful"


async def test_only_a_standing_award_is_suspended(hall: Hall) -> None:
    """Not an open project, not without a reason, not by the buyer itself, and nobody else can lift it."""
    free = await contest.published(hall.buyer, contest.form(contest.CHOICE_ITEM, told_not_obliged=True))
    own = await member(Role.REGULATOR, await Organisation.get(id=hall.buyer.organisation_id))
    with clock.fixed(OPENS):
        for code, actor, reason, refusal in (
            (free.code, hall.regulator, "x", errors.WrongState),
            (hall.project.code, hall.regulator, " ", errors.InvalidInput),
            (hall.project.code, own, "x", errors.SelfDealing),
            (hall.project.code, hall.bidder, "x", errors.NotPermitted),
        ):
            with pytest.raises(refusal):
                await suspensions.suspend_award(actor, code, reason)
        code = await hall.suspended()
        for actor in (own, hall.buyer, await member(Role.REGULATOR)):
            with pytest.raises(errors.NotPermitted):
                await suspensions.lift_suspension(actor, code, "x")
        with pytest.raises(errors.NotFound):
            await suspensions.lift_suspension(hall.regulator, "ZT-0", "x")


async def test_the_standstill_goes_on_after_a_suspension(hall: Hall) -> None:
    """For the working days that were left, to the day's end: announced, logged, and one may object in it as in any other."""
    award = await Award.get(project_id=hall.project.id)
    assert award.standstill_until == working_days_from(OPENS, 3).at
    stopped, again = working_days_from(OPENS, 2).at - timedelta(hours=9), OPENS + timedelta(days=20)
    with clock.fixed(stopped):
        code = await hall.suspended()
    longest = (await Award.get(project_id=hall.project.id)).standstill_until
    assert longest == working_days_from(stopped + timedelta(days=30), 2).at
    with clock.fixed(again):
        await suspensions.lift_suspension(hall.regulator, code, "投诉不成立")
    until = (await Award.get(project_id=hall.project.id)).standstill_until
    assert until == working_days_from(again, 2).at > award.standstill_until
    with clock.fixed(until - timedelta(seconds=1)):
        with pytest.raises(errors.StandstillRunning):
            await hall.confirmed()
        objection = await objections.raise_objection(hall.bidder, hall.project.code, "还在公示期内")
        await objections.answer_objection(hall.buyer, objection.code, "不成立", upheld=False)
    for action, end in (("award:suspend", longest), ("award:lift_suspension", until)):
        assert f'"standstillUntil":"{end.isoformat()}"' in (await LogEntry.get(action=action)).body and action in log_read.PUBLIC
    with clock.fixed(until):
        assert (await hall.confirmed()).confirmed_at == until
        assert (await replay.replay(ANONYMOUS, hall.project.code)).difference is None
        await Award.filter(project_id=hall.project.id).update(standstill_until=award.standstill_until)
        found = (await replay.replay(ANONYMOUS, hall.project.code)).difference
    assert found is not None and (found.part, found.recomputed) == ("standstill", until.isoformat())


async def test_a_suspension_ends_by_itself(hall: Hall) -> None:
    """After the longest term, by the clock alone: the rest of the standstill runs, then it is confirmed; there is nothing to lift."""
    with clock.fixed(OPENS):
        code = await hall.suspended()
    row, ends = await AwardSuspension.get(code=code), OPENS + timedelta(days=30)
    assert row.ends_at == ends and suspensions.is_in_force(row, ends - timedelta(seconds=1))
    until = working_days_from(ends, 3).at
    with clock.fixed(ends - timedelta(seconds=1)), pytest.raises(errors.AwardSuspended):
        await hall.confirmed()
    with clock.fixed(ends):
        with pytest.raises(errors.StandstillRunning) as early:
            await hall.confirmed()
        with pytest.raises(errors.WrongState):
            await suspensions.lift_suspension(hall.regulator, code, "x")
        with pytest.raises(errors.AlreadyFiled) as again:
            await hall.suspended()
    assert early.value.until == until and again.value.key == code
    with clock.fixed(until):
        assert (await hall.confirmed()).confirmed_at == until


async def test_no_organisation_suspends_twice(hall: Hall) -> None:
    """Neither by another of its people, nor after lifting; another one may, in the next turn each again."""
    colleague = await member(Role.REGULATOR, await Organisation.get(id=hall.regulator.organisation_id))
    other = await member(Role.REGULATOR)
    with clock.fixed(OPENS):
        await suspensions.lift_suspension(colleague, first := await hall.suspended(), "已查")
        for actor in (hall.regulator, colleague):
            with pytest.raises(errors.AlreadyFiled) as refused:
                await suspensions.suspend_award(actor, hall.project.code, "再查")
            assert refused.value.key == first
        await suspensions.suspend_award(other, hall.project.code, "另案")
    assert await AwardSuspension.filter(project_id=hall.project.id, live=True).count() == 1


async def test_all_suspensions_of_a_turn_share_one_term(hall: Hall) -> None:
    """Whoever made them: what the first took is gone for the second, and when nothing is left nobody suspends any more."""
    second, third = await member(Role.REGULATOR), await member(Role.REGULATOR)
    with clock.fixed(OPENS):
        code = await hall.suspended()
    with clock.fixed(OPENS + timedelta(days=20)):
        await suspensions.lift_suspension(hall.regulator, code, "已查")
    later = OPENS + timedelta(days=20, hours=1)
    with clock.fixed(later):
        await suspensions.suspend_award(second, hall.project.code, "另案")
    row = await AwardSuspension.get(project_id=hall.project.id, live=True)
    assert row.ends_at == later + timedelta(days=10)
    with clock.fixed(row.ends_at):
        with pytest.raises(errors.AlreadyFiled) as used_up:
            await suspensions.suspend_award(third, hall.project.code, "又一案")
        assert used_up.value.key == row.code
    await Award.filter(project_id=hall.project.id).update(turn=2)
    with clock.fixed(row.ends_at):
        await suspensions.suspend_award(third, hall.project.code, "又一案")
    row = await AwardSuspension.get(project_id=hall.project.id, live=True)
    assert row.ends_at == row.suspended_at + timedelta(days=30)


async def test_who_is_concerned_neither_suspends_nor_witnesses(database: str, shipped_catalogue: None) -> None:
    """The agency of the case, its applicant, the department that approves the item, who quoted, who is above one of them, who approved."""
    agency, applicant, operator = await member(Role.AGENCY), await member(Role.APPLICANT), await member(Role.OPERATOR)
    bidders = [await member(Role.INTERMEDIARY) for _ in range(3)]
    project = await contest.published(agency, await contest.agency_form(applicant), operator)
    for amount, bidder in enumerate(bidders, 100):
        await contest.quoted(bidder, project, amount)
    await contest.opened(project)
    item = await catalogue.item_at(project.item_code, OPENS.date())
    approving, above = await member(Role.REGULATOR), await member(Role.REGULATOR)
    await Organisation.filter(id=approving.organisation_id).update(department_code=item.department_codes[0])
    ends = {"source_org_id": above.organisation_id, "target_org_id": bidders[2].organisation_id}
    await PartyRelation.create(**ends, relation=RelationKind.HOLDS_SHARES, source="登记")
    moved = await member(Role.REGULATOR)
    await Membership.create(account_id=moved.account_id, organisation_id=agency.organisation_id, role=Role.AGENCY, since=OPENS)
    concerned = [side.organisation_id for side in (agency, applicant, *bidders[:2])]
    hats = [await member(Role.REGULATOR, await Organisation.get(id=i)) for i in concerned]
    reviewer = dataclasses.replace(await member(Role.REGULATOR), account_id=operator.account_id)
    reasons = {"same_organisation": [*hats, approving], "related_organisation": [above], "same_person": [moved]}
    with clock.fixed(OPENS):
        for why, actors in (reasons | {"took_part": [reviewer]}).items():
            for actor, act in itertools.product(actors, (suspensions.suspend_award, witnessing.witness_opening)):
                with pytest.raises(errors.SelfDealing) as refused:
                    await act(actor, project.code, *(["x"] if act is suspensions.suspend_award else []))
                assert refused.value.why == why
        await witnessing.witness_opening(await member(Role.REGULATOR), project.code)


async def test_the_next_turn_of_an_award_needs_its_own_witness(hall: Hall) -> None:
    """After a forfeiture the same organisation testifies again, of what it is shown now; each testimony says of which turn."""
    project = await contest.published(hall.buyer, contest.form(contest.CHOICE_ITEM, told_not_obliged=True))
    winner = await member(Role.INTERMEDIARY)
    for amount, bidder in enumerate((winner, hall.bidder), 100):
        await contest.quoted(bidder, project, amount)
    await contest.opened(project)
    with clock.fixed(OPENS):
        await witnessing.witness_opening(hall.regulator, project.code)
        await forfeiture.decline_award(winner, project.code, "人手不足")
        await witnessing.witness_opening(hall.regulator, project.code)
        with pytest.raises(errors.AlreadyFiled):
            await witnessing.witness_opening(hall.regulator, project.code)
        await suspensions.suspend_award(hall.regulator, project.code, "x")
    assert await OpeningWitness.filter(project_id=project.id).order_by("turn").values_list("turn", "agrees") == [
        (1, True),
        (2, True),
    ]


async def test_a_witness_recomputes(hall: Hall) -> None:
    """Regulator and operator each once, under their organisation's name; a tampered award is witnessed as such."""
    operator = await member(Role.OPERATOR)
    with clock.fixed(OPENS):
        await witnessing.witness_opening(hall.regulator, hall.project.code)
        with pytest.raises(errors.AlreadyFiled):
            await witnessing.witness_opening(hall.regulator, hall.project.code)
        await Award.filter(project_id=hall.project.id).update(amount_fen=1)
        await witnessing.witness_opening(operator, hall.project.code)
    seen = await OpeningWitness.all().order_by("-agrees").values_list("organisation_id", "agrees")
    assert seen == [(hall.regulator.organisation_id, True), (operator.organisation_id, False)]
    assert await LogEntry.filter(action="opening:witness").count() == 2


async def test_there_must_be_something_to_witness(hall: Hall) -> None:
    """Not before the opening, not one's own, not by a bidder."""
    free = await contest.published(hall.buyer, contest.form(contest.CHOICE_ITEM, told_not_obliged=True))
    own = await member(Role.REGULATOR, await Organisation.get(id=hall.buyer.organisation_id))
    with clock.fixed(OPENS - timedelta(seconds=20)):
        for actor, code, refusal in (
            (hall.regulator, free.code, errors.NotFound),
            (own, hall.project.code, errors.SelfDealing),
            (hall.bidder, hall.project.code, errors.NotPermitted),
        ):
            with pytest.raises(refusal):
                await witnessing.witness_opening(actor, code)
    assert not await OpeningWitness.exists()
