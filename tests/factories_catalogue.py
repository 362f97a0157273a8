"""Catalogue files: the shipped list with cells changed, rows added or left out."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Any

from market.catalogue import shipped
from market.catalogue.service import LoadEdition

MANDATORY, AGENCY, CHOICE, CANCELLED = "ZSZJ-09-001", "ZSZJ-02-016", "ZSZJ-01-001", "ZSZJ-08-001"
FIRST_DAY, SECOND_DAY = date(2024, 1, 1), date(2025, 7, 1)

Rows = list[dict[str, str]]


def shipped_rows() -> Rows:
    """The 120 rows of the shipped list."""
    return list(csv.DictReader(io.StringIO(shipped.edition().content.decode("utf-8-sig"), newline="")))


COLUMNS = list(shipped_rows()[0])


def edited(code: str, **cells: str) -> Rows:
    """The shipped rows with some cells of one item changed."""
    return [row | cells if row["code"] == code else row for row in shipped_rows()]


def without(*codes: str) -> Rows:
    """The shipped rows but these."""
    return [row for row in shipped_rows() if row["code"] not in codes]


def csv_bytes(rows: Iterable[dict[str, str]], columns: list[str] = COLUMNS) -> bytes:
    """The file, UTF-8, its lines ending as RFC 4180 says."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def form(rows: Rows, **changes: Any) -> LoadEdition:
    """A second edition from these rows."""
    values = {"label": "第二版", "source": "舟政办发〔2025〕1号", "valid_from": SECOND_DAY}
    return LoadEdition(csv_bytes(rows), **(values | changes))
