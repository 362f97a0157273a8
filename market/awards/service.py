"""Opening at its time by whoever comes first, exactly once; award, standstill and confirmation."""

import logging
from datetime import datetime
from uuid import UUID

from market import db
from market.actors import SYSTEM, Actor
from market.awards import deciding, read
from market.awards.models import Award
from market.errors import StandstillRunning
from market.permissions import Action
from market.projects import read as projects
from market.projects import service as project_service
from market.projects.models import Project, SelectionMethod
from market.projects.states import ProjectState
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
    """Open one project if it is due: the row lock lets one caller through, the state tells the others. True if this call did."""
    query = Project.select_for_update(of=(Project._meta.db_table,)).select_related("buyer")
    project = await query.get(id=project_id)
    now = unit().now
    if project.state != ProjectState.OPEN or now < projects.opens_at(project):
        unit().replayed = True
        return False
    await project_service.move(project, "close")
    if await _awaits_scores(project, now):
        return False
    await conclude(project, now)
    return True


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
    """Open all quotes for everybody, decide, and store what is known from here on, in the caller's transaction."""
    project.opened_at, project.next_check_at = now, None
    opened = await unsealed(project, now)
    _record_opening(project, opened)
    quotes = [one.quote for one in opened]
    await deciding.decide(project, quotes, _undrawn, now, await read.known(project, quotes))
    for quote in quotes:
        await quote.save(update_fields=_OPENED)


_OPENED = ["amount_fen", "discount_bp", "service_working_days", "proposal", "salt", "invalid_reason", "rank"]
"""What of a quote is known from the opening on."""


def _record_opening(project: Project, opened: list[Opened]) -> None:
    """From here on anyone can recompute each commitment and find it in the log before the deadline."""
    quotes = [
        {"bidder": o.quote.bidder.code, "commitment": o.quote.commitment, "content": o.content, "salt": o.quote.salt}
        for o in opened
    ]
    unit().record("quotes:open", f"project:{project.code}", quotes=quotes)


async def place_of(project: Project) -> Place:
    """The places of the draw as its transcript published them."""
    return _undrawn


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
