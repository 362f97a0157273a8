"""The lists behind exclusions, avoidance and relations, held against what the log told of each entry."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from market.avoidance.models import Avoidance
from market.awards.differences import Difference, first, text
from market.log.models import LogEntry
from market.parties.models import Organisation, PartyRelation
from market.rules import sides

_DAYS = ("since", "until")
_SHOWN = 8
"""Of an account's number so much: enough to tell two apart."""
_NEVER: Mapping[str, Any] = {"recorded": None, "lifted": None}
"""Of an entry that the log does not know."""
_AT_ONCE = 100
"""A condition has so many alternatives: databases nest them."""


async def altered(parties: Collection[UUID], moments: Sequence[datetime]) -> Difference | None:
    """The first entry about these parties that the log does not know, or knows otherwise; ``moments``: when the lists decided something.

    Of the avoidance list any entry by then: which parties one was about that is gone, or was given another party, nobody can tell.
    """
    found = await _unlisted(parties, max(moments))
    for at in moments:
        found = found or await _unrelated(parties, at)
    return found


async def _unlisted(parties: Collection[UUID], at: datetime) -> Difference | None:
    """The avoidance list: each entry was logged with its days and what it was about when it was recorded, and when it was lifted."""
    rows = {f"avoidance:{row.code}": row for row in await Avoidance.all().select_related("agency", "intermediary", "case")}
    told = await _told_of_entries()
    for subject, facts in told.items():
        if subject not in rows and facts["at"] <= at:
            return Difference(subject.replace(":", " "), "", facts["recorded"])
    pairs = {subject: (rows[subject], told.get(subject, _NEVER)) for subject in sorted(rows)}
    return first({s.replace(":", " "): _kept(*pair) for s, pair in pairs.items() if _matters(*pair, parties)})


def _matters(row: Avoidance, told: Mapping[str, Any], parties: Collection[UUID]) -> bool:
    """It is about one of these parties, or it was about another than now."""
    return row.intermediary_id in parties or row.commitment() != told.get("commitment", row.commitment())


async def _told_of_entries() -> dict[str, dict[str, Any]]:
    """Subject → facts of the avoidance list as the log has them."""
    told: dict[str, dict[str, Any]] = {}
    for entry in await LogEntry.filter(action__in=["avoidance:record", "avoidance:lift"]).order_by("seq"):
        if entry.action == "avoidance:record":
            body = json.loads(entry.body)
            by = body["actor"].get("account", "")[:_SHOWN]
            told[entry.subject] = {"at": entry.at, "recorded": str(entry.at), "lifted": None, "by": by} | body["facts"]
        elif entry.subject in told:
            told[entry.subject]["lifted"] = str(entry.at)
    return told


def _kept(row: Avoidance, told: Mapping[str, Any]) -> tuple[object, object]:
    kept = {
        "recorded": row.recorded_at,
        "by": str(row.recorded_by_id)[:_SHOWN],
        "lifted": row.lifted_at,
        "since": row.since,
        "until": row.until,
        "commitment": row.commitment(),
    }
    shown = {name: str(value) if value else None for name, value in kept.items()}
    return {name: shown[name] for name in shown if name in told}, {name: told[name] for name in shown if name in told}


@dataclass(frozen=True)
class Tie:
    """From whom, to whom, of what kind, when it was recorded, since and until when. None: ``at`` of old rows, ``days`` of old entries."""

    above: str
    below: str
    kind: str
    at: datetime | None
    days: tuple[object, object] | None

    def told_by(self, entry: "Tie") -> bool:
        """Whether it is the one of that entry. One without a date is from when the log did not tell days either."""
        ends = (self.above, self.below, self.kind) == (entry.above, entry.below, entry.kind)
        when = self.at == entry.at if self.at else entry.days is None
        return ends and when and entry.days in (None, self.days)

    def shown(self) -> list[str]:
        """For people to read."""
        return [str(value) for value in (self.above, self.below, self.kind, self.at, *(self.days or ()))]


async def _unrelated(parties: Collection[UUID], at: datetime) -> Difference | None:
    """Relations of these parties, and of those above them as far as the rules look, as the log told of each that was recorded by hand."""
    held = await _upwards(parties)
    kept, told = await _stored(held, at), await _told(held, at)
    strange = []
    for tie in kept:
        entry = next((entry for entry in told if tie.told_by(entry)), None)
        if entry:
            told.remove(entry)
        else:
            strange.append(tie)
    if strange and await _could_be_imported(strange):
        strange = []
    return first({"relations": (_shown(strange), _shown(told))})


def _shown(ties: Iterable[Tie]) -> str:
    return text(sorted(tie.shown() for tie in ties))


async def _upwards(parties: Collection[UUID]) -> list[UUID]:
    """With whoever stands above, one step fewer than the rules look: whatever ties them to one more is told of them."""
    known, level = set(parties), set(parties)
    for _ in range(sides.HOLDING_STEPS - 1):
        rows = await PartyRelation.filter(target_org_id__in=list(level), relation__in=sorted(sides.HOLDING))
        level = {row.source_org_id for row in rows} - known
        known |= level
    return list(known)


async def _stored(held: Sequence[UUID], at: datetime) -> list[Tie]:
    """Those that counted then; one without a date counts at any time."""
    rows = PartyRelation.filter(Q(recorded_at=None) | Q(recorded_at__lte=at), target_org_id__in=held)
    found = await rows.select_related("source_org", "target_org")
    return [
        Tie(row.source_org.code, row.target_org.code, row.relation, row.recorded_at, (_day(row.since), _day(row.until)))
        for row in found
    ]


def _day(value: object) -> str | None:
    return str(value) if value else None


async def _told(held: Sequence[UUID], at: datetime) -> list[Tie]:
    """As the log told of them by then, theirs alone: whoever is below is a fact in the entry's text."""
    codes = [organisation.code for organisation in await Organisation.filter(id__in=held).only("code")]
    entries: list[LogEntry] = []
    for start in range(0, len(codes), _AT_ONCE):
        named = reduce(or_, [Q(body__contains=f'"to":"{code}"') for code in codes[start : start + _AT_ONCE]])
        entries += await LogEntry.filter(named, action="relation:record", at__lte=at)
    return [_tie(entry.subject.partition(":")[2], json.loads(entry.body)["facts"], entry.at) for entry in entries]


def _tie(above: str, facts: dict[str, Any], at: datetime) -> Tie:
    days = (facts["since"], facts["until"]) if facts.keys() >= set(_DAYS) else None
    return Tie(above, facts["to"], facts["relation"], at, days)


async def _could_be_imported(strange: Sequence[Tie]) -> bool:
    """Whether imports account for them: each at the moment of one, or without a date as before there were any; and in the whole table
    there are no more rows than the log tells of, for an import is logged as a whole."""
    entries = await LogEntry.filter(action="ledger:import").order_by("seq")
    moments = {entry.at for entry in entries}
    if not all(tie.at is None or tie.at in moments for tie in strange):
        return False
    imported: int = sum(json.loads(entry.body)["facts"]["counts"].get("relations", {}).get("stored", 0) for entry in entries)
    by_hand = await LogEntry.filter(action="relation:record").count()
    return imported > 0 and imported + by_hand >= await PartyRelation.all().count()
