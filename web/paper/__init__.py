"""Sheets of paper: what stands on one, as plain text, and the A4 PDF that it becomes. Knows nothing of what it prints."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from web.paper.layout import Printer

__all__ = ["Facts", "Part", "Sheet", "Table", "pdf"]

Facts = tuple[tuple[str, str], ...]
"""Name and value, a row each."""


@dataclass(frozen=True)
class Table:
    """``shares``: how wide the columns are against each other."""

    head: tuple[str, ...]
    shares: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Part:
    """A heading and below it, in this order, what there is. ``code``: an address, as QR code and in letters."""

    title: str
    words: tuple[str, ...] = ()
    facts: Facts = ()
    table: Table | None = None
    code: str = ""


@dataclass(frozen=True)
class Sheet:
    """``outcome``: in large letters. ``page``, ``absent``: sentences with {page}, {pages} and {signs}, as the foot says them."""

    lang: str
    at: datetime
    site: str
    number: str
    title: str
    subtitle: str
    outcome: Facts
    parts: tuple[Part, ...]
    page: str
    absent: str


@lru_cache(maxsize=64)
def pdf(sheet: Sheet) -> bytes:
    """The file; the same for the same sheet."""
    from web.paper.layout import Printer  # the PDF library: half a second that no other command or page should wait for

    printer = Printer(sheet.lang, sheet.at, sheet.title, sheet.number, sheet.page)
    printer.head(sheet.site, sheet.subtitle)
    printer.outcome(sheet.outcome)
    for part in sheet.parts:
        _print(printer, part)
    printer.admit(sheet.absent)
    return bytes(printer.output())


def _print(printer: "Printer", part: Part) -> None:
    printer.heading(part.title)
    for text in part.words:
        printer.paragraph(text)
    if part.code:
        printer.code(part.code, part.facts)
    else:
        printer.facts(part.facts)
    if part.table:
        printer.rows(part.table.head, part.table.shares, part.table.rows)
