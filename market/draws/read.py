"""Reads of draws: what a notice says of its draw, from the closing on its hash, after it the whole transcript."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from market.draws.models import Draw


async def draws_by_project(project_ids: Sequence[UUID]) -> list[Draw | None]:
    """Draws in key order; None before the closing, and where there is none."""
    rows = {d.project_id: d for d in await Draw.filter(project_id__in=list(project_ids))}
    return [rows.get(i) for i in project_ids]


async def draw_of(project_code: str) -> Draw:
    """The draw of a project that has one, with its project."""
    return await Draw.get(project__code=project_code).select_related("project")


def beacon_awaited(terms: dict[str, Any], draw: Draw) -> bool:
    """Whether the notice names a beacon that two officials have not confirmed yet."""
    return bool(terms["draw"]["beacon"]) and draw.beacon_confirmed_at is None
