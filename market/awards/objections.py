"""Objections of bidders during the standstill: the award waits for the buyer's answer. Source: domain.md §2.8, §2.14."""

from collections.abc import Sequence
from uuid import UUID

from market.actors import Actor
from market.awards import read
from market.awards.models import Award, Objection
from market.errors import AlreadyFiled, DeadlinePassed, NotFound, ObjectionOpen, ObjectionUpheld, WrongState
from market.permissions import Action, Allowed, Subject, may
from market.projects import able
from market.projects import read as projects
from market.projects import service as project_service
from market.projects.models import Project
from market.projects.states import ProjectState
from market.quotes.models import Quote
from market.text import new_code, one_published, one_text, typed_code
from market.usecase import authorise, rulebook, unit, use_case

TEXT = 2000


@use_case(Action.OBJECTION_RAISE)
async def raise_objection(actor: Actor, project_code: str, text: str) -> Objection:
    """A bidder objects to the award, once a turn, before the standstill ends; the award cannot be confirmed until the buyer answers.

    So may the members of the framework that it was called off from: whose turn was lost or who was left out may know better.

    The text and who raised it are for the two sides and the supervisors; that there is an objection is public, and the log tells no more.
    Raises InvalidInput, NotFound, NotPermitted, WrongState, DeadlinePassed, AlreadyFiled.
    """
    project = await project_service.locked(actor, project_code)
    authorise(Action.OBJECTION_RAISE, Subject.of(*await _concerned(project)))
    words = one_text("text", text, TEXT, lines=True)
    award = await _standing(project)
    if unit().received_at >= award.standstill_until:
        raise DeadlinePassed(award.standstill_until, unit().received_at)
    if await Objection.exists(award_id=award.id, turn=award.turn, bidder_id=actor.organisation_id):
        raise AlreadyFiled("objection", project.code)
    due = rulebook().deadline("objection_answer_period", unit().now)
    objection = await Objection.create(
        code=new_code("YY", unit().now),
        award=award,
        bidder_id=actor.organisation_id,
        text=words,
        turn=award.turn,
        raised_by_id=actor.account_id,
        raised_at=unit().now,
        answer_due_at=due.at,
    )
    told = {"objection": objection.code, "answerDue": due.at.isoformat()}
    unit().record_anonymous("objection:raise", f"project:{project.code}", **told)
    return await _shown(objection)


async def _concerned(project: Project) -> list[UUID]:
    if project.opened_at is None or project.closes_at is None:
        return []
    quotes = await Quote.filter(project_id=project.id, live=True)
    return [*(quote.bidder_id for quote in quotes), *(member.id for member in await able.members(project, project.closes_at))]


@use_case(Action.OBJECTION_ANSWER)
async def answer_objection(actor: Actor, code: str, answer: str, *, upheld: bool) -> Objection:
    """The buyer answers, once; everybody reads the answer. Upheld, the award cannot be confirmed any more: see ``annul_award``.

    Raises InvalidInput, NotFound, NotPermitted, WrongState.
    """
    objection = await Objection.get_or_none(code=typed_code(code)).select_related("award__project")
    if objection is None:
        raise NotFound("objection", code[:40])
    project = await project_service.locked(actor, objection.award.project.code)
    authorise(Action.OBJECTION_ANSWER, projects.subject(project))
    words = one_published("answer", answer, TEXT, lines=True)
    values = {"answer": words, "upheld": upheld, "answered_by_id": actor.account_id, "answered_at": unit().now}
    if not await Objection.filter(id=objection.id, answered_at=None).update(**values):
        raise WrongState("objection", "reply_given", ("reply_missing",))
    told = {"objection": objection.code, "upheld": upheld, "answer": words}
    unit().record("objection:answer", f"project:{project.code}", **told)
    return await _shown(objection)


@use_case(Action.AWARD_ANNUL)
async def annul_award(actor: Actor, project_code: str, reason: str) -> Project:
    """The operator annuls an award that the buyer found wrong on an objection; nobody undoes an award alone.

    Raises InvalidInput, NotFound, NotPermitted, WrongState.
    """
    project = await project_service.locked(actor, project_code)
    authorise(Action.AWARD_ANNUL, projects.subject(project))
    words = one_published("reason", reason, TEXT, lines=True)
    award = await _standing(project)
    if not await Objection.exists(award_id=award.id, turn=award.turn, upheld=True):
        raise NotFound("objection", project.code)
    project.outcome_reason = "objection_upheld"
    await project_service.move(project, "annul", reason=words)
    return project


async def _standing(project: Project) -> Award:
    """The award that may still be objected to or annulled. Raises WrongState."""
    if project.state != ProjectState.STANDSTILL:
        raise WrongState("project", project.state, (ProjectState.STANDSTILL,))
    return await read.award_of(project.id)


async def _shown(objection: Objection) -> Objection:
    """As ``may_read`` takes it."""
    return await Objection.get(id=objection.id).select_related("bidder", "award__project")


async def check_settled(award: Award) -> None:
    """Before an award is confirmed. Raises ObjectionOpen, ObjectionUpheld."""
    for objection in await Objection.filter(award_id=award.id, turn=award.turn).order_by("raised_at", "code"):
        if objection.answered_at is None:
            raise ObjectionOpen(objection.code, objection.answer_due_at)
        if objection.upheld:
            raise ObjectionUpheld(objection.code)


async def objections_by_award(award_ids: Sequence[UUID]) -> list[list[Objection]]:
    """Each award's objections in order, with bidder and project."""
    query = Objection.filter(award_id__in=list(award_ids)).select_related("bidder", "award__project")
    rows = await query.order_by("raised_at", "code")
    return [[row for row in rows if row.award_id == i] for i in award_ids]


def may_read(actor: Actor, objection: Objection) -> bool:
    """Whether the actor sees who objected and why: the two sides, the operator and the regulator. Loaded with its project."""
    subject = Subject.of(objection.bidder_id, objection.award.project.buyer_id)
    return isinstance(may(actor, Action.OBJECTION_READ, subject), Allowed)
