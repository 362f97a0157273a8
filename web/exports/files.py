"""CSV and XLSX, written as the rows come.

CSV: UTF-8 with BOM and CRLF, as Excel opens it. XLSX: amounts and days as numbers, the first sheet says what the file is.
Texts that a spreadsheet could take for a formula get an apostrophe (OWASP, CSV Injection).
"""

import asyncio
import csv
import io
import re
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from market.clock import SHANGHAI
from market.money import format_yuan
from market.text import harmless

MEDIA = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
SHEET_ROWS = 1_000_000
"""A sheet holds 1,048,576 rows; what is more goes on in the next one."""
_CHUNK = 64 * 1024
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Money:
    """An amount in fen."""

    fen: int


Cell = str | date | datetime | Money | None


@dataclass(frozen=True)
class Listed:
    """What is written. ``about``: the lines that explain the file; ``pages``: its rows, some at a time."""

    name: str
    at: datetime
    about: Sequence[tuple[str, str]]
    columns: Sequence[str]
    pages: AsyncIterator[Sequence[Sequence[Cell]]]


def chunks(format: str, listed: Listed) -> AsyncIterator[bytes]:
    """The file, piece by piece."""
    return _csv(listed) if format == "csv" else _xlsx(listed)


async def _csv(listed: Listed) -> AsyncIterator[bytes]:
    yield "\ufeff".encode() + _lines([listed.columns])
    async for rows in listed.pages:
        yield await asyncio.to_thread(_lines, rows)


def _lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([_text(cell) for cell in row] for row in rows)
    return text.getvalue().encode(errors="replace")


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Money):
        return format_yuan(cell.fen)
    if isinstance(cell, datetime):
        return cell.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return cell.isoformat() if isinstance(cell, date) else harmless(cell)


class _Book:
    """A workbook on the disk, a sheet after the other."""

    def __init__(self, listed: Listed) -> None:
        self.listed, self.book = listed, Workbook(write_only=True)
        about = self.book.create_sheet("说明")
        for line in listed.about:
            about.append([harmless(_NOT_XML.sub("", part)) for part in line])
        self.number, self.left = 0, 0

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        for row in rows:
            if not self.left:
                self.begin()
            self.sheet.append([self.cell(value) for value in row])
            self.left -= 1

    def begin(self) -> None:
        self.number, self.left = self.number + 1, SHEET_ROWS
        self.sheet = self.book.create_sheet(f"数据{self.number}" if self.number > 1 else "数据")
        self.sheet.freeze_panes = "A2"
        self.sheet.append([self.cell(title, bold=True) for title in self.listed.columns])

    def cell(self, value: Cell, *, bold: bool = False) -> Any:
        if isinstance(value, Money):
            cell = WriteOnlyCell(self.sheet, Decimal(value.fen) / 100)
            cell.number_format = "#,##0.00"
            return cell
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        text = _NOT_XML.sub("", _text(value))
        if not bold:
            return text
        cell = WriteOnlyCell(self.sheet, text)
        cell.font = Font(bold=True)
        return cell

    def save(self, file: Any) -> None:
        if not self.number:
            self.begin()
        self.book.save(file)


async def _xlsx(listed: Listed) -> AsyncIterator[bytes]:
    book = await asyncio.to_thread(_Book, listed)
    async for rows in listed.pages:
        await asyncio.to_thread(book.add, rows)
    with tempfile.TemporaryFile() as file:
        await asyncio.to_thread(book.save, file)
        await asyncio.to_thread(file.seek, 0)
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk
