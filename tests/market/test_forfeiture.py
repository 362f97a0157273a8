"""Award forfeiture: who gives an award up and when, who is next, and what starts anew."""

from datetime import datetime, timedelta

import pytest

from market import clock, errors
from market.actors import ANONYMOUS, Actor, Role
from market.awards import forfeiture, objections, read, service
from market.awards.models import Award, AwardForfeiture
from market.awards.replay import replay
from market.projects.models import Project
from market.workdays import working_days_from
from tests import contest
from tests.contest import OPENS, member


class Contest:
    """An opened contest; the bidders in the order of their prices."""

    buyer: Actor
    bidders: list[Actor]
    project: Project

    async def award(self) -> Award:
        """As it stands."""
        return await read.award_of(self.project.id)

    async def decline(self, by: Actor, at: datetime = OPENS) -> Project:
        """Give it up."""
        with clock.fixed(at):
            return await forfeiture.decline_award(by, self.project.code, "人员不足")


@pytest.fixture
async def opened(database: str, shipped_catalogue: None) -> Contest:
    """Three bidders, in the standstill of the first."""
    it = Contest()
    it.buyer, it.bidders = await member(Role.APPLICANT), [await member(Role.INTERMEDIARY) for _ in range(3)]
    it.project = await contest.published(it.buyer, contest.form(contest.CHOICE_ITEM, told_not_obliged=True))
    for bidder, fen in zip(it.bidders, (100, 200, 300), strict=True):
        await contest.quoted(bidder, it.project, fen)
    await contest.opened(it.project)
    return it


async def test_the_recomputed_award_is_of_whoever_has_it(opened: Contest) -> None:
    """After each forfeiture the replay agrees with the award as it stands; an award of another is named."""
    for bidder in opened.bidders:
        again = await replay(ANONYMOUS, opened.project.code)
        assert (again.winner, again.difference) == (await contest.code_of(bidder), None)
        await opened.decline(bidder)
    assert (await replay(ANONYMOUS, opened.project.code)).difference is None
    await Award.filter(project_id=opened.project.id).update(supplier_id=opened.bidders[0].organisation_id)
    found = (await replay(ANONYMOUS, opened.project.code)).difference
    assert found and found.part == "winner"


async def test_the_next_in_order_has_it(opened: Contest) -> None:
    """With its own price and a standstill of its own; who gave it up stays on record; after the last there is no award."""
    first, second, third = opened.bidders
    later = OPENS + timedelta(days=1)
    assert (await opened.decline(first, later)).state == "standstill"
    award = await opened.award()
    assert (award.supplier_id, award.amount_fen, award.turn) == (second.organisation_id, 200, 2)
    assert (award.published_at, award.standstill_until) == (later, working_days_from(later, 3).at)
    assert award.reasons["forfeited"] == [await contest.code_of(first)]
    assert (await opened.decline(second)).state == "standstill"
    ended = await opened.decline(third)
    assert (ended.state, ended.outcome_reason) == ("unsuccessful", "award_forfeited")
    rows = await AwardForfeiture.all().order_by("turn").values_list("turn", "supplier_id", "amount_fen", "cause")
    assert rows == [(n, b.organisation_id, 100 * n, "declined") for n, b in enumerate(opened.bidders, 1)]
    again = contest.form(contest.CHOICE_ITEM, told_not_obliged=True, previous_round=ended.code)
    assert (await contest.published(opened.buyer, again)).previous_round_id == ended.id


async def test_only_the_winner_gives_it_up(opened: Contest) -> None:
    """Not who is second, not the buyer, not before the opening, and not with an empty reason."""
    for other in (opened.bidders[1], opened.buyer, await member(Role.OPERATOR)):
        with pytest.raises(errors.NotPermitted):
            await opened.decline(other)
    with clock.fixed(OPENS), pytest.raises(errors.InvalidInput):
        await forfeiture.decline_award(opened.bidders[0], opened.project.code, " ")
    assert (await opened.award()).turn == 1 and await AwardForfeiture.all().count() == 0
    await opened.decline(opened.bidders[0])
    with pytest.raises(errors.NotPermitted):
        await opened.decline(opened.bidders[0])


async def test_not_signed_in_time(opened: Contest) -> None:
    """Ten working days after the confirmation, not a moment earlier, by the buyer alone; the next is confirmed like the first."""
    award = await opened.award()
    with clock.fixed(award.standstill_until):
        with pytest.raises(errors.WrongState):
            await forfeiture.forfeit_award(opened.buyer, opened.project.code, "逾期未签")
        await service.confirm_award(opened.buyer, opened.project.code)
    until = working_days_from(award.standstill_until, 10).at
    with clock.fixed(until - timedelta(microseconds=1)), pytest.raises(errors.StillTimeToSign) as refused:
        await forfeiture.forfeit_award(opened.buyer, opened.project.code, "逾期未签")
    assert refused.value.until == until
    with clock.fixed(until):
        with pytest.raises(errors.NotPermitted):
            await forfeiture.forfeit_award(opened.bidders[1], opened.project.code, "x")
        await forfeiture.forfeit_award(opened.buyer, opened.project.code, "逾期未签")
    award = await opened.award()
    assert (award.supplier_id, award.confirmed_at, award.turn) == (opened.bidders[1].organisation_id, None, 2)
    with clock.fixed(award.standstill_until):
        assert (await service.confirm_award(opened.buyer, opened.project.code)).confirmed_at


async def test_a_new_round_has_its_own_objections(opened: Contest) -> None:
    """An objection to who has gone holds nobody up; the next award may be objected to again."""
    with clock.fixed(OPENS):
        await objections.raise_objection(opened.bidders[2], opened.project.code, "对第一名的异议")
    await opened.decline(opened.bidders[0])
    with clock.fixed(OPENS):
        again = await objections.raise_objection(opened.bidders[2], opened.project.code, "对第二名的异议")
    assert again.turn == 2
    award = await opened.award()
    with clock.fixed(award.standstill_until), pytest.raises(errors.ObjectionOpen):
        await service.confirm_award(opened.buyer, opened.project.code)
    with clock.fixed(award.standstill_until):
        await objections.answer_objection(opened.buyer, again.code, "不成立", upheld=False)
        await service.confirm_award(opened.buyer, opened.project.code)
