"""A rotation's inputs besides the quotes: the stored turns and members must be those that the log published."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from market.awards import rotating
from market.awards.differences import Difference, first
from market.frameworks import read as frameworks
from market.log.models import LogEntry
from market.projects.models import Project
from market.selection.draw import Place

_ACTS = ("framework:turn", "framework:decide", "framework:leave")


async def altered(project: Project) -> Difference | None:
    """The first part of the framework's history that is stored otherwise than it was logged; None for other methods."""
    if project.framework_id is None or not rotating.rotates(project):
        return None
    rows = LogEntry.filter(subject=f"framework:{project.terms['framework']}", action__in=_ACTS).order_by("seq")
    said = _said([json.loads(row.body) for row in await rows])
    return first({part: (kept, said[part]) for part, kept in (await _stored(project.framework_id)).items()})


async def turned(project: Project, reasons: Mapping[str, Any], holders: Sequence[str], place: Place) -> Difference | None:
    """Where the turns that this call-off is said to have taken are not those that follow. ``holders``: of the award, in order."""
    if project.framework_id is None or not rotating.rotates(project):
        return None
    [turns] = await frameworks.turns_by_framework([project.framework_id])
    kept = [(turn.member.code, turn.cause) for turn in turns if turn.project_code == project.code]
    follow = [(code, cause.value) for code, cause in rotating.turns(reasons, holders, place)]
    return first({"turns of the call-off": (kept, follow)})


async def _stored(framework_id: UUID) -> dict[str, list[Any]]:
    [turns] = await frameworks.turns_by_framework([framework_id])
    [entries] = await frameworks.entries_by_framework([framework_id])
    return {
        "turns": [(t.number, t.member.code, t.project_code, t.cause) for t in turns],
        "members": sorted((e.member.code, _moment(e.decided_at)) for e in entries if e.admitted),
        "leavers": sorted((e.member.code, _moment(e.left_at)) for e in entries if e.left_at),
    }


def _said(bodies: list[dict[str, Any]]) -> dict[str, list[Any]]:
    def of(act: str) -> list[dict[str, Any]]:
        return [body for body in bodies if body["action"] == act]

    turns = [body["facts"] for body in of("framework:turn")]
    return {
        "turns": [(turn["number"], turn["member"], turn["project"], turn["cause"]) for turn in turns],
        "members": sorted((b["facts"]["member"], b["at"]) for b in of("framework:decide") if b["facts"]["admitted"]),
        "leavers": sorted((body["facts"]["member"], body["at"]) for body in of("framework:leave")),
    }


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else ""
