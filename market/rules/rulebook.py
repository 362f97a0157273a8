"""The rules as dated rows: ``rules/*.toml`` and the sources they rest on, ``laws.toml``.

Of the catalogue of ``domain.md`` §3.5 those are not here that no record of ours decides: V15 (which services must be
bought on the platform is a city rule that is not written yet), V19 (no register of staff and relatives), V24 (no map of
assessed areas), V27 (no profile of conditions, process, time and charges), V31 (no devices, authors of files, agents or
practitioners), V33 (quotes are sealed until the opening, so no log entry can tell of an earlier look). V07, V09, V16 and
V32 are statistics, not rules about one record.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Basis:
    """A source of law. ``text_zh``: its exact words, empty where they were not read."""

    since: date
    title_zh: str
    article_zh: str
    title_en: str
    article_en: str
    text_zh: str = ""
    note: str = ""

    def cite(self, lang: str) -> str:
        """As people read it; the words of a Chinese law stay Chinese."""
        if lang.startswith("en"):
            return f"{self.title_en}, {self.article_en}" + (f": “{self.text_zh}”" if self.text_zh else "")
        return f"《{self.title_zh}》{self.article_zh}" + (f"：“{self.text_zh}”" if self.text_zh else "")


@dataclass(frozen=True)
class Parameter:
    """A number or a list of words that conditions use, with its source."""

    value: Any
    source: str


@dataclass(frozen=True)
class Rule:
    """One dated row. In force on its subject's own date from ``valid_from`` to ``valid_to`` (None: until further notice).

    ``certainty``: ``proof``, ``lead``, ``by_grade`` (proof if the payment's evidence is hard, else lead), ``by_legs``
    (proof if a condition's answer proves it, as when the payment and another one that answers it are hard, else lead) or
    ``by_source`` (proof if a record has the demand, lead if a complaint says so).
    ``amount``: the name of the amount at issue. ``variant``: tells two rows of one rule apart that judge the same records.
    """

    id: str
    version: str
    subject: str
    valid_from: date
    severity: str
    conditions: tuple[str, ...]
    certainty: str
    amount: str
    basis: tuple[Basis, ...]
    title_zh: str
    title_en: str
    remedy_zh: str
    remedy_en: str
    excuses_zh: tuple[str, ...]
    excuses_en: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    variant: str = ""
    valid_to: date | None = None

    def in_force(self, on: date) -> bool:
        """valid_from ≤ on ≤ valid_to."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    @cached_property
    def values(self) -> dict[str, Any]:
        """The parameters without their sources."""
        return {name: parameter.value for name, parameter in self.parameters.items()}


@cache
def default() -> tuple[Rule, ...]:
    """The rules shipped with the product, by id and date."""
    return load(_HERE / "rules", _HERE / "laws.toml")


def load(folder: Path, laws: Path) -> tuple[Rule, ...]:
    """All rows of a folder. A row without ``valid_to`` ends the day before the next of its subject begins."""
    known = {key: Basis(**entry) for key, entry in tomllib.loads(laws.read_text(encoding="utf-8")).items()}
    rows = [
        row
        for path in sorted(folder.glob("*.toml"), key=lambda p: p.stem)
        for row in _rows(tomllib.loads(path.read_text("utf-8")), known)
    ]
    return tuple(_ended(row, rows) for row in rows)


def _rows(file: dict[str, Any], laws: Mapping[str, Basis]) -> Iterable[Rule]:
    parameters = {name: Parameter(**entry) for name, entry in file.pop("parameter", {}).items()}
    for row in file.pop("row"):
        values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in (file | row).items()}
        basis = tuple(laws[key] for key in values.pop("basis"))
        yield Rule(**values, basis=basis, parameters=parameters)


def _ended(row: Rule, rows: list[Rule]) -> Rule:
    line = (row.id, row.subject, row.variant)
    later = [r.valid_from for r in rows if (r.id, r.subject, r.variant) == line and r.valid_from > row.valid_from]
    if row.valid_to is not None or not later:
        return row
    return replace(row, valid_to=date.fromordinal(min(later).toordinal() - 1))


def row(rule_id: str, version: str, subject: str, rules: Iterable[Rule] | None = None) -> Rule | None:
    """The row that a stored finding was made by, or None when the rules no longer have it."""
    found = (r for r in rules or default() if (r.id, r.version, r.subject) == (rule_id, version, subject))
    return next(found, None)
