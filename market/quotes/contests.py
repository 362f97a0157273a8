"""When the log is signed while contests run: at moments that anybody can work out from the notices alone (``log.sealed``)."""

from datetime import datetime

from market import db
from market.actors import SYSTEM, Actor
from market.log import read as log
from market.projects.models import Project
from market.projects.states import ProjectState
from market.usecase import rulebook, unit, use_case


async def publish_due() -> bool:
    """Sign a checkpoint if one is due; any number of workers may call this. True if this call did."""
    return await _is_due(await db.now()) and await _publish(SYSTEM)


@use_case(None)
async def _publish(_actor: Actor) -> bool:
    await log.hold()
    unit().checkpoint = await _is_due(unit().now)
    unit().replayed = not unit().checkpoint
    return unit().checkpoint


async def _is_due(now: datetime) -> bool:
    """After so many seconds while a notice is open for quotes, and once when its deadline is over, before it is opened."""
    last = await log.last_checkpoint()
    running = Project.filter(state=ProjectState.OPEN)
    if last is None or now - last.at >= rulebook().duration("sealed_batch", now):
        return await running.exists()
    return await running.filter(closes_at__gt=last.at, closes_at__lt=now).exists()
