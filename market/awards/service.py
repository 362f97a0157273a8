"""Opening at its time by whoever comes first, exactly once; award, standstill and confirmation."""

import logging
from datetime import datetime
from uuid import UUID

from market import db
from market.actors import SYSTEM, Actor
from market.awards import read
from market.awards.models import Award
from market.draws import service as draws
from market.draws.models import Draw
from market.errors import StandstillRunning
from market.permissions import Action
from market.projects import read as projects
from market.projects import service as project_service
from market.projects.models import Project, SelectionMethod
from market.projects.states import SEALED, ProjectState
from market.quotes.models import Quote
from market.quotes.service import Opened, unseal_all
from market.selection.draw import Place
from market.selection.methods import VERSIONS
from market.selection.ranking import Selection, ValidQuote
from market.usecase import authorise, rulebook, unit, use_case

log = logging.getLogger("market")


async def settle_due(limit: int = 50) -> int:
    """Open every project whose time has come; any number of workers and readers may call it. Returns how many it opened.

    One that cannot be opened (keys lost, a stored quote altered) is logged and stays closed; it holds up nobody else.
    """
    now = await db.now()
    due = await Project.filter(next_check_at__lte=now).order_by("next_check_at").limit(limit).only("id")
    return sum([await _settled(project.id) for project in due])


async def _settled(project_id: UUID) -> bool:
    try:
        return await settle(SYSTEM, project_id)
    except Exception:
        log.exception("project %s cannot be opened", project_id)
        return False


@use_case(None)
async def settle(_actor: Actor, project_id: UUID) -> bool:
    """Close one project's list if its time has come, and open the quotes once nothing is awaited for the draw.

    The row lock lets one caller through, the state tells the others. True if this call opened them.
    """
    query = Project.select_for_update(of=(Project._meta.db_table,)).select_related("buyer")
    project = await query.get(id=project_id)
    now = unit().now
    unit().replayed = True  # unless something is recorded below
    if (
        project.state not in SEALED
        or project.next_check_at is None
        or now < max(project.next_check_at, projects.opens_at(project))
    ):
        return False
    if project.state == ProjectState.OPEN:
        await project_service.move(project, "close")
    draw = await _draw(project, now)
    project.next_check_at = await draws.due_at(project, draw, now) if draw else now
    if project.next_check_at != now:
        await project.save(update_fields=["next_check_at"])
        return False
    await _open(project, draw, now)
    return True


async def _draw(project: Project, now: datetime) -> Draw | None:
    """The project's draw, made at its closing. None where the notice has none: chosen directly, or published before there were any."""
    if "draw" not in project.terms:
        return None
    return await Draw.get_or_none(project_id=project.id) or await draws.close(project, now)


async def _open(project: Project, draw: Draw | None, now: datetime) -> None:
    project.opened_at, project.next_check_at = now, None
    opened = await unseal_all(project, now)
    _record_opening(project, opened)
    place = draws.drawn(project, draw, [o.quote for o in opened], now) if draw else _undrawn
    await _decide(project, opened, place, now)
    for one in opened:
        await one.quote.save(update_fields=["amount_fen", "service_working_days", "salt", "nonce", "invalid_reason", "rank"])
    if draw:
        await draw.save(update_fields=["transcript"])


def _record_opening(project: Project, opened: list[Opened]) -> None:
    """From here on anyone can recompute each commitment and find it in the log before the deadline."""
    quotes = [
        {"bidder": o.quote.bidder.code, "commitment": o.quote.commitment, "content": o.content, "salt": o.quote.salt}
        for o in opened
    ]
    unit().record("quotes:open", f"project:{project.code}", quotes=quotes)


async def _decide(project: Project, opened: list[Opened], place: Place, now: datetime) -> None:
    for one in opened:
        one.quote.invalid_reason = _invalid(project, one.quote)
    valid = [o for o in opened if not o.quote.invalid_reason]
    minimum = project.terms["minimumQuotes"]
    if len(valid) < minimum:
        project.outcome_reason = "too_few_valid_quotes"
        await project_service.move(project, "fail", valid=len(valid), minimum=minimum)
        return
    quotes = {o.quote.commitment: o.quote for o in valid}
    given = [ValidQuote(q.commitment, q.bidder.code, q.amount_fen, q.received_at) for q in quotes.values()]
    selection = VERSIONS[project.terms["method"]].select(given, project.terms.get("constants", {}), place)
    for rank, chosen in enumerate(selection.ranking, 1):
        quotes[chosen.commitment].rank = rank
    await _award(project, selection, quotes[selection.winner.commitment], now)


def _invalid(project: Project, quote: Quote) -> str:
    """Why the quote does not count, "" when it does. Where the draw alone chooses, who is out of it is out of the contest."""
    amount_fen = quote.amount_fen or 0
    if project.ceiling_fen is not None and amount_fen > project.ceiling_fen:
        return "above_ceiling"
    if project.method != SelectionMethod.RANDOM_DRAW:
        return ""
    if amount_fen != project.ceiling_fen:
        return "not_the_fixed_price"  # it was, before an amendment
    return "nonce_not_revealed" if quote.nonce is None else ""


def _undrawn(label: str) -> bytes:
    raise LookupError(f"this notice has no draw: no place for {label}")


async def _award(project: Project, selection: Selection, quote: Quote, now: datetime) -> None:
    standstill = rulebook().deadline("standstill", now)
    await Award.create(
        project=project,
        quote=quote,
        supplier=quote.bidder,
        amount_fen=quote.amount_fen,
        service_working_days=quote.service_working_days,
        reasons={
            "method": selection.method,
            "tieRule": selection.tie_rule,
            "tieBroken": selection.tie_broken,
            "ranking": [{"bidder": q.bidder_code, "amountFen": q.amount_fen} for q in selection.ranking],
        },
        published_at=now,
        standstill_until=standstill.at,
        standstill_provisional=standstill.provisional,
    )
    facts = {"supplier": quote.bidder.code, "amountFen": quote.amount_fen, "standstillUntil": standstill.at.isoformat()}
    await project_service.move(project, "award", **facts)


@use_case(Action.AWARD_CONFIRM)
async def confirm_award(actor: Actor, project_code: str) -> Award:
    """The buyer confirms the award once the standstill is over. Raises NotFound, NotPermitted, WrongState, StandstillRunning."""
    project = await project_service.locked(actor, project_code)
    authorise(Action.AWARD_CONFIRM, projects.subject(project))
    await project_service.move(project, "confirm")
    award = await read.award_of(project.id)
    if unit().now < award.standstill_until:
        raise StandstillRunning(award.standstill_until)
    award.confirmed_at, award.confirmed_by_id = unit().now, actor.account_id
    await award.save(update_fields=["confirmed_at", "confirmed_by_id"])
    return award
