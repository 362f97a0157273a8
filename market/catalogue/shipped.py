"""The lists that come with the product: departments, qualifications, sectors, the reference list of items. Pure."""

import csv
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

_FOLDER = Path(__file__).with_name("data")


class ShippedEdition(NamedTuple):
    """The first edition: the file and what ``data/edition.toml`` says of it."""

    content: bytes
    label: str
    source: str
    valid_from: date
    is_reference: bool


def edition() -> ShippedEdition:
    """The reference list of ``shared/data/README.md``."""
    about: dict[str, Any] = tomllib.loads((_FOLDER / "edition.toml").read_text(encoding="utf-8"))
    return ShippedEdition((_FOLDER / about.pop("file")).read_bytes(), **about)


@cache
def departments() -> dict[str, dict[str, str]]:
    """By code, with the columns of the file."""
    return {row["code"]: row for row in _table("departments.csv")}


@cache
def qualifications() -> dict[str, dict[str, str]]:
    """By code, with the columns of the file."""
    return {row["code"]: row for row in _table("qualifications.csv")}


@cache
def sectors() -> dict[str, dict[str, str]]:
    """The names of the fields that items belong to, by code; a list may use codes that are not here."""
    return {row["code"]: row for row in _table("sectors.csv")}


def _table(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
