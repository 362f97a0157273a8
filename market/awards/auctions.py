"""Auctions by the clock, and the award at their end."""

import logging
from uuid import UUID

from market import db
from market.actors import SYSTEM, Actor
from market.auctions import feed, read
from market.auctions import service as auctions
from market.auctions.models import Auction
from market.awards import service
from market.projects.models import Project
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
    """Now everybody may know who was who: quotes and draw are opened, the audit file's hash stands in the log."""
    project = await Project.select_for_update(of=(Project._meta.db_table,)).select_related("buyer").get(id=auction.project_id)
    await service.conclude(project, unit().now)
    unit().record("auction:audit", f"project:{project.code}", sha256=read.audit_hash(await read.audit(auction)))
