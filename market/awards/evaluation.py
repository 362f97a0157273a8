"""方案择优: evaluators named by the buyer score the proposals, each alone, blind to names, prices and the others' points.

The quotes stay sealed until the last evaluator's scores are in; then everything is opened, decided and published at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from uuid import UUID

from market.actors import Actor, Role
from market.awards import service
from market.awards.models import Evaluator, Score
from market.errors import AlreadyFiled, InvalidInput, NotFound, SelfDealing, WrongState
from market.parties.models import Account, Membership
from market.permissions import Action
from market.projects import read as projects
from market.projects import service as project_service
from market.projects.models import Project, SelectionMethod
from market.projects.states import ProjectState
from market.quotes.models import Quote
from market.selection.proposal_merit import MAX_POINTS
from market.text import Checker
from market.usecase import authorise, unit, use_case

MAX_EVALUATORS = 15
_NAMING = (ProjectState.OPEN, ProjectState.CLOSED, ProjectState.EVALUATING)


@dataclass(frozen=True)
class Proposal:
    """A proposal as its evaluator reads it: a label in place of the name, and no price."""

    label: int
    proposal: str
    service_working_days: int


@dataclass(frozen=True)
class Sheet:
    """One evaluator's points for one proposal, in the order of the notice's criteria."""

    label: int
    points: tuple[int, ...]
    note: str = ""


@dataclass(frozen=True)
class Task:
    """What an evaluator has before it. ``scored``, ``named``: how many evaluators are done, and how many there are."""

    project: Project
    proposals: tuple[Proposal, ...]
    scored: int
    named: int
    mine_is_in: bool


@use_case(Action.AWARD_NAME_EVALUATORS)
async def name_evaluators(actor: Actor, project_code: str, logins: Sequence[str]) -> Project:
    """Who scores, from publication until the last scores are in; who has scored stays.

    Raises NotFound, NotPermitted, WrongState, InvalidInput.
    """
    project = await project_service.locked(actor, project_code)
    authorise(Action.AWARD_NAME_EVALUATORS, projects.subject(project))
    _check_method(project)
    _needs(project, _NAMING)
    accounts = await _accounts(logins, project.terms["constants"]["minimumEvaluators"])
    await _check_outside(project, accounts)
    await _replace(project, accounts)
    unit().record("award:name_evaluators", f"project:{project.code}", evaluators=len(accounts))
    await _conclude_when_complete(project)
    return project


async def _replace(project: Project, accounts: Sequence[UUID]) -> None:
    await _take_off(project, accounts)
    rows = await Evaluator.filter(project_id=project.id)
    kept, number = {row.account_id for row in rows}, count(max((row.number for row in rows), default=0) + 1)
    for account_id in accounts:
        if account_id not in kept:
            await Evaluator.create(project=project, account_id=account_id, number=next(number), named_at=unit().now)


async def _take_off(project: Project, kept: Sequence[UUID]) -> None:
    gone = Evaluator.filter(project_id=project.id).exclude(account_id__in=list(kept))
    if await gone.filter(scored_at__not_isnull=True).exists():
        raise InvalidInput.one("logins", "has_scored")
    await gone.delete()


def _check_method(project: Project) -> None:
    if project.method != SelectionMethod.PROPOSAL_MERIT:
        raise InvalidInput.one("projectCode", "not_allowed_here")


def _needs(project: Project, states: tuple[ProjectState, ...]) -> None:
    if project.state not in states:
        raise WrongState("project", project.state, tuple(state.value for state in states))


async def _accounts(logins: Sequence[str], minimum: int) -> list[UUID]:
    check, wanted = Checker(), [login.strip().lower() for login in logins]
    check.whole("logins", len(wanted), minimum, MAX_EVALUATORS)
    check.done()
    known = {a.login: a.id for a in await Account.filter(login__in=wanted, disabled_at=None)}
    for number, login in enumerate(wanted):
        if login not in known:
            check.add(f"logins.{number}", "unknown_account")
        elif login in wanted[:number]:
            check.add(f"logins.{number}", "duplicate")
    check.done()
    return [known[login] for login in wanted]


async def _check_outside(project: Project, accounts: Sequence[UUID]) -> None:
    """Nobody who acts for an intermediary, whether or not that one quoted: who did is sealed. Who has scored cannot be taken off."""
    acting = Membership.filter(account_id__in=list(accounts), role=Role.INTERMEDIARY, ended_at=None)
    done = Evaluator.filter(project_id=project.id, scored_at__not_isnull=True)
    refused = {row.account_id for row in await acting} - {row.account_id for row in await done}
    check = Checker()
    for number, account_id in enumerate(accounts):
        if account_id in refused:
            check.add(f"logins.{number}", "acts_for_intermediary")
    check.done()


@use_case(Action.AWARD_SCORE)
async def read_proposals(actor: Actor, project_code: str) -> Task:
    """The proposals, for a named evaluator; each look is logged. Raises NotFound for everybody else, WrongState, SelfDealing."""
    project, evaluator = await _evaluating(actor, project_code)
    quotes = await _masked(project)
    named = await Evaluator.filter(project_id=project.id)
    unit().record("award:read_proposals", f"project:{project.code}", evaluator=evaluator.number)
    proposals = tuple(Proposal(label, q.proposal, q.service_working_days or 0) for label, q in quotes.items())
    return Task(project, proposals, sum(e.scored_at is not None for e in named), len(named), evaluator.scored_at is not None)


@use_case(Action.AWARD_SCORE)
async def submit_scores(actor: Actor, project_code: str, sheets: Sequence[Sheet]) -> Task:
    """All of an evaluator's points at once, final. The last evaluator's open the quotes and decide.

    Raises NotFound, WrongState, AlreadyFiled, SelfDealing, InvalidInput.
    """
    project, evaluator = await _evaluating(actor, project_code)
    if evaluator.scored_at is not None:
        raise AlreadyFiled("scores", project.code)
    quotes = await _masked(project)
    _check_sheets(sheets, set(quotes), len(project.terms["constants"]["criteria"]))
    for sheet in sheets:
        await Score.create(
            evaluator=evaluator, quote_id=quotes[sheet.label].id, points=list(sheet.points), note=sheet.note.strip()
        )
    evaluator.scored_at = unit().now
    await evaluator.save(update_fields=["scored_at"])
    unit().record("award:score", f"project:{project.code}", evaluator=evaluator.number)
    await _conclude_when_complete(project)
    named = await Evaluator.filter(project_id=project.id)
    return Task(project, (), sum(e.scored_at is not None for e in named), len(named), True)


async def _evaluating(actor: Actor, code: str) -> tuple[Project, Evaluator]:
    """The project that is being scored, locked, and the actor as its evaluator: who is none learns nothing, nor does a bidder."""
    authorise(Action.AWARD_SCORE)
    project = await project_service.locked(actor, code)
    evaluator = await Evaluator.get_or_none(project_id=project.id, account_id=actor.account_id)
    if evaluator is None:
        raise NotFound("project", project.code)
    _needs(project, (ProjectState.EVALUATING,))
    bidders = [quote.bidder_id for quote in await Quote.filter(project_id=project.id, live=True)]
    if await Membership.exists(account_id=evaluator.account_id, ended_at=None, organisation_id__in=bidders):
        raise SelfDealing(project.code)
    return project, evaluator


async def _masked(project: Project) -> dict[int, Quote]:
    """The valid quotes under their labels: in the order of their salted commitments, which tells nothing."""
    valid = [one.quote for one in await service.unsealed(project, unit().now) if not one.quote.invalid_reason]
    return dict(enumerate(sorted(valid, key=lambda quote: quote.commitment), 1))


def _check_sheets(sheets: Sequence[Sheet], labels: set[int], criteria: int) -> None:
    check = Checker()
    if sorted(sheet.label for sheet in sheets) != sorted(labels):
        check.add("sheets", "every_proposal_once", count=len(labels))
    for number, sheet in enumerate(sheets):
        check.whole(f"sheets.{number}.points", len(sheet.points), criteria, criteria)
        for points in sheet.points:
            check.whole(f"sheets.{number}.points", points, 0, MAX_POINTS)
        check.text(f"sheets.{number}.note", sheet.note, 500, required=False, lines=True)
    check.done()


async def _conclude_when_complete(project: Project) -> None:
    waiting = await Evaluator.filter(project_id=project.id, scored_at=None).exists()
    if project.state == ProjectState.EVALUATING and not waiting:
        records, before = unit().records, len(unit().records)
        await service.conclude(project, unit().now)
        records[before:] = [
            replace(record, anonymous=True) for record in records[before:]
        ]  # who scored last is nobody's business
