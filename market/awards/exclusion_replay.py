"""Exclusions, found out again as of the moment of the opening, and who of a rotation could not quote as of the deadline."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from market.awards import lists_replay, passing_replay, rotating
from market.awards.differences import Difference, of_each
from market.errors import QualificationMissing
from market.log.models import LogEntry
from market.projects import able
from market.projects.models import Project
from market.quotes import excluded
from market.quotes.models import Quote


async def altered(project: Project, quotes: Sequence[Quote], logged: Mapping[str, Any]) -> Difference | None:
    """The first bidder that was excluded though it should not have been, or the other way round; then whoever was left out so; then an
    entry of the lists that the log does not know.

    ``logged``: what the log published at the opening; before it told of exclusions there is nothing to compare.
    """
    at = await _first_opened(project)
    if at is None or "excluded" not in logged:
        return None
    found = of_each("exclusion of", logged["excluded"] or {}, await excluded.among(quotes, project, at))
    found = found or await _left_out(project, quotes, logged)
    moments = sorted({at, *(act.at for act in await passing_replay.acts(project))})
    return found or await lists_replay.altered(await _concerned(project, quotes), moments)


async def _concerned(project: Project, quotes: Sequence[Quote]) -> set[UUID]:
    """Whom the lists can bar: who quoted, and of a rotation everybody who could have."""
    members = await able.members(project, project.closes_at) if rotating.rotates(project) and project.closes_at else []
    return {*(quote.bidder_id for quote in quotes), *(member.id for member in members)}


async def _first_opened(project: Project) -> datetime | None:
    """When the quotes were first opened, if only for evaluators or an auction: who was barred was found out then."""
    entries = await LogEntry.filter(subject=f"project:{project.code}").order_by("seq").only("action", "at")
    acts = ("quotes:open", "project:evaluate")
    return next((entry.at for entry in entries if entry.action in acts or entry.action.startswith("auction:")), None)


async def _left_out(project: Project, quotes: Sequence[Quote], logged: Mapping[str, Any]) -> Difference | None:
    """Of a rotation. A qualification is not dated by when it was recorded: one that was missing may have been recorded since."""
    if "leftOut" not in logged:
        return None
    said, found = dict(logged["leftOut"]), await rotating.unable(project, quotes)
    lacking = [code for code in said.keys() - found.keys() if said[code] == able.REASONS[QualificationMissing]]
    later = LogEntry.filter(action="qualification:record", subject__in=[f"organisation:{code}" for code in lacking])
    for subject in await later.filter(at__gt=project.closes_at).values_list("subject", flat=True):
        said.pop(str(subject).partition(":")[2], None)
    return of_each("left out", said, found)
