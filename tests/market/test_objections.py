"""Objections: who may raise them, until when, what waits for the answer, what becomes of an upheld one."""

from datetime import timedelta

import pytest

from market import clock, errors
from market.actors import ANONYMOUS, Actor, Role
from market.awards import objections, service
from market.awards.models import Award, Objection
from market.log.models import LogEntry
from market.projects.models import Project
from tests import contest
from tests.contest import OPENS, member


class Contest:
    """An opened contest of two bidders, the first of whom lost."""

    buyer: Actor
    loser: Actor
    winner: Actor
    project: Project
    award: Award


@pytest.fixture
async def opened(database: str, shipped_catalogue: None) -> Contest:
    """In its standstill."""
    it = Contest()
    it.buyer, it.loser, it.winner = await member(Role.APPLICANT), await member(Role.INTERMEDIARY), await member(Role.INTERMEDIARY)
    it.project = await contest.published(it.buyer, contest.form(contest.CHOICE_ITEM, told_not_obliged=True))
    for bidder, fen in ((it.loser, 200), (it.winner, 100)):
        await contest.quoted(bidder, it.project, fen)
    await contest.opened(it.project)
    it.award = await Award.get(project_id=it.project.id)
    return it


async def raised(it: Contest, by: Actor | None = None, text: str = "中选机构没有该项资质") -> Objection:
    """On the day of the opening."""
    with clock.fixed(OPENS):
        return await objections.raise_objection(by or it.loser, it.project.code, text)


async def confirmed(it: Contest) -> Award:
    """Once the standstill is over."""
    with clock.fixed(it.award.standstill_until):
        return await service.confirm_award(it.buyer, it.project.code)


async def test_the_award_waits_for_the_answer(opened: Contest) -> None:
    """Due in three working days; until then no confirmation, however late; after it there is one, and the log tells both."""
    objection = await raised(opened)
    assert objection.answer_due_at == opened.award.standstill_until
    with pytest.raises(errors.ObjectionOpen) as refused:
        await confirmed(opened)
    assert (refused.value.objection_code, refused.value.answer_due_at) == (objection.code, objection.answer_due_at)
    late = objection.answer_due_at + timedelta(days=1)
    with clock.fixed(late):
        answered = await objections.answer_objection(opened.buyer, objection.code, "经核，资质有效", upheld=False)
    assert (answered.answered_at, answered.upheld) == (late, False)
    assert (await confirmed(opened)).confirmed_at
    entries = await LogEntry.filter(action__startswith="objection:").order_by("seq")
    assert [entry.action for entry in entries] == ["objection:raise", "objection:answer"]
    assert str(opened.loser.account_id) not in entries[0].body and str(opened.loser.organisation_id) not in entries[0].body
    assert "没有该项资质" not in entries[0].body and "资质有效" in entries[1].body


async def test_an_upheld_objection_ends_the_award(opened: Contest) -> None:
    """Confirmation is refused; the buyer alone cannot undo it, the operator can, and the project can be posted again."""
    objection = await raised(opened)
    operator = await member(Role.OPERATOR)
    with clock.fixed(OPENS), pytest.raises(errors.NotFound):
        await objections.annul_award(operator, opened.project.code, "未经异议")
    with clock.fixed(OPENS):
        await objections.answer_objection(opened.buyer, objection.code, "异议成立", upheld=True)
    with pytest.raises(errors.ObjectionUpheld):
        await confirmed(opened)
    with clock.fixed(OPENS):
        for other in (opened.buyer, opened.loser, await member(Role.REGULATOR)):
            with pytest.raises(errors.NotPermitted):
                await objections.annul_award(other, opened.project.code, "x")
        project = await objections.annul_award(operator, opened.project.code, "中选机构无资质")
    assert (project.state, project.outcome_reason) == ("unsuccessful", "objection_upheld")
    again = await contest.published(
        opened.buyer, contest.form(contest.CHOICE_ITEM, told_not_obliged=True, previous_round=project.code)
    )
    assert again.previous_round_id == project.id


async def test_who_may_object(opened: Contest) -> None:
    """Whoever quoted, the winner too; nobody else, not even another intermediary."""
    for other in (opened.buyer, await member(Role.INTERMEDIARY), await member(Role.REGULATOR)):
        with pytest.raises(errors.NotPermitted):
            await raised(opened, other)
    with pytest.raises(errors.NotSignedIn):
        await raised(opened, ANONYMOUS)
    await raised(opened, opened.winner)
    await raised(opened)
    with pytest.raises(errors.AlreadyFiled):
        await raised(opened)


async def test_until_when(opened: Contest) -> None:
    """To the last moment of the standstill, not a microsecond later; not while quotes are sealed, not once confirmed."""
    with clock.fixed(opened.award.standstill_until), pytest.raises(errors.DeadlinePassed):
        await objections.raise_objection(opened.loser, opened.project.code, "x")
    sealed = await contest.published(opened.buyer, contest.form(contest.CHOICE_ITEM, told_not_obliged=True))
    await contest.quoted(opened.loser, sealed, 100)
    with clock.fixed(contest.NOON), pytest.raises(errors.NotPermitted):  # it must not tell that there is a quote
        await objections.raise_objection(opened.loser, sealed.code, "x")
    with clock.fixed(opened.award.standstill_until - timedelta(microseconds=1)):
        objection = await objections.raise_objection(opened.loser, opened.project.code, "x")
        await objections.answer_objection(opened.buyer, objection.code, "y", upheld=False)
    await confirmed(opened)
    with clock.fixed(OPENS), pytest.raises(errors.WrongState):
        await objections.raise_objection(opened.winner, opened.project.code, "x")


async def test_an_answer_is_given_once_by_the_buyer(opened: Contest) -> None:
    """Strangers, bidders and the operator cannot; a second answer is refused; an unknown objection is not found."""
    objection = await raised(opened)
    with clock.fixed(OPENS):
        for other in (opened.loser, await member(Role.APPLICANT), await member(Role.OPERATOR)):
            with pytest.raises(errors.NotPermitted):
                await objections.answer_objection(other, objection.code, "x", upheld=False)
        await objections.answer_objection(opened.buyer, objection.code, "x", upheld=False)
        with pytest.raises(errors.WrongState):
            await objections.answer_objection(opened.buyer, objection.code, "x", upheld=True)
        with pytest.raises(errors.NotFound):
            await objections.answer_objection(opened.buyer, "YY-0", "x", upheld=True)
        with pytest.raises(errors.InvalidInput):
            await objections.raise_objection(opened.winner, opened.project.code, " ")
