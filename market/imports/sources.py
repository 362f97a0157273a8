"""A folder of CSV files or one XLSX workbook, opened as the tables that are in it. Nothing is read before it is iterated."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from market.imports import sheets
from market.imports.csvfile import records
from market.imports.einvoices import FOLDER
from market.imports.lines import Item
from market.imports.problems import Code, Problem, printable
from market.imports.tables import TABLES


@dataclass(frozen=True)
class Source:
    """One file or sheet of a known table. ``total``: what the last item's ``done`` will be, for a progress bar."""

    file: str
    table: str
    total: int
    items: Callable[[], Iterator[Item]]


@dataclass(frozen=True)
class Ledger:
    """What a path holds. ``ignored``: files or sheets that are no table of the format; ``hashes``: file → SHA-256, hexadecimal."""

    sources: tuple[Source, ...] = ()
    problems: tuple[Problem, ...] = ()
    ignored: tuple[str, ...] = ()
    hashes: dict[str, str] = field(default_factory=dict)


@contextmanager
def open_ledger(path: Path) -> Iterator[Ledger]:
    """The ledger at ``path``; what is wrong with the path or the workbook itself is a problem, never an exception."""
    with ExitStack() as files:
        yield _opened(path, files)


def _opened(path: Path, files: ExitStack) -> Ledger:
    if not path.exists():
        return _refused(path, Code.NOT_FOUND)
    try:
        if path.is_dir():
            return _folder(path)
        if path.suffix.lower() == ".xlsx":
            return _workbook(path, files.enter_context(path.open("rb")))
    except OSError as error:
        return _refused(path, Code.UNREADABLE, error.strerror or "")
    return _refused(path, Code.NOT_A_LEDGER)


def _refused(path: Path, code: Code, value: str = "") -> Ledger:
    return Ledger(problems=(Problem(printable(path.name), 0, "", code, value),))


# budget: comprehensions over the files of one folder
def _folder(path: Path) -> Ledger:
    found = {entry.name: entry for entry in sorted(path.iterdir())}
    has_files = found.pop(FOLDER, None) is not None
    known = {name: found.pop(f"{name}.csv") for name in TABLES if f"{name}.csv" in found}
    if not (known or has_files):
        return _refused(path, Code.NO_TABLES)
    readable = {name: file for name, file in known.items() if file.is_file()}
    return Ledger(
        tuple(Source(file.name, name, file.stat().st_size, _csv(file)) for name, file in readable.items()),
        tuple(Problem(known[name].name, 0, "", Code.UNREADABLE) for name in known.keys() - readable.keys()),
        tuple(map(printable, found)),
        {file.name: _sha256(file) for file in readable.values()},
    )


def _csv(file: Path) -> Callable[[], Iterator[Item]]:
    return lambda: records(file)


def _workbook(path: Path, file: BinaryIO) -> Ledger:
    opened = sheets.open_workbook(file)
    if isinstance(opened, sheets.Refused):
        return _refused(path, opened.code, opened.value)
    problems = [Problem(title, 0, "", Code.REPEATED_SHEET) for title in opened.repeated]
    if not opened.tables and not problems:
        return _refused(path, Code.NO_TABLES)
    return Ledger(
        tuple(Source(name, name, opened.rows(name), opened.reader(name)) for name in TABLES if name in opened.tables),
        tuple(problems),
        tuple(printable(title) for title in opened.others),
        {printable(path.name): _sha256(path)},
    )


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
