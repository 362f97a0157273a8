"""Award forfeiture (弃选) and the next in order. Source: domain.md §2.12 (abandoning an award, not signing it)."""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from market.actors import Actor
from market.awards import read, suspensions
from market.awards.models import Award, AwardForfeiture
from market.errors import StillTimeToSign
from market.frameworks import service as frameworks
from market.permissions import Action, Subject
from market.projects import read as projects
from market.projects import service as project_service
from market.projects.models import Project, SelectionMethod
from market.projects.states import ProjectState
from market.quotes.models import Quote
from market.text import one_text
from market.usecase import authorise, rulebook, unit, use_case

REASON = 500
_HELD = (ProjectState.STANDSTILL, ProjectState.AWARDED)


class Cause(StrEnum):
    """中选机构放弃 · 未按期签订合同."""

    DECLINED = "declined"
    NOT_SIGNED = "not_signed"


@use_case(Action.AWARD_DECLINE)
async def decline_award(actor: Actor, project_code: str, reason: str) -> Project:
    """The winner gives the award up before a contract is filed, with a reason that is published; the next in order wins.

    Raises InvalidInput, NotFound, NotPermitted, WrongState, AwardSuspended.
    """
    project = await project_service.locked(actor, project_code)
    [award] = await read.awards_by_project([project.id])
    authorise(Action.AWARD_DECLINE, Subject.of(award.supplier_id if award else None))
    return await _forfeited(actor, project, Cause.DECLINED, reason)


@use_case(Action.AWARD_FORFEIT)
async def forfeit_award(actor: Actor, project_code: str, reason: str) -> Project:
    """The buyer finds that no contract was signed in time; the next in order wins.

    Raises InvalidInput, NotFound, NotPermitted, WrongState, AwardSuspended, StillTimeToSign.
    """
    project = await project_service.locked(actor, project_code)
    authorise(Action.AWARD_FORFEIT, projects.subject(project))
    return await _forfeited(actor, project, Cause.NOT_SIGNED, reason)


async def _forfeited(actor: Actor, project: Project, cause: Cause, reason: str) -> Project:
    words = one_text("reason", reason, REASON)
    name = "decline" if cause is Cause.DECLINED else "forfeit"
    await project_service.move(project, name, cause=cause.value, reason=words)
    await suspensions.refuse_suspended(project)
    award = await read.award_of(project.id)
    if cause is Cause.NOT_SIGNED:
        await _check_late(project, award)
    await AwardForfeiture.create(
        award=award,
        turn=award.turn,
        supplier_id=award.supplier_id,
        amount_fen=award.amount_fen,
        cause=cause,
        reason=words,
        awarded_at=award.published_at,
        forfeited_at=unit().now,
        forfeited_by_id=actor.account_id,
    )
    await _next_in_order(project, award)
    return project


async def _check_late(project: Project, award: Award) -> None:
    """From the confirmation the winner has the contract period of the rulebook, and as long as the award was suspended."""
    since = award.confirmed_at or unit().now
    until = rulebook().deadline("contract_period", since).at + await suspensions.suspended_for(project, since)
    if unit().now < until:
        raise StillTimeToSign(until)


async def _next_in_order(project: Project, award: Award) -> None:
    """The same award, one turn further, with a standstill of its own; where nobody is left the project is unsuccessful."""
    gone = await AwardForfeiture.filter(award_id=award.id).order_by("turn").values_list("supplier__code", flat=True)
    ranked = Quote.filter(project_id=project.id, live=True, rank__not_isnull=True).exclude(bidder__code__in=list(gone))
    quote = await ranked.order_by("rank").select_related("bidder").first()
    if quote is None:
        project.outcome_reason = "award_forfeited"
        await project_service.move(project, "exhaust")
        return
    amount_fen = next(place["amountFen"] for place in award.reasons["ranking"] if place["bidder"] == quote.bidder.code)
    standstill = rulebook().deadline("standstill", unit().now)
    values = {
        "turn": award.turn + 1,
        "quote_id": quote.id,
        "supplier_id": quote.bidder_id,
        "amount_fen": amount_fen,
        "service_working_days": quote.service_working_days,
        "reasons": award.reasons | {"forfeited": list(gone)},
        "published_at": unit().now,
        "standstill_until": standstill.at,
        "standstill_provisional": standstill.provisional,
        "confirmed_at": None,
        "confirmed_by_id": None,
    }
    await Award.filter(id=award.id).update(**values)
    if project.framework_id and project.method == SelectionMethod.ROTATION:
        await frameworks.add_turns(project.framework_id, project.code, (), quote.bidder.code)
    told = {"supplier": quote.bidder.code, "amountFen": amount_fen, "standstillUntil": standstill.at.isoformat()}
    await project_service.move(project, "award_next", turn=award.turn + 1, **told)


async def forfeitures_by_award(award_ids: Sequence[UUID]) -> list[list[AwardForfeiture]]:
    """Who gave each award up, in order, with the supplier."""
    rows = await AwardForfeiture.filter(award_id__in=list(award_ids)).order_by("turn").select_related("supplier")
    return [[row for row in rows if row.award_id == i] for i in award_ids]
