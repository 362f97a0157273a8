"""An invoice as a row states it and as its file says it. Pure."""

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import date
from typing import NamedTuple

from market.documents.parse import InvoiceFacts
from market.imports.problems import Code, printable
from market.money import format_yuan
from market.parties.codes import BadCode, credit_code, normalise

_SHORT = 8
"""Digits of the old number without its code, as remarks name a cancelled invoice: too little to find it by."""


@dataclass(frozen=True, slots=True)
class Stated:
    """The columns that a file can say, too. None: empty."""

    issued_on: date | None = None
    seller_id: str | None = None
    buyer_id: str | None = None
    amount_fen: int | None = None
    red_letter_of: str | None = None


COLUMNS = tuple(Stated.__slots__)
"""In the database; ``ledger.md`` has them with ``_yuan`` for ``_fen``."""


class Fault(NamedTuple):
    """What does not fit. ``column``: its header; ``value``: both."""

    column: str
    code: Code
    value: str


def said(facts: InvoiceFacts) -> Stated:
    """What an empty cell is filled with. A buyer's code that is no credit code may be a person's ID: it never goes into a ledger."""
    red = facts.red_letter_of if len(facts.red_letter_of) > _SHORT else None
    return Stated(facts.issued_on, _code(facts.seller_code), _code(facts.buyer_code), facts.amount_fen, red)


def filled(row: Stated, facts: InvoiceFacts) -> Stated:
    """The row, its empty cells as the file says."""
    pairs = zip(astuple(row), astuple(said(facts)), strict=True)
    return Stated(*[given if given is not None else read for given, read in pairs])


def faults(row: Stated, facts: InvoiceFacts) -> list[Fault]:
    """Where the row states something else than the file; an empty cell states nothing."""
    return [
        *_dates(row, facts),
        *_party("seller_id", row.seller_id, facts.seller_code),
        *_party("buyer_id", row.buyer_id, facts.buyer_code),
        *_amounts(row, facts),
        *_red_letters(row, facts),
    ]


def _dates(row: Stated, facts: InvoiceFacts) -> Iterator[Fault]:
    if row.issued_on not in (None, facts.issued_on):
        yield _differs("issued_on", row.issued_on, facts.issued_on)


def _party(column: str, ours: str | None, read: str) -> Iterator[Fault]:
    """A person's pseudonym cannot be compared with what a file has instead of a credit code: nothing, or an ID number."""
    code = _code(read)
    if ours is None or not read or (ours.startswith("P") and code is None):
        return
    if ours != (code or normalise(read)):
        yield _differs(column, ours, read)


def _amounts(row: Stated, facts: InvoiceFacts) -> Iterator[Fault]:
    """A red-letter invoice is negative in its file; a ledger may write it with or without the minus."""
    whole = filled(row, facts)
    if row.amount_fen is None:
        if facts.amount_fen < 0 and whole.red_letter_of is None:
            yield Fault("amount_yuan", Code.NEGATIVE, format_yuan(facts.amount_fen))
        return
    cancels = facts.amount_fen < 0 and bool(whole.red_letter_of)
    if row.amount_fen != facts.amount_fen and not (cancels and row.amount_fen == -facts.amount_fen):
        yield _differs("amount_yuan", format_yuan(row.amount_fen), format_yuan(facts.amount_fen))


def _red_letters(row: Stated, facts: InvoiceFacts) -> Iterator[Fault]:
    """A blue invoice takes nothing back. A red one may not say what it takes back, or say only the end of the number."""
    ours, read = row.red_letter_of, facts.red_letter_of
    if ours is None or (not read and facts.amount_fen < 0):
        return
    if ours != read and not _is_end(read, ours):
        yield _differs("red_letter_of", ours or "-", read or "-")


def _is_end(read: str, ours: str) -> bool:
    return len(read) == _SHORT and ours.endswith(read)


def _differs(column: str, ours: object, read: object) -> Fault:
    return Fault(column, Code.DIFFERS_FROM_FILE, f"{printable(str(ours))} ≠ {printable(str(read))}")


def _code(text: str) -> str | None:
    try:
        return credit_code(text) if text else None
    except BadCode:
        return None
