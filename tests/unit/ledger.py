"""A small reader of the ledger's files for tests: rows of text → facts."""

import csv
import dataclasses
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, get_type_hints

from market.money import parse_yuan
from market.rules import facts

SAMPLE = Path(__file__).with_name("ledger_sample")
CATALOGUE = Path(facts.__file__).parents[1] / "catalogue" / "data" / "service_items.csv"

FILES: dict[str, type] = {
    "organisations": facts.Organisation,
    "relations": facts.Relation,
    "item_classes": facts.ItemClassPeriod,
    "item_prices": facts.ItemPrice,
    "cases": facts.Case,
    "contracts": facts.Contract,
    "amendments": facts.Amendment,
    "payments": facts.Payment,
    "invoices": facts.Invoice,
    "demands": facts.Demand,
}
MARKET: dict[str, type] = {
    "item_terms": facts.ItemTerms,
    "held_qualifications": facts.HeldQualification,
    "operators": facts.Operator,
    "projects": facts.Project,
    "awards": facts.Award,
}
"""What no ledger holds and only the market records."""
RULES = frozenset(
    ["V01", "V02", "V03", "V04", "V06", "V08", "V10", "V11", "V12", "V14", "V17", "V18", "V20", "V21", "V22", "V25", "V36"]
)
"""The rules of ledger.md, which a ledger decides alone; the others need records of the market, or are judged besides."""


def fact(table: str, row: dict[str, Any]) -> facts.Fact:
    """One row; an empty cell is None, ``…_yuan`` becomes ``…_fen``."""
    kind = (FILES | MARKET)[table]
    hints = get_type_hints(kind)
    values = {}
    for column, cell in row.items():
        name = column.replace("_yuan", "_fen")
        assert name in {f.name for f in dataclasses.fields(kind)}, f"{table}.csv has no column {column}"
        if cell not in ("", None):
            values[name] = _typed(str(cell), name, hints[name])
    made: facts.Fact = kind(**values)
    return made


def _typed(cell: str, name: str, kind: Any) -> Any:
    if name.endswith("_fen"):
        return parse_yuan(cell)
    if date in getattr(kind, "__args__", ()):
        return date.fromisoformat(cell)
    if name == "float_percent":
        return Fraction(cell)
    if kind is bool:
        return cell == "True"
    return int(cell) if name in ("valid_quotes", "service_working_days") else cell


def catalogue_classes() -> Iterator[facts.ItemClassPeriod | facts.ItemTerms]:
    """The catalogue's class, and what else it asks, on every date."""
    with CATALOGUE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield facts.ItemClassPeriod(row["code"], row["item_class"], catalogue=True)
            yield facts.ItemTerms(row["code"], row["self_preparation"] == "yes", row["qualification_zh"])


def read(folder: Path) -> list[facts.Fact]:
    """All facts of a ledger folder, and the catalogue's classes."""
    found: list[facts.Fact] = []
    for table in FILES:
        with (folder / f"{table}.csv").open(encoding="utf-8") as file:
            found += [fact(table, row) for row in csv.DictReader(file)]
    return [*found, *catalogue_classes()]
