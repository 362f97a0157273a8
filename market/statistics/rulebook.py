"""The indicators as dated rows: ``rules/*.toml``, the laws they rest on, and the words of ``words.toml``.

Every threshold and every smallest sample is a parameter of a row, with its source; a changed one is a new row.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from market.rules import rulebook
from market.rules.rulebook import Basis, Parameter

_HERE = Path(__file__).parent
_LAWS = (Path(rulebook.__file__).with_name("laws.toml"), _HERE / "laws.toml")
COMMON = "common"
"""The row of what all indicators share: the window and the methods."""


@dataclass(frozen=True)
class Indicator:
    """One dated row. In force on the run's day from ``valid_from`` to ``valid_to`` (None: until further notice).

    ``refs``: numbers of ``integrity.md`` §3.2 and of ``domain.md`` §3.5. ``subject``: what one value is about.
    ``keeps``: ``all`` outcomes, or ``flags`` alone where there is a value per contract; the others are counted.
    ``regional``: compares with the agency's region, so that an agency whose region is unknown has none.
    ``wording_*``: why one may want to look. Never that something was found. ``false_alarm_*``: how often honest parties are
    flagged, where that is known.
    """

    id: str
    version: str
    refs: tuple[str, ...]
    subject: str
    keeps: str
    regional: bool
    title_zh: str
    title_en: str
    wording_zh: str
    wording_en: str
    formula_zh: str
    formula_en: str
    valid_from: date
    basis: tuple[Basis, ...]
    parameters: Mapping[str, Parameter]
    false_alarm_zh: str = ""
    false_alarm_en: str = ""
    valid_to: date | None = None

    def in_force(self, on: date) -> bool:
        """valid_from ≤ on ≤ valid_to."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    @cached_property
    def values(self) -> dict[str, Any]:
        """The parameters without their sources; numbers that are written as text are exact fractions."""
        return {name: _exact(parameter.value) for name, parameter in self.parameters.items()}


def _exact(value: Any) -> Any:
    return Fraction(value) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


@cache
def default() -> tuple[Indicator, ...]:
    """All rows shipped with the product, by id and date, the common ones among them."""
    return load(_HERE / "rules")


def load(folder: Path) -> tuple[Indicator, ...]:
    """All rows of a folder. A row without ``valid_to`` ends the day before the next of its id begins."""
    laws = {k: Basis(**entry) for path in _LAWS for k, entry in tomllib.loads(path.read_text(encoding="utf-8")).items()}
    files = (tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml")))
    rows = [row for file in files for row in _rows(file, laws)]
    return tuple(_ended(row, rows) for row in rows)


def _rows(file: dict[str, Any], laws: Mapping[str, Basis]) -> Iterable[Indicator]:
    for row in file.pop("row"):
        values = file | row
        parameters = {name: Parameter(**entry) for name, entry in values.pop("parameter", {}).items()}
        basis = tuple(laws[key] for key in values.pop("basis"))
        yield Indicator(**(values | {"refs": tuple(values["refs"])}), basis=basis, parameters=parameters)


def _ended(row: Indicator, rows: Iterable[Indicator]) -> Indicator:
    later = [r.valid_from for r in rows if r.id == row.id and r.valid_from > row.valid_from]
    return replace(row, valid_to=min(later) - timedelta(1)) if later and row.valid_to is None else row


def indicators(rows: Iterable[Indicator] | None = None) -> list[Indicator]:
    """The rows that are indicators."""
    return [row for row in (default() if rows is None else rows) if row.id != COMMON]


def in_force(on: date, rows: Iterable[Indicator] | None = None) -> dict[str, Indicator]:
    """Id → the row in force on a day; empty before the common row begins."""
    found = {row.id: row for row in (default() if rows is None else rows) if row.in_force(on)}
    return found if COMMON in found else {}


def row(indicator: str, version: str, rows: Iterable[Indicator] | None = None) -> Indicator | None:
    """The row that a stored value was made by, or None when the rules no longer have it."""
    return next((r for r in (default() if rows is None else rows) if (r.id, r.version) == (indicator, version)), None)
