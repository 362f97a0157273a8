"""A suspended award stands still until it is lifted; witnesses recompute an opening and sign what they found."""

from datetime import timedelta

import pytest

from market import clock, errors
from market.actors import Actor, Role
from market.awards import forfeiture, service, suspensions, witnessing
from market.awards.models import Award, AwardSuspension, OpeningWitness
from market.contracts import service as contracts
from market.log.models import LogEntry
from market.parties.models import Organisation
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
        await suspensions.lift_suspension(await member(Role.REGULATOR), code.lower(), "投诉不成立")
        with pytest.raises(errors.WrongState):
            await suspensions.lift_suspension(hall.regulator, code, "x")
        assert (await hall.confirmed()).confirmed_at == LATER
    assert "正在核查" in (await LogEntry.get(action="award:suspend")).body
    assert "投诉不成立" in (await LogEntry.get(action="award:lift_suspension")).body


async def test_no_contract_and_no_forfeiture_meanwhile(hall: Hall) -> None:
    """Neither is possible, and the time to sign is longer by as long as it stood still."""
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
    with clock.fixed(until + timedelta(days=2)), pytest.raises(errors.StillTimeToSign) as early:
        await forfeiture.forfeit_award(hall.buyer, hall.project.code, "未签")
    assert early.value.until == until + timedelta(days=3) and award.turn == 1
    with clock.fixed(until + timedelta(days=3)):
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
        for actor, refusal in ((own, errors.SelfDealing), (hall.buyer, errors.NotPermitted)):
            with pytest.raises(refusal):
                await suspensions.lift_suspension(actor, code, "x")
        with pytest.raises(errors.NotFound):
            await suspensions.lift_suspension(hall.regulator, "ZT-0", "x")


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
