"""Questions about an open notice, and the buyer's answers to everybody at once. Source: domain.md §2.5; integrity.md §7 no. 17."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from market.actors import Actor
from market.errors import AlreadyFiled, DeadlinePassed, NotFound, WrongState
from market.permissions import Action, Allowed, Subject, may
from market.projects import read
from market.projects.models import Project, Question
from market.projects.service import locked
from market.projects.states import ProjectState
from market.text import new_code, one_published, typed_code
from market.usecase import authorise, rulebook, unit, use_case

TEXT = 1000


@use_case(Action.QUESTION_ASK)
async def ask_question(actor: Actor, project_code: str, text: str) -> Question:
    """An intermediary asks; one unanswered question at a time. The log does not tell who asked: it would tell who may quote.

    Raises InvalidInput, NotFound, NotPermitted, WrongState, DeadlinePassed, AlreadyFiled.
    """
    authorise(Action.QUESTION_ASK)
    project = await locked(actor, project_code)
    words = one_published("text", text, TEXT, lines=True)
    closes_at = _open_until(project)
    _in_time(closes_at - rulebook().duration("question_lead", unit().now))
    if await Question.exists(project_id=project.id, asker_id=actor.organisation_id, answered_at=None):
        raise AlreadyFiled("question", project.code)
    question = await Question.create(
        code=new_code("TW", unit().now),
        project=project,
        asker_id=actor.organisation_id,
        text=words,
        asked_by_id=actor.account_id,
        asked_at=unit().now,
    )
    unit().record_anonymous("question:ask", f"project:{project.code}", question=question.code)
    return question


@use_case(Action.QUESTION_ANSWER)
async def answer_question(actor: Actor, code: str, answer: str) -> Question:
    """The buyer answers before the deadline, once; from then on everybody reads question and answer.

    Raises InvalidInput, NotFound, NotPermitted, WrongState, DeadlinePassed.
    """
    question = await Question.get_or_none(code=typed_code(code)).select_related("project")
    if question is None:
        raise NotFound("question", code[:40])
    project = await locked(actor, question.project.code)
    authorise(Action.QUESTION_ANSWER, read.subject(project))
    words = one_published("answer", answer, TEXT, lines=True)
    _in_time(_open_until(project))
    values = {"answer": words, "answered_by_id": actor.account_id, "answered_at": unit().now}
    if not await Question.filter(id=question.id, answered_at=None).update(**values):
        raise WrongState("question", "reply_given", ("reply_missing",))
    question.update_from_dict(values)
    told = {"question": question.code, "text": question.text, "answer": words}
    unit().record("question:answer", f"project:{project.code}", **told)
    return question


def _open_until(project: Project) -> datetime:
    """Its deadline. Raises WrongState."""
    if project.state != ProjectState.OPEN or project.closes_at is None:
        raise WrongState("project", project.state, (ProjectState.OPEN,))
    return project.closes_at


def _in_time(until: datetime) -> None:
    if unit().received_at > until:
        raise DeadlinePassed(until, unit().received_at)


async def questions_by_project(ids: Sequence[UUID]) -> list[list[Question]]:
    """Each project's questions in order, with the project."""
    rows = await Question.filter(project_id__in=list(ids)).order_by("asked_at", "code").select_related("project")
    return [[row for row in rows if row.project_id == i] for i in ids]


def may_see(actor: Actor, question: Question) -> bool:
    """Answered, it is everybody's; before, the two sides' and the supervisors'. Loaded with its project."""
    subject = Subject.of(question.asker_id, question.project.buyer_id)
    return question.answered_at is not None or isinstance(may(actor, Action.QUESTION_READ, subject), Allowed)
