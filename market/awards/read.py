"""Reads of awards."""

from collections.abc import Sequence
from uuid import UUID

from market.awards.models import Award


async def award_of(project_id: UUID) -> Award:
    """The award of a project that has one, with its supplier."""
    return await Award.get(project_id=project_id).select_related("supplier", "project")


async def awards_by_project(project_ids: Sequence[UUID]) -> list[Award | None]:
    """Awards in key order, with their suppliers; None where there is none."""
    rows = {a.project_id: a for a in await Award.filter(project_id__in=list(project_ids)).select_related("supplier")}
    return [rows.get(i) for i in project_ids]
