"""A catalogue file becomes rows, or the list of every reason why not. Pure: nothing is stored here.

Problem codes of a cell: required, too_long, control_character, bad_code, unknown_code, not_yes_or_no, not_whole_number,
out_of_range, not_an_amount, not_positive, duplicate; of a row: cell_count; of the file: file_too_large,
not_utf8, not_csv, missing_column, unknown_column, duplicate, too_many_rows, no_rows.
"""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from market.catalogue.models import ClassEvidence, ItemClass, PriceMode
from market.errors import CatalogueRefused, CatalogueRowProblem
from market.money import parse_yuan
from market.text import Checker

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 10_000
MAX_WORKING_DAYS = 3650

ITEM_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,39}", re.ASCII)
WORD = re.compile(r"[a-z][a-z_]{0,39}", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_SHOWN = 60


@dataclass(frozen=True)
class ItemRow:
    """One line of the list, in the columns' order. The cap is in fen; None where the cell is empty."""

    code: str
    name_zh: str
    name_en: str
    item_class: str
    content_required: bool
    self_preparation: bool
    sector: str
    approval_item_zh: str
    department_codes: tuple[str, ...]
    department_remark_zh: str
    legal_basis_zh: str
    time_limit_working_days: int | None
    price_mode: str
    price_cap_fen: int | None
    qualification_zh: str
    unit: str
    class_source_zh: str
    class_evidence: str
    note_zh: str


Read = Callable[[Checker, str, str], Any]
"""A column's reader: notes the cell's problems and gives its value."""


def _text(limit: int, *, required: bool = True, lines: bool = False) -> Read:
    return lambda check, column, cell: check.text(column, cell, limit, required=required, lines=lines)


def _pattern(pattern: re.Pattern[str]) -> Read:
    def read(check: Checker, column: str, cell: str) -> str:
        if not cell.strip():
            check.add(column, "required")
        elif not pattern.fullmatch(cell.strip()):
            check.add(column, "bad_code")
        return cell.strip()

    return read


def _one_of(known: Collection[str], *, required: bool = True) -> Read:
    def read(check: Checker, column: str, cell: str) -> str:
        value = cell.strip()
        if not value and required:
            check.add(column, "required")
        elif value and value not in known:
            check.add(column, "unknown_code")
        return value

    return read


def _member(kind: type[StrEnum]) -> Read:
    return _one_of({member.value for member in kind})


def _several_of(known: Collection[str]) -> Read:
    one = _one_of(known)

    def read(check: Checker, column: str, cell: str) -> tuple[str, ...]:
        codes = tuple(one(check, column, part) for part in cell.split(";"))
        if len(set(codes)) < len(codes):
            check.add(column, "duplicate")
        return codes

    return read


def _yes_or_no(check: Checker, column: str, cell: str) -> bool:
    if cell.strip() not in ("yes", "no"):
        check.add(column, "not_yes_or_no" if cell.strip() else "required")
    return cell.strip() == "yes"


def _working_days(check: Checker, column: str, cell: str) -> int | None:
    if not cell.strip():
        return None
    if not _WHOLE.fullmatch(cell.strip()):
        check.add(column, "not_whole_number")
        return None
    return check.whole(column, int(cell), 1, MAX_WORKING_DAYS)


def _amount(check: Checker, column: str, cell: str) -> int | None:
    if not cell.strip():
        return None
    try:
        return check.amount(column, parse_yuan(cell.strip()))
    except ValueError:
        check.add(column, "not_an_amount")
        return None


def _readers(departments: Collection[str], qualifications: Collection[str]) -> dict[str, Read]:
    return {
        "code": _pattern(ITEM_CODE),
        "name_zh": _text(200),
        "name_en": _text(300, required=False),
        "item_class": _member(ItemClass),
        "content_required": _yes_or_no,
        "self_preparation": _yes_or_no,
        "sector": _pattern(WORD),
        "approval_item_zh": _text(300),
        "department_codes": _several_of(departments),
        "department_remark_zh": _text(300, required=False),
        "legal_basis_zh": _text(1000),
        "time_limit_working_days": _working_days,
        "price_mode": _member(PriceMode),
        "price_cap_yuan": _amount,
        "qualification_zh": _one_of(qualifications, required=False),
        "unit": _text(20),
        "class_source_zh": _text(500),
        "class_evidence": _member(ClassEvidence),
        "note_zh": _text(1000, required=False, lines=True),
    }


_IN_FEN = {"price_cap_yuan": "price_cap_fen"}


def parse(content: bytes, departments: Collection[str], qualifications: Collection[str]) -> list[ItemRow]:
    """The rows of a catalogue file (UTF-8 CSV, a BOM is tolerated), in its order.

    ``departments``: codes, ``qualifications``: Chinese names that items may use. Raises CatalogueRefused with every problem.
    """
    records = _Records(_decode(content))
    readers = _readers(departments, qualifications)
    header = _header(records, list(readers))
    rows: list[ItemRow] = []
    problems: list[CatalogueRowProblem] = []
    seen: set[str] = set()
    for line, cells in records:
        if len(cells) != len(header):
            problems.append(CatalogueRowProblem(line, "", "cell_count", f"{len(cells)} / {len(header)}"))
            continue
        row, found = _row(line, dict(zip(header, cells, strict=True)), readers, seen)
        problems += found
        rows += [row] if row else []
    problems += records.problems
    if not (rows or problems):
        problems.append(CatalogueRowProblem(2, "", "no_rows", ""))
    if problems:
        raise CatalogueRefused(tuple(problems))
    return rows


def _row(
    line: int, cells: dict[str, str], readers: dict[str, Read], seen: set[str]
) -> tuple[ItemRow | None, list[CatalogueRowProblem]]:
    check = Checker()
    values = {_IN_FEN.get(column, column): read(check, column, cells[column]) for column, read in readers.items()}
    if values["code"] and values["code"] in seen:
        check.add("code", "duplicate")
    seen.add(values["code"])
    problems = [CatalogueRowProblem(line, p.path, p.code, _printable(cells[p.path])) for p in check.problems]
    return (None if problems else ItemRow(**values)), problems


class _Records:
    """The CSV records with the line each starts on, as an editor counts; what breaks the CSV itself ends in ``problems``."""

    def __init__(self, text: str) -> None:
        self.problems: list[CatalogueRowProblem] = []
        self._reader = csv.reader(io.StringIO(text, newline=""), strict=True)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        count, line = 0, self._reader.line_num + 1
        try:
            for cells in self._reader:
                if any(cell.strip() for cell in cells):
                    count += 1
                    if count > MAX_ROWS:
                        self._stop(line, "too_many_rows", str(MAX_ROWS))
                        return
                    yield line, cells
                line = self._reader.line_num + 1
        except csv.Error as error:
            self._stop(line, "not_csv", str(error))

    def _stop(self, line: int, code: str, value: str) -> None:
        self.problems.append(CatalogueRowProblem(line, "", code, value))


def _decode(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise CatalogueRefused((CatalogueRowProblem(1, "", "file_too_large", f"{len(content)} > {MAX_BYTES}"),))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CatalogueRefused((CatalogueRowProblem(line, "", "not_utf8", _guess(content)),)) from None


def _guess(content: bytes) -> str:
    """What the file may be instead, to help whoever saves it again."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "UTF-16"
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return "GBK / GB 18030"


# budget: each branch is one kind of bad header with its own words
def _header(records: _Records, columns: Sequence[str]) -> list[str]:
    """The column names of line 1. Raises CatalogueRefused: with wrong columns no cell can be judged."""
    line, names = next(((line, [cell.strip() for cell in cells]) for line, cells in records), (1, []))
    problems = [CatalogueRowProblem(line, name, "missing_column", "") for name in columns if name not in names]
    for index, name in enumerate(names):
        if name not in columns:
            problems.append(CatalogueRowProblem(line, _printable(name), "unknown_column", _printable(name)))
        elif name in names[:index]:
            problems.append(CatalogueRowProblem(line, name, "duplicate", name))
    if problems or records.problems:
        raise CatalogueRefused((*records.problems, *problems))
    return names


def _printable(cell: str) -> str:
    """The cell as it may be shown on a terminal: no control characters, not endlessly long."""
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cell[:_SHOWN])
    return shown + "…" if len(cell) > _SHOWN else shown
