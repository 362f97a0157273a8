"""Auctions by the clock, and the award at their end."""

import hashlib
import logging
from uuid import UUID

from market import db
from market.actors import SYSTEM, Actor
from market.auctions import feed, read
from market.auctions import service as auctions
from market.auctions.models import Auction
from market.awards.service import give, record_opening
from market.projects.models import Project
from market.quotes.service import unseal_all
from market.selection import reverse_auction
from market.selection.ranking import ValidQuote
from market.usecase import unit, use_case

log = logging.getLogger("market")

LOOK_EVERY_S = 1.0
"""How often this process looks for auctions that others have planned or moved."""


async def advance_due() -> float:
    """Move every auction whose time has come; any number of processes may call it. Returns how long, in seconds, until the next look."""
    moved = [await _moved(auction_id) for auction_id in await auctions.due(await db.now())]
    next_at = await auctions.next_due()
    if next_at is None or not all(moved):
        return LOOK_EVERY_S
    return min(LOOK_EVERY_S, max(0.0, (next_at - await db.now()).total_seconds()))


async def _moved(auction_id: UUID) -> bool:
    """False when it could not be moved, which is logged; it holds up nobody else."""
    try:
        if await advance(SYSTEM, auction_id):
            feed.tell(auction_id)
    except Exception:
        log.exception("auction %s cannot go on", auction_id)
        return False
    return True


@use_case(None)
async def advance(_actor: Actor, auction_id: UUID) -> bool:
    """One stage further if it is due: the row lock lets one process through, the time tells the others. True if this call did."""
    auction = await auctions.held(auction_id)
    if auction is None:
        unit().replayed = True
        return False
    if await auctions.move_on(auction):
        await _award(auction)
    return True


async def _award(auction: Auction) -> None:
    """Now everybody may know who was who: the sealed quotes are explained, the audit file's hash stands in the log."""
    now = unit().now
    project = await Project.select_for_update(of=(Project._meta.db_table,)).select_related("buyer").get(id=auction.project_id)
    opened = await unseal_all(project, now)
    record_opening(project, opened)
    seats = {seat.bidder.code: seat for seat in await read.seats_of(auction)}
    quotes = {one.quote.commitment: one.quote for one in opened if one.quote.bidder.code in seats}
    selection = reverse_auction.decided(
        (
            ValidQuote(quote.commitment, quote.bidder.code, seats[quote.bidder.code].amount_fen, quote.received_at)
            for quote in quotes.values()
        ),
        lambda code: bytes.fromhex(seats[code].place),
    )
    digest = hashlib.sha256(read.canonical_audit(await read.audit(auction)).encode()).hexdigest()
    unit().record("auction:audit", f"project:{project.code}", sha256=digest)
    await give(project, selection, quotes, now)
    for quote in quotes.values():
        await quote.save(update_fields=["rank"])
