"""The sheets of an XLSX workbook become records, cell by cell as text, in bounded memory. Formulas are never evaluated.

A workbook is a ZIP of XML: its declared sizes are judged before anything is unpacked (what unpacks to more than it
declares is an error of the ZIP itself), and entities are refused (openpyxl uses defusedxml where it is installed).
"""

import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time
from itertools import islice
from typing import Any, BinaryIO

import openpyxl
from defusedxml.common import DefusedXmlException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from market.imports.lines import Broken, Item, LostDigits, Record
from market.imports.problems import Code, printable
from market.imports.tables import TABLES

MAX_UNPACKED = 3 * 1024**3
MAX_SHARED_STRINGS = 256 * 1024**2
"""The table of strings is held in memory by the library."""
MAX_MEMBERS = 1000
MAX_RATIO = 150
"""Tables of numbers and codes shrink some ten to thirty times; a bomb a thousand times."""
_SMALL = 1024**2
MAX_ROWS = 1_048_576
MAX_COLUMNS = 64
_BATCH = 1000
_EXACT_DIGITS = 15
"""Significant digits that a spreadsheet keeps and shows."""


@dataclass(frozen=True)
class Refused:
    """Why a workbook is not even opened."""

    code: Code
    value: str = ""


class Workbook:
    """An open workbook: the sheets that are tables of the format, and the others."""

    def __init__(self, book: Any) -> None:
        self.tables: dict[str, ReadOnlyWorksheet] = {}
        self.repeated: list[str] = []
        self.others: list[str] = []
        for sheet in book.worksheets:
            name = sheet.title.strip().lower()
            if name not in TABLES:
                self.others.append(sheet.title)
            elif name in self.tables:
                self.repeated.append(name)
            else:
                self.tables[name] = sheet

    def rows(self, name: str) -> int:
        """How many the sheet says it has; 0 when it does not say."""
        return int(self.tables[name].max_row or 0)

    def reader(self, name: str) -> Callable[[], Iterator[Item]]:
        """The sheet's records."""
        return lambda: _records(self.tables[name])


def open_workbook(file: BinaryIO) -> Workbook | Refused:
    """The workbook, unless it is none, or would unpack to too much. The file stays open as long as it is read."""
    try:
        with zipfile.ZipFile(file) as archive:
            bomb = _bomb(archive.infolist())
        if bomb:
            return Refused(Code.ZIP_BOMB, bomb)
        with _quiet():
            return Workbook(openpyxl.load_workbook(file, read_only=True, keep_links=False))
    except Exception as error:  # the library raises whatever a broken part happens to break
        return _unreadable(error)


def _unreadable(error: Exception) -> Refused:
    cause = error.__cause__ or error
    if isinstance(cause, DefusedXmlException):
        return Refused(Code.FORBIDDEN_XML, type(cause).__name__)
    return Refused(Code.NOT_A_WORKBOOK, printable(f"{type(cause).__name__}: {cause}"))


def _bomb(members: list[zipfile.ZipInfo]) -> str:
    """The member that makes the workbook too large, empty if none does."""
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED:
        return f"{len(members)} / {unpacked}"
    bad = next(filter(_is_bomb, members), None)
    return printable(f"{bad.filename}: {bad.compress_size} → {bad.file_size}") if bad else ""


def _is_bomb(member: zipfile.ZipInfo) -> bool:
    if member.filename.lower().endswith("sharedstrings.xml") and member.file_size > MAX_SHARED_STRINGS:
        return True
    return member.file_size > _SMALL and member.file_size > MAX_RATIO * max(member.compress_size, 1)


def _quiet() -> "warnings.catch_warnings[None]":
    """The library warns of styles and validations that it does not keep; nobody asked for them."""
    return warnings.catch_warnings(action="ignore")


def _records(sheet: ReadOnlyWorksheet) -> Iterator[Item]:
    """Every row that is not blank; a part that cannot be read ends the sheet."""
    rows = enumerate(sheet.iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS, values_only=True), 1)
    width = 0
    try:
        while batch := _next(rows):
            for line, values in batch:
                cells = [_text(value) for value in values]
                if any(cells):
                    width = width or _width(cells)
                    yield Record(line, cells[: max(width, _width(cells))], line)
    except Exception as error:  # as above
        refused = _unreadable(error)
        yield Broken(0, refused.code, refused.value)


def _next(rows: Iterator[tuple[int, Any]]) -> list[tuple[int, Any]]:
    with _quiet():
        return list(islice(rows, _BATCH))


def _width(cells: list[str]) -> int:
    return max((index for index, cell in enumerate(cells, 1) if cell), default=0)


def _text(value: Any) -> str:
    """A cell as the CSV would say it: dates ISO, numbers as the spreadsheet shows them, a formula as its own text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, date | time):
        return value.isoformat().removesuffix("T00:00:00")
    return f"={getattr(value, 'text', '') or type(value).__name__}"


def _number(value: int | float) -> str:
    shown = format(value, f".{_EXACT_DIGITS}g")
    if "e" in shown or len(shown.lstrip("-").replace(".", "")) >= _EXACT_DIGITS + 1:
        return LostDigits(value)
    return shown
