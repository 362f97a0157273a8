"""One cell of a ledger becomes one value, or BadCell says why not. An empty cell is None. Nothing is ever evaluated."""

import re
from collections.abc import Callable, Collection
from datetime import date
from functools import lru_cache

from market.imports.problems import BadCell, Code
from market.money import parse_yuan
from market.parties.codes import BadCode, normalise, party_code

Value = str | int | date | None
Read = Callable[[str], Value]

MAX_KEY = 60
MAX_COUNT = 100_000

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_COUNT = re.compile(r"\d{1,6}", re.ASCII)
_PERCENT = re.compile(r"(\d{1,4})(?:\.(\d{1,2}))?", re.ASCII)
_YUAN = re.compile(r"-?\d+(?:\.\d{1,2})?", re.ASCII)
_PERSON = re.compile(r"P\w{1,39}")
_FORMULA = ("=", "+", "-", "@")
# C0 and C1 controls, and surrogates: what was not UTF-8, or what no database stores.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROL_BUT_LAYOUT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def key(cell: str) -> str | None:
    """The number of a record or an item, kept as given."""
    cell = cell.strip()
    if not cell:
        return None
    if cell.startswith(_FORMULA):
        raise BadCell(Code.FORMULA)
    if _CONTROL.search(cell):
        raise BadCell(Code.CONTROL_CHARACTER)
    if len(cell) > MAX_KEY:
        raise BadCell(Code.TOO_LONG)
    return cell


def text(limit: int) -> Read:
    """Words, kept as given, a leading ``=`` included."""

    def read(cell: str) -> str | None:
        cell = cell.strip()
        if len(cell) > limit:
            raise BadCell(Code.TOO_LONG)
        if _CONTROL_BUT_LAYOUT.search(cell):
            raise BadCell(Code.CONTROL_CHARACTER)
        return cell or None

    return read


def word(known: Collection[str]) -> Read:
    """One of the format's words."""
    words: dict[str, str | None] = {"": None} | {one: one for one in known}

    def read(cell: str) -> str | None:
        try:
            return words[cell.strip()]
        except KeyError:
            raise BadCell(_typed(cell, Code.UNKNOWN_WORD)) from None

    return read


@lru_cache(maxsize=200_000)  # a party is named by many rows, its check digit is computed once
def party(cell: str) -> str | None:
    """A party's code in its one spelling. Whoever made the ledger chose its persons' pseudonyms: those may be any word."""
    if not cell.strip():
        return None
    if _PERSON.fullmatch(person := normalise(cell)):
        return person
    try:
        return party_code(cell)
    except BadCode as bad:
        raise BadCell(_typed(cell, Code(bad.reason))) from None


@lru_cache(maxsize=20_000)
def day(cell: str) -> date | None:
    """``YYYY-MM-DD``."""
    cell = cell.strip()
    if not cell:
        return None
    if not _DAY.fullmatch(cell):
        raise BadCell(_typed(cell, Code.NOT_A_DATE))
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise BadCell(Code.NOT_A_DATE) from None


def signed_amount(cell: str) -> int | None:
    """Fen of an amount in yuan with at most two decimals."""
    cell = cell.strip()
    if not cell:
        return None
    try:
        return parse_yuan(cell)
    except ValueError:
        too_large = _YUAN.fullmatch(cell) is not None
        raise BadCell(Code.TOO_LARGE if too_large else _typed(cell, Code.NOT_AN_AMOUNT)) from None


def amount(cell: str) -> int | None:
    """As ``signed_amount``, never negative."""
    fen = signed_amount(cell)
    if fen is not None and fen < 0:
        raise BadCell(Code.NEGATIVE)
    return fen


def percentage(cell: str) -> int | None:
    """Basis points of a percentage with at most two decimals: ``12.5`` → 1250."""
    cell = cell.strip()
    if not cell:
        return None
    found = _PERCENT.fullmatch(cell)
    if not found:
        raise BadCell(_typed(cell, Code.NOT_A_PERCENTAGE))
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def count(cell: str) -> int | None:
    """A whole number."""
    cell = cell.strip()
    if not cell:
        return None
    if not _COUNT.fullmatch(cell) or int(cell) > MAX_COUNT:
        raise BadCell(_typed(cell, Code.NOT_A_COUNT))
    return int(cell)


def _typed(cell: str, code: Code) -> Code:
    """A formula where a number, a date, a word or a code belongs is named as such; a minus sign may just be wrong."""
    return Code.FORMULA if cell.strip().startswith(("=", "+", "@")) else code
