"""Opening at its time by whoever comes first, exactly once; award, standstill and confirmation."""

import logging
from datetime import datetime
from uuid import UUID

from market import db
from market.actors import SYSTEM, Actor
from market.awards import deciding, read
from market.awards.models import Award
from market.draws import service as draws
from market.draws.models import Draw
from market.errors import StandstillRunning
from market.permissions import Action
from market.projects import read as projects
from market.projects import service as project_service
from market.projects.models import Project, SelectionMethod
from market.projects.states import SEALED, ProjectState
from market.quotes.service import Opened, unseal_all
from market.selection.draw import Place
from market.usecase import authorise, unit, use_case

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
        unit().checkpoint = True
        await project_service.move(project, "close")
    draw = await _draw(project, now)
    project.next_check_at = await draws.due_at(project, draw, now) if draw else now
    if project.next_check_at != now:
        await project.save(update_fields=["next_check_at"])
        return False
    if await _awaits_scores(project, now):
        return False
    await conclude(project, now)
    return True


async def _draw(project: Project, now: datetime) -> Draw | None:
    """The project's draw, made at its closing. None where the notice has none: chosen directly, or published before there were any."""
    if "draw" not in project.terms:
        return None
    return await Draw.get_or_none(project_id=project.id) or await draws.close(project, now)


async def unsealed(project: Project, now: datetime) -> list[Opened]:
    """All live quotes, each with why it does not count; nothing is stored. Raises PermissionError before the time."""
    opened = await unseal_all(project, now)
    for one in opened:
        one.quote.invalid_reason = deciding.invalid(project, one.quote)
    return opened


async def _awaits_scores(project: Project, now: datetime) -> bool:
    """方案择优 with enough quotes: they stay sealed for everybody but its evaluators until all scores are in."""
    if project.method != SelectionMethod.PROPOSAL_MERIT:
        return False
    valid = sum(not one.quote.invalid_reason for one in await unsealed(project, now))
    if valid < project.terms["minimumQuotes"]:
        return False
    project.next_check_at = None
    await project_service.move(project, "evaluate", valid=valid)
    return True


async def conclude(project: Project, now: datetime) -> None:
    """Open all quotes for everybody, draw, decide, and store what is known from here on, in the caller's transaction."""
    project.opened_at, project.next_check_at, unit().checkpoint = now, None, True
    opened = await unsealed(project, now)
    _record_opening(project, opened)
    quotes, draw = [one.quote for one in opened], await _draw(project, now)
    place = draws.drawn(project, draw, quotes, now) if draw else _undrawn
    await deciding.decide(project, quotes, place, now, await read.known(project, quotes))
    for quote in quotes:
        await quote.save(update_fields=_OPENED)
    if draw:
        await draw.save(update_fields=["transcript"])


_OPENED = ["amount_fen", "discount_bp", "service_working_days", "proposal", "salt", "nonce", "invalid_reason", "rank"]
"""What of a quote is known from the opening on."""


def _record_opening(project: Project, opened: list[Opened]) -> None:
    """From here on anyone can recompute each commitment and find it in the log before the deadline."""
    quotes = [
        {"bidder": o.quote.bidder.code, "commitment": o.quote.commitment, "content": o.content, "salt": o.quote.salt}
        for o in opened
    ]
    unit().record("quotes:open", f"project:{project.code}", quotes=quotes)


async def place_of(project: Project) -> Place:
    """The places of an opened project's draw, as its transcript published them."""
    draw = await Draw.get_or_none(project_id=project.id)
    return draws.places(draw) if draw else _undrawn


def _undrawn(label: str) -> bytes:
    raise LookupError(f"this notice has no draw: no place for {label}")


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
