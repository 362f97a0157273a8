"""Dated settings: limits in time and number, each with its source, read from a TOML file."""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from market import workdays
from market.clock import local_date

_UNITS = ("working_days", "days", "hours", "seconds", "milliseconds", "count", "fen")


@dataclass(frozen=True)
class Setting:
    """One dated row: ``value`` in ``unit``, in force from ``since``, with its ``source``."""

    name: str
    value: int
    unit: str
    since: date
    source: str


class SettingMissing(LookupError):
    """No row of that name is in force on that date: the rulebook file is incomplete."""


@dataclass(frozen=True)
class Rulebook:
    """All rows of one file. Replaced as a whole, never changed."""

    settings: tuple[Setting, ...]

    @classmethod
    def load(cls, path: Path) -> "Rulebook":
        """Read a rulebook file. Raises ValueError, naming the row, on an unknown unit or a value that is no whole number ≥ 0."""
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["setting"]
        for row in rows:
            if row["unit"] not in _UNITS or not isinstance(row["value"], int) or row["value"] < 0:
                raise ValueError(f"{path.name}: {row['name']}: unit one of {', '.join(_UNITS)}, value a whole number ≥ 0")
        return cls(tuple(Setting(r["name"], r["value"], r["unit"], r["from"], r["source"]) for r in rows))

    def setting(self, name: str, at: datetime) -> Setting:
        """The row in force at that moment. Raises SettingMissing."""
        day = local_date(at)
        rows = [s for s in self.settings if s.name == name and s.since <= day]
        if not rows:
            raise SettingMissing(f"{name} on {day}")
        return max(rows, key=lambda s: s.since)

    def number(self, name: str, at: datetime) -> int:
        """The value of a count or an amount in force at that moment."""
        return self.setting(name, at).value

    def deadline(self, name: str, start: datetime) -> workdays.Deadline:
        """The end of the named period that starts at ``start``. Working days end at 24:00 of the last one."""
        row = self.setting(name, start)
        if row.unit == "working_days":
            return workdays.working_days_from(start, row.value)
        end = start + timedelta(**{row.unit: row.value})
        return workdays.Deadline(local_date(end), end, provisional=False)

    def resumed(self, name: str, start: datetime, until: datetime, stopped: datetime, again: datetime) -> workdays.Deadline:
        """The end of the named period from ``start`` to ``until`` that stood still from ``stopped`` to ``again``: never shorter for it.

        Of working days as many follow as were left, the day on which it stopped among them.
        """
        if self.setting(name, start).unit == "working_days":
            first = max(local_date(stopped), local_date(start) + timedelta(days=1))
            return workdays.working_days_from(again, workdays.working_days_between(first, local_date(until)))
        end = until + (again - stopped)
        return workdays.Deadline(local_date(end), end, provisional=False)

    def duration(self, name: str, at: datetime) -> timedelta:
        """The length of a period that is not in working days."""
        row = self.setting(name, at)
        return timedelta(**{row.unit: row.value})


@cache
def default() -> Rulebook:
    """The rulebook shipped with the product."""
    return Rulebook.load(Path(__file__).with_name("rulebook.toml"))
