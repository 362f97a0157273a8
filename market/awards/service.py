"""Opening at its time by whoever comes first, exactly once; award, standstill and confirmation."""

import logging
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from uuid import UUID

from market import db
from market.actors import SYSTEM, Actor
from market.auctions import service as auctions
from market.awards import read
from market.awards.models import Award
from market.errors import StandstillRunning
from market.permissions import Action
from market.projects import read as projects
from market.projects import service as project_service
from market.projects.models import Project, SelectionMethod
from market.projects.states import ProjectState
from market.quotes.models import Quote
from market.quotes.service import Opened, unseal_all
from market.selection import draw
from market.selection.methods import METHODS
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
    """Open one project if it is due: the row lock lets one caller through, the state tells the others. True if this call did."""
    query = Project.select_for_update(of=(Project._meta.db_table,)).select_related("buyer")
    project = await query.get(id=project_id)
    now = unit().now
    if project.state != ProjectState.OPEN or now < projects.opens_at(project):
        unit().replayed = True
        return False
    unit().checkpoint = True
    project.opened_at, project.next_check_at = now, None
    await project_service.move(project, "close")
    opened = await unseal_all(project, now)
    valid = _valid(project, opened)
    if project.method == SelectionMethod.REVERSE_AUCTION and len(valid) >= max(2, project.terms["minimumQuotes"]):
        await auctions.plan(project, [one.quote for one in valid], _place(project, opened))
    else:
        record_opening(project, opened)
        await _decide(project, valid, now)
    for one in opened:
        await one.quote.save(update_fields=["amount_fen", "service_working_days", "salt", "invalid_reason", "rank"])
    return True


def record_opening(project: Project, opened: list[Opened]) -> None:
    """From here on anyone can recompute each commitment and find it in the log before the deadline."""
    quotes = [
        {"bidder": o.quote.bidder.code, "commitment": o.quote.commitment, "content": o.content, "salt": o.quote.salt}
        for o in opened
    ]
    unit().record("quotes:open", f"project:{project.code}", quotes=quotes)


def _valid(project: Project, opened: list[Opened]) -> list[Opened]:
    """Those that meet the notice; the others are given the reason."""
    for one in opened:
        if project.ceiling_fen is not None and one.quote.amount_fen > project.ceiling_fen:
            one.quote.invalid_reason = "above_ceiling"
    return [one for one in opened if not one.quote.invalid_reason]


def _place(project: Project, opened: list[Opened]) -> draw.Place:
    """The draw over everybody whose quote was opened: each sealed content, salt and all, has its say through its commitment."""
    said = {one.quote.bidder.code: bytes.fromhex(one.quote.commitment) for one in opened}
    return partial(draw.place, draw.seed(b"", project.code, said, said))


async def _decide(project: Project, valid: list[Opened], now: datetime) -> None:
    minimum = project.terms["minimumQuotes"]
    if len(valid) < minimum:
        project.outcome_reason = "too_few_valid_quotes"
        await project_service.move(project, "fail", valid=len(valid), minimum=minimum)
        return
    quotes = {o.quote.commitment: o.quote for o in valid}
    selection = METHODS[project.method].select(
        ValidQuote(q.commitment, q.bidder.code, q.amount_fen, q.received_at) for q in quotes.values()
    )
    await give(project, selection, quotes, now)


async def give(project: Project, selection: Selection, quotes: Mapping[str, Quote], now: datetime) -> None:
    """Rank the quotes, by their commitments, and award to the first, at the amount that the selection says."""
    for rank, place in enumerate(selection.ranking, 1):
        quotes[place.commitment].rank = rank
    quote, amount_fen = quotes[selection.winner.commitment], selection.winner.amount_fen
    standstill = rulebook().deadline("standstill", now)
    await Award.create(
        project=project,
        quote=quote,
        supplier=quote.bidder,
        amount_fen=amount_fen,
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
    facts = {"supplier": quote.bidder.code, "amountFen": amount_fen, "standstillUntil": standstill.at.isoformat()}
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
