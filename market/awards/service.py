"""Opening at its time by whoever comes first, exactly once; award, standstill and confirmation."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from market import db
from market.actors import SYSTEM, Actor
from market.auctions import service as auctions
from market.awards import deciding, objections, read, rotating, suspensions
from market.awards.models import Award
from market.draws import service as draws
from market.draws.models import Draw
from market.errors import StandstillRunning
from market.frameworks import service as frameworks
from market.permissions import Action
from market.projects import read as projects
from market.projects import service as project_service
from market.projects.models import Project, SelectionMethod
from market.projects.parameters import FIXED_PRICE
from market.projects.states import SEALED, ProjectState
from market.quotes import excluded
from market.quotes.models import Quote
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
    """Close one project's list if its time has come, and open the quotes, or begin the auction, once nothing is awaited for the draw.

    The row lock lets one caller through, the state tells the others. True if this call opened them.
    """
    query = Project.select_for_update(of=(Project._meta.db_table,)).select_related("buyer")
    project = await query.get(id=project_id)
    now = unit().now
    unit().replayed = True  # unless something is recorded below
    if not _is_due(project, now):
        return False
    if project.state == ProjectState.OPEN:
        unit().checkpoint = True
        await project_service.move(project, "close")
    draw = await _draw(project, now)
    if draw and await _waits(project, draw, now):
        return False
    if await _awaits_scores(project, now):
        return False
    if not await _goes_on_as_auction(project, now):
        await conclude(project, now)
    return True


def _is_due(project: Project, now: datetime) -> bool:
    due_at = project.next_check_at
    return project.state in SEALED and due_at is not None and now >= max(due_at, projects.opens_at(project))


async def _waits(project: Project, draw: Draw, now: datetime) -> bool:
    """Whether the draw cannot be made: something is awaited, or was in vain."""
    if draws.beacon_overdue(project, draw, now):
        await _give_up(project)
        return True
    project.next_check_at = await draws.due_at(project, draw, now)
    if project.next_check_at == now:
        return False
    await project.save(update_fields=["next_check_at"])
    return True


async def _give_up(project: Project) -> None:
    """By a notice of before: two did not agree on the beacon, the quotes stay sealed for ever, and the buyer may post it again."""
    project.outcome_reason, project.next_check_at = "beacon_missing", None
    await project_service.move(project, "fail", reason=project.outcome_reason)


async def _draw(project: Project, now: datetime) -> Draw | None:
    """The project's draw, made at its closing. None where the notice has none: chosen directly, or published before there were any."""
    if "draw" not in project.terms:
        return None
    return await Draw.get_or_none(project_id=project.id) or await draws.close(project, now)


async def unsealed(project: Project, now: datetime) -> list[Opened]:
    """All live quotes, each with why it does not count. Raises PermissionError before the time.

    Who is excluded is found out the first time, for the caller to store: what follows goes on with the same bidders.
    """
    opened = await unseal_all(project, now)
    if project.excluded is None:
        project.excluded = await excluded.among([one.quote for one in opened], project, now)
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


async def _goes_on_as_auction(project: Project, now: datetime) -> bool:
    """多轮竞价 with enough quotes: the draw is made, the auction announced; who takes part and the draw stay sealed until its end."""
    if project.method != SelectionMethod.REVERSE_AUCTION:  # nothing else is opened for this
        return False
    quotes = [one.quote for one in await unsealed(project, now)]
    valid = [quote for quote in quotes if not quote.invalid_reason]
    if not deciding.auctioned(project, len(valid)):
        return False
    project.next_check_at, unit().checkpoint = None, True
    await project.save(update_fields=["next_check_at", "excluded"])
    await auctions.plan(project, valid, _places(project, await _drawn(project, quotes, now)))
    return True


async def _drawn(project: Project, quotes: Sequence[Quote], now: datetime) -> Draw | None:
    """The project's draw with its order, made when it is first needed; ``quotes``: all live ones, opened. None where there is none."""
    draw = await _draw(project, now)
    if draw and draw.transcript is None:
        draws.make(project, draw, quotes, now)
        await draw.save(update_fields=["transcript"])
    return draw


async def conclude(project: Project, now: datetime) -> None:
    """Open all quotes for everybody, draw, decide, and store what is known from here on, in the caller's transaction."""
    project.opened_at, project.next_check_at, unit().checkpoint = now, None, True
    if project.framework_id:
        await frameworks.hold(project.framework_id)
    opened = await unsealed(project, now)
    quotes = [one.quote for one in opened]
    could_not = await rotating.unable(project, quotes)
    _record_opening(project, opened, could_not)
    draw = await _drawn(project, quotes, now)
    if draw:
        draws.publish(project, draw)
    await deciding.decide(project, quotes, _places(project, draw), now, await read.known(project, quotes, could_not))
    for quote in quotes:
        await quote.save(update_fields=_OPENED)


_OPENED = [
    "amount_fen",
    "discount_bp",
    "service_working_days",
    "proposal",
    "practitioners",
    "salt",
    "nonce",
    "invalid_reason",
    "rank",
]
"""What of a quote is known from the opening on."""


def _record_opening(project: Project, opened: list[Opened], could_not: Mapping[str, str]) -> None:
    """From here on anyone can recompute each commitment and find it in the log before the deadline, and knows who is excluded.

    ``could_not``: of a rotation, who was not free to quote.
    """
    quotes = [
        {"bidder": o.quote.bidder.code, "commitment": o.quote.commitment, "content": o.content, "salt": o.quote.salt}
        for o in opened
    ]
    told = {"quotes": quotes, "excluded": project.excluded} | ({"leftOut": could_not} if rotating.rotates(project) else {})
    unit().record_anonymous("quotes:open", f"project:{project.code}", **told)
    for bidder in [o.quote.bidder.code for o in opened if o.content is None]:
        unit().record("quote:not_revealed", f"organisation:{bidder}", project=project.code)


async def place_of(project: Project) -> Place:
    """The places of an opened project's draw, as its transcript published them."""
    return _places(project, await Draw.get_or_none(project_id=project.id))


def _places(project: Project, draw: Draw | None) -> Place:
    """At a fixed price the silent are out and rank nowhere: in a rotation each waits where the draw puts it, or it would lose no turn."""
    return draws.places(draw, silent_last=project.method not in FIXED_PRICE) if draw else _undrawn


def _undrawn(label: str) -> bytes:
    raise LookupError(f"this notice has no draw: no place for {label}")


@use_case(Action.AWARD_CONFIRM)
async def confirm_award(actor: Actor, project_code: str) -> Award:
    """The buyer confirms the award once the standstill is over and every objection was answered and found wrong.

    Raises NotFound, NotPermitted, WrongState, AwardSuspended, StandstillRunning, ObjectionOpen, ObjectionUpheld.
    """
    project = await project_service.locked(actor, project_code)
    authorise(Action.AWARD_CONFIRM, projects.subject(project))
    await project_service.move(project, "confirm")
    await suspensions.refuse_suspended(project)
    award = await read.award_of(project.id)
    if unit().now < award.standstill_until:
        raise StandstillRunning(award.standstill_until)
    await objections.check_settled(award)
    award.confirmed_at, award.confirmed_by_id = unit().now, actor.account_id
    await award.save(update_fields=["confirmed_at", "confirmed_by_id"])
    return award
