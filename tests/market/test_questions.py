"""Questions about a notice: until when, answered to all, and that nothing tells who asked."""

from datetime import timedelta

import pytest

from market import clock, errors
from market.actors import ANONYMOUS, Actor, Role
from market.log.models import LogEntry
from market.projects import questions
from market.projects.models import Project, Question
from tests import contest
from tests.contest import CLOSES, NOON, member

LAST = CLOSES - timedelta(hours=24)


@pytest.fixture
async def buyer(database: str, shipped_catalogue: None) -> Actor:
    """An applicant, in a world with a catalogue."""
    return await member(Role.APPLICANT)


@pytest.fixture
async def project(buyer: Actor) -> Project:
    """Its open notice."""
    return await contest.published(buyer, contest.form(contest.CHOICE_ITEM, told_not_obliged=True))


async def visible_to(reader: Actor, project: Project) -> list[str]:
    """The questions that a reader sees."""
    [rows] = await questions.questions_by_project([project.id])
    return [row.text for row in rows if questions.may_see(reader, row)]


async def test_an_answer_is_for_all_and_the_asker_is_masked(buyer: Actor, project: Project) -> None:
    """Unanswered, others do not see it; answered, everybody does; no log entry names account or organisation of the asker."""
    asker = await member(Role.INTERMEDIARY)
    with clock.fixed(NOON):
        question = await questions.ask_question(asker, project.code, "工期可否延长？")
    others = (ANONYMOUS, await member(Role.INTERMEDIARY))
    assert [await visible_to(reader, project) for reader in others] == [[], []]
    assert [len(await visible_to(reader, project)) for reader in (asker, buyer, await member(Role.REGULATOR))] == [1, 1, 1]
    with clock.fixed(NOON):
        await questions.answer_question(buyer, question.code, "不可以")
    assert [await visible_to(reader, project) for reader in others] == [["工期可否延长？"]] * 2
    asked, answered = await LogEntry.filter(action__startswith="question:").order_by("seq")
    for body in (asked.body, answered.body):
        assert str(asker.organisation_id) not in body and str(asker.account_id) not in body
    assert "不可以" in answered.body and str(buyer.account_id) in answered.body


async def test_until_when(buyer: Actor, project: Project) -> None:
    """Questions to 24 hours before the deadline, answers to the deadline; nothing of a draft or after the opening."""
    asker, other = await member(Role.INTERMEDIARY), await member(Role.INTERMEDIARY)
    with clock.fixed(LAST):
        question = await questions.ask_question(asker, project.code, "x")
        unanswered = await questions.ask_question(other, project.code, "y")
    with clock.fixed(LAST + timedelta(microseconds=1)), pytest.raises(errors.DeadlinePassed) as late:
        await questions.ask_question(await member(Role.INTERMEDIARY), project.code, "x")
    assert late.value.closes_at == LAST
    with clock.fixed(CLOSES):
        await questions.answer_question(buyer, question.code, "y")
    with clock.fixed(CLOSES + timedelta(microseconds=1)), pytest.raises(errors.DeadlinePassed):
        await questions.answer_question(buyer, unanswered.code, "y")
    await contest.opened(project)
    with clock.fixed(NOON), pytest.raises(errors.WrongState):
        await questions.ask_question(asker, project.code, "x")


async def test_who_asks_and_who_answers(buyer: Actor, project: Project) -> None:
    """Intermediaries ask, one at a time; the buyer answers, once."""
    asker = await member(Role.INTERMEDIARY)
    with clock.fixed(NOON):
        for stranger in (buyer, await member(Role.OPERATOR)):
            with pytest.raises(errors.NotPermitted):
                await questions.ask_question(stranger, project.code, "x")
        question = await questions.ask_question(asker, project.code, "x")
        with pytest.raises(errors.AlreadyFiled):
            await questions.ask_question(asker, project.code, "x")
        for stranger in (asker, await member(Role.APPLICANT)):
            with pytest.raises(errors.NotPermitted):
                await questions.answer_question(stranger, question.code, "y")
        await questions.answer_question(buyer, question.code, "y")
        with pytest.raises(errors.WrongState):
            await questions.answer_question(buyer, question.code, "z")
        with pytest.raises(errors.NotFound):
            await questions.answer_question(buyer, "TW-0", "z")
        with pytest.raises(errors.InvalidInput):
            await questions.ask_question(asker, project.code, " ")
        await questions.ask_question(asker, project.code, "还有一问")
    assert await Question.all().count() == 2
