"""Reads of witnessed checkpoints, beside what the log itself says of that size."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.log import models as log_models
from market.log import read as log
from market.witnesses.models import WitnessedCheckpoint


@dataclass(frozen=True)
class Witnessed:
    """``our_root``, ``ours``: our root and signed note of that size; None where the log never was so long, or was not signed."""

    row: WitnessedCheckpoint
    our_root: str | None
    ours: str | None


def witnessed() -> QuerySet[WitnessedCheckpoint]:
    """All of them."""
    return WitnessedCheckpoint.all()


async def page(after: Sequence[Any] | None, limit: int) -> list[Witnessed]:
    """At most ``limit + 1``, the newest first, after a position (datetime, id)."""
    query = witnessed()
    if after is not None:
        query = query.filter(Q(at__lt=after[0]) | Q(at=after[0], id__lt=after[1]))
    rows = await query.order_by("-at", "-id").limit(limit + 1)
    signed = {row.size: row for row in await log.checkpoints().filter(size__in=[row.size for row in rows])}
    return [await _beside(row, signed.get(row.size)) for row in rows]


async def beside_ours(row: WitnessedCheckpoint) -> Witnessed:
    """One of them with our own word."""
    return await _beside(row, await log.checkpoint(row.size))


async def _beside(row: WitnessedCheckpoint, signed: log_models.LogCheckpoint | None) -> Witnessed:
    root = row.root if row.agrees else await our_root(row.size)
    return Witnessed(row, root, signed.note if signed else None)


async def our_root(size: int) -> str | None:
    """The log's root at that size; None when it is not so long."""
    return (await log.root_at(size)).hex() if size <= (await log.frontier()).size else None
