"""依据: for what a platform measure may be taken and how heavy it may be, published before use, as dated rows of a file.

Source: domain.md §2.12; 浙江省公共信用信息管理条例 (measures proportionate and published before use).
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from market.measures.states import MeasureKind

_ORDER = tuple(MeasureKind)


@dataclass(frozen=True)
class Step:
    """A kind of measure, a pause with its days."""

    kind: MeasureKind
    days: int | None = None

    @property
    def weight(self) -> tuple[int, int]:
        """For comparing: the kind first, then the days."""
        return _ORDER.index(self.kind), self.days or 0


@dataclass(frozen=True)
class Ground:
    """``steps``: the heaviest measure for the first time, the second, and so on; the last one for every further time."""

    code: str
    zh: str
    en: str
    since: date
    source: str
    steps: tuple[Step, ...]

    def heaviest(self, earlier: int) -> Step:
        """What may be taken at most after so many earlier measures for the same ground."""
        return self.steps[min(earlier, len(self.steps) - 1)]


@cache
def listed() -> tuple[Ground, ...]:
    """All rows as the file has them. Raises ValueError, KeyError on a row that is none."""
    rows = tomllib.loads(Path(__file__).with_name("grounds.toml").read_text(encoding="utf-8"))["ground"]
    return tuple(_ground(row) for row in rows)


def _ground(row: dict[str, Any]) -> Ground:
    steps = tuple(Step(MeasureKind(step["kind"]), step.get("days")) for step in row["steps"])
    if not steps or any((step.kind is MeasureKind.PAUSE) != bool(step.days) for step in steps):
        raise ValueError(f"grounds.toml: {row['code']}: every step a kind, a pause with its days")
    return Ground(row["code"], row["zh"], row["en"], row["from"], row["source"], steps)


def in_force(on: date) -> tuple[Ground, ...]:
    """The grounds of that day, of each code the newest row, in the file's order."""
    newest = {ground.code: ground for ground in sorted(listed(), key=lambda g: g.since) if ground.since <= on}
    return tuple(ground for ground in listed() if newest.get(ground.code) is ground)


def find(code: str, on: date) -> Ground | None:
    """The ground as it was published on that day, None where it was not."""
    return next((ground for ground in in_force(on) if ground.code == code), None)
