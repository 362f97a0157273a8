"""Who paid, as rows with bars: one row per department or month, one part per payer's side and one for what must still come back."""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from web.pages.operation import Variables
from web.pages.supervision.amounts import fen, percent, wan

SIDES = ("AGENCY", "APPLICANT", "THIRD_PARTY", "UNKNOWN")
AT_ISSUE = "AT_ISSUE"
"""The part of a bar that open findings say must come back; it is taken out of the side that paid it."""


@dataclass
class Row:
    """``key``: department's code or month; ``at_issue`` is within ``sides``. Amounts in fen, net of refunds."""

    key: str | None
    name: str
    count: int = 0
    at_issue: int = 0
    sides: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SIDES, 0))
    plain: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SIDES, 0))

    @property
    def total(self) -> int:
        """All that was paid."""
        return sum(self.sides.values())

    def add(self, group: Mapping[str, Any]) -> None:
        """One side's payments."""
        net, issue = fen(group["net"]), fen(group["amountAtIssue"])
        self.count += group["count"]
        self.at_issue += issue
        self.sides[group["payerSide"]] += net
        self.plain[group["payerSide"]] += max(net - issue, 0)

    def shown(self, widest: int) -> dict[str, Any]:
        """For the template; a bar's parts as lengths of the widest row."""
        parts, at = [], 0
        for kind, amount in (*self.plain.items(), (AT_ISSUE, self.at_issue)):
            if amount > 0:
                parts.append({"kind": kind, "x": percent(at, widest), "width": percent(amount, widest)})
                at += amount
        return {
            "key": self.key,
            "name": self.name,
            "count": self.count,
            "bar": parts,
            "sides": {side: wan(amount) for side, amount in self.sides.items()},
            "at_issue": wan(self.at_issue) if self.at_issue else "",
            "share": percent(self.at_issue, self.total),
        }


def rows(groups: Iterable[Mapping[str, Any]], key: str, name: str = "") -> list[Row]:
    """Groups of one key and the payer's side, brought together by key."""
    found: dict[str | None, Row] = {}
    for group in groups:
        called = (group[name] or {}).get("name", "") if name else group[key]
        found.setdefault(group[key], Row(group[key], called or "")).add(group)
    return list(found.values())


def chart(found: list[Row]) -> dict[str, Any]:
    """The rows as shown, and what to say above them: the row with most at issue."""
    widest = max((sum(row.plain.values()) + row.at_issue for row in found), default=0)
    worst = max(found, key=lambda row: row.at_issue, default=None)
    return {
        "rows": [row.shown(widest) for row in found],
        "worst": worst.shown(widest) if worst and worst.at_issue else None,
        "sides": [side for side in SIDES if any(row.sides[side] for row in found)],
    }


def overview(data: dict[str, Any], _asked: Variables) -> dict[str, Any]:
    """What the overview adds: both charts and the totals over all departments."""
    agencies = rows(data["byAgency"]["groups"], "agencyCode", "agency")
    months = sorted(rows(data["byMonth"]["groups"], "month"), key=lambda row: row.key or "")
    agencies.sort(key=lambda row: (-row.at_issue, -row.total))
    every = Row(None, "")
    for group in data["byMonth"]["groups"]:
        every.add(group)
    return {"agencies": chart(agencies), "months": chart(months), "every": every.shown(every.total), "last_day": last_day}


def last_day(month: str) -> str:
    """``2026-11`` → ``2026-11-30``."""
    year, number = map(int, month.split("-"))
    return f"{month}-{monthrange(year, number)[1]}"
