"""Award forfeiture (弃选) and the next in order. Source: domain.md §2.12 (abandoning an award, not signing it)."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from market.actors import Actor
from market.avoidance import barred
from market.awards import read, rotating, service, suspensions
from market.awards.models import Award, AwardForfeiture
from market.errors import StillTimeToSign
from market.frameworks import service as frameworks
from market.permissions import Action, Subject
from market.projects import read as projects
from market.projects import service as project_service
from market.projects.models import Project
from market.projects.states import ProjectState
from market.quotes.models import Quote
from market.text import one_published
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
    words = one_published("reason", reason, REASON)
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
    """The same award, one turn further, with a standstill of its own; where nobody is left the project is unsuccessful.

    Whoever became barred since the opening is passed over, for a reason that is published; what counts as a bar by then says
    ``avoidance.barred``. It is judged anew each time, and in a rotation who is passed over keeps its turn.
    """
    gone = [str(code) for code in await _forfeiters(award)]
    quote, passed_over = await _first_free(project, gone)
    reasons = award.reasons | {"forfeited": gone, "passedOver": passed_over}
    if quote is None:
        await Award.filter(id=award.id).update(reasons=reasons)
        project.outcome_reason = "award_forfeited"
        await project_service.move(project, "exhaust", passedOver=passed_over)
        return
    amount_fen = next(place["amountFen"] for place in award.reasons["ranking"] if place["bidder"] == quote.bidder.code)
    standstill = rulebook().deadline("standstill", unit().now)
    values = {
        "turn": award.turn + 1,
        "quote_id": quote.id,
        "supplier_id": quote.bidder_id,
        "amount_fen": amount_fen,
        "service_working_days": quote.service_working_days,
        "reasons": reasons,
        "published_at": unit().now,
        "standstill_until": standstill.at,
        "standstill_provisional": standstill.provisional,
        "confirmed_at": None,
        "confirmed_by_id": None,
    }
    await Award.filter(id=award.id).update(**values)
    await _take_turn(project, award, gone, quote.bidder.code)
    told = {"supplier": quote.bidder.code, "amountFen": amount_fen, "standstillUntil": standstill.at.isoformat()}
    await project_service.move(project, "award_next", turn=award.turn + 1, passedOver=passed_over, **told)


async def _forfeiters(award: Award) -> list[Any]:
    return await AwardForfeiture.filter(award_id=award.id).order_by("turn").values_list("supplier__code", flat=True)


async def _first_free(project: Project, gone: Sequence[str]) -> tuple[Quote | None, dict[str, str]]:
    """The first in order that did not give the award up and may serve today, and who was passed over for it, code → reason."""
    passed_over: dict[str, str] = {}
    ranked = Quote.filter(project_id=project.id, live=True, rank__not_isnull=True).exclude(bidder__code__in=list(gone))
    for quote in await ranked.order_by("rank").select_related("bidder"):
        reason = await barred.reason(project, quote.bidder, unit().now)
        if not reason:
            return quote, passed_over
        passed_over[quote.bidder.code] = reason
    return None, passed_over


async def _take_turn(project: Project, award: Award, gone: Sequence[str], code: str) -> None:
    """Of a rotation the next in order has its turn too, and whoever stood before it and did not offer has lost its own."""
    if project.framework_id is None or not rotating.rotates(project):
        return
    place = await service.place_of(project)
    before, after = (rotating.turns(award.reasons, holders, place) for holders in (gone, [*gone, code]))
    await frameworks.add_turns(project.framework_id, project.code, after[len(before) :])


async def forfeitures_by_award(award_ids: Sequence[UUID]) -> list[list[AwardForfeiture]]:
    """Who gave each award up, in order, with the supplier."""
    rows = await AwardForfeiture.filter(award_id__in=list(award_ids)).order_by("turn").select_related("supplier")
    return [[row for row in rows if row.award_id == i] for i in award_ids]
