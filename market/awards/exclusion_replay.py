"""Exclusions, found out again as of the moment of the opening, and the lists behind them held against the log."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from market.avoidance.models import Avoidance
from market.awards.differences import Difference, first
from market.log.models import LogEntry
from market.parties.models import PartyRelation
from market.projects.models import Project
from market.quotes import excluded
from market.quotes.models import Quote


async def altered(project: Project, quotes: Sequence[Quote], logged: Mapping[str, Any]) -> Difference | None:
    """The first bidder that was excluded though it should not have been, or the other way round; then an entry that the log does not know.

    ``logged``: what the log published at the opening; before it told of exclusions there is nothing to compare.
    """
    at = await _first_opened(project)
    if at is None or "excluded" not in logged:
        return None
    said, found = logged["excluded"] or {}, await excluded.among(quotes, project, at)
    told = {f"exclusion of {code}": (said.get(code, ""), found.get(code, "")) for code in sorted({*said, *found})}
    return first(told) or await _unlisted(quotes, at) or await _unrelated(quotes, at)


async def _first_opened(project: Project) -> datetime | None:
    """When the quotes were first opened, if only for evaluators or an auction: who was barred was found out then."""
    entries = await LogEntry.filter(subject=f"project:{project.code}").order_by("seq").only("action", "at")
    acts = ("quotes:open", "project:evaluate")
    return next((entry.at for entry in entries if entry.action in acts or entry.action.startswith("auction:")), None)


async def _unlisted(quotes: Sequence[Quote], at: datetime) -> Difference | None:
    """The avoidance list of these bidders as it stood then: each entry was logged when it was recorded, and when it was lifted."""
    rows = await Avoidance.filter(intermediary_id__in=[quote.bidder_id for quote in quotes], recorded_at__lte=at)
    acts = ("avoidance:record", "avoidance:lift")
    entries = await LogEntry.filter(subject__in=[f"avoidance:{row.code}" for row in rows], action__in=acts)
    moments = {(entry.subject, entry.action): entry.at for entry in entries}
    listed: dict[str, tuple[object, object]] = {}
    for row in rows:
        told = [moments.get((f"avoidance:{row.code}", act)) for act in acts]
        listed[f"avoidance {row.code}"] = _both([row.recorded_at, row.lifted_at], told)
    return first(listed)


Tie = tuple[str, str, str, datetime]
"""From whom, to whom, of what kind, and when it was recorded."""


async def _unrelated(quotes: Sequence[Quote], at: datetime) -> Difference | None:
    """Relations of these bidders as the log told of each that was recorded by hand; an import is logged as a whole."""
    kept, told = await _kept(quotes, at), await _told({quote.bidder.code for quote in quotes}, at)
    loaded = await LogEntry.filter(action="ledger:import", at__lte=at).values_list("at", flat=True)
    by_hand = {tie for tie in kept if tie[3] not in loaded}
    return first({"relations": _both(sorted(by_hand - told), sorted(told - kept))})


async def _kept(quotes: Sequence[Quote], at: datetime) -> set[Tie]:
    rows = PartyRelation.filter(target_org_id__in=[quote.bidder_id for quote in quotes], recorded_at__lte=at)
    found = await rows.select_related("source_org", "target_org")
    return {(row.source_org.code, row.target_org.code, row.relation, row.recorded_at) for row in found if row.recorded_at}


async def _told(bidders: set[str], at: datetime) -> set[Tie]:
    entries = await LogEntry.filter(action="relation:record", at__lte=at)
    said = [(entry.subject.partition(":")[2], json.loads(entry.body)["facts"], entry.at) for entry in entries]
    return {(above, facts["to"], facts["relation"], on) for above, facts, on in said if facts["to"] in bidders}


def _both(kept: Sequence[object], logged: Sequence[object]) -> tuple[object, object]:
    """As stored and as logged, for people to read."""
    return [str(value) for value in kept], [str(value) for value in logged]
