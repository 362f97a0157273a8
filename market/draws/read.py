"""Reads of draws: what a notice says of its draw, from the closing on its hash, after it the whole transcript."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from market.draws.models import Draw
from market.selection import draw as drawing


async def draws_by_project(project_ids: Sequence[UUID]) -> list[Draw | None]:
    """Draws in key order; None before the closing, and where there is none."""
    rows = {d.project_id: d for d in await Draw.filter(project_id__in=list(project_ids))}
    return [rows.get(i) for i in project_ids]


async def draw_of(project_code: str) -> Draw:
    """The draw of a project that has one, with its project."""
    return await Draw.get(project__code=project_code).select_related("project")


def beacon_awaited(terms: dict[str, Any], draw: Draw) -> bool:
    """Whether the notice names a beacon on which no two agree yet, as its rule counts them."""
    return bool(terms["draw"]["beacon"]) and not drawing.agreed(terms["draw"]["rule"], draw.voices)


def beacon_until(terms: dict[str, Any]) -> datetime | None:
    """Until when it can be typed in; None for a notice that waits for ever, or names none."""
    until = (terms["draw"]["beacon"] or {}).get("until") or terms.get("beaconUntil")
    return datetime.fromisoformat(until) if until else None


def goes_on_without(terms: dict[str, Any]) -> bool:
    """Whether the notice says what the draw takes where two do not agree in time; by the first rule the contest failed then."""
    return str(terms["draw"]["rule"]) != drawing.FIRST
