"""A CSV file becomes records: UTF-8 (a BOM is tolerated), any line ends, in bounded memory, going on after a broken line."""

import csv
import io
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

from market.imports.lines import Broken, Item, Record
from market.imports.problems import Code, printable

MAX_LINE = 100_000
"""Characters of one line of a file: below the csv module's own limit of one cell."""
MAX_LINES = 50
"""Lines of one record: a quote that is never closed must not swallow the file."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class _Line(NamedTuple):
    number: int
    text: str


class _Lines:
    """The physical lines of a file, those of the record now being read kept so that they can be read again."""

    def __init__(self, file: TextIO) -> None:
        self._file, self._number = file, 0
        self._again: deque[_Line] = deque()
        self.taken: list[_Line] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MAX_LINES:
            raise csv.Error("unclosed quote")
        line = self._again.popleft() if self._again else self._read()
        self.taken.append(line)
        return line.text

    def _read(self) -> _Line:
        text = self._file.readline(MAX_LINE)
        if not text:
            raise StopIteration
        self._number += 1
        if len(text) < MAX_LINE or text.endswith(("\n", "\r")):
            return _Line(self._number, text)
        rest = text
        while rest and not rest.endswith(("\n", "\r")):
            rest = self._file.readline(MAX_LINE)
        raise _TooLong(self._number)

    def go_back(self) -> None:
        """After a broken record: read again from the line after its first."""
        self._again.extendleft(reversed(self.taken[1:]))
        self.taken.clear()


class _TooLong(Exception):
    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def records(path: Path) -> Iterator[Item]:
    """Every record that is not blank, and every broken line."""
    with path.open("rb") as raw:
        head = raw.read(4)
        if head.startswith(_UTF16) or b"\0" in head:
            yield Broken(0, Code.NOT_UTF8, "UTF-16")
            return
        raw.seek(0)
        # Wrong bytes come through as surrogates, so that the line they are in can be named and the next one read.
        text = io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="")
        yield from _records(_Lines(text), raw)


def _records(lines: _Lines, raw: io.BufferedReader) -> Iterator[Item]:
    reader = csv.reader(lines, strict=True)
    while True:
        try:
            cells = next(reader, None)
        except (csv.Error, _TooLong) as error:
            yield _broken(lines, error)
            lines.go_back()
            reader = csv.reader(lines, strict=True)
            continue
        if cells is None:
            return
        item = _item(lines.taken, cells, raw)
        lines.taken.clear()
        if item:
            yield item


def _item(taken: list[_Line], cells: list[str], raw: io.BufferedReader) -> Item | None:
    if not any(cells) or not any(cell.strip() for cell in cells):
        return None
    for number, text in taken:
        if not text.isascii() and not _is_text(text):
            return Broken(number, Code.NOT_UTF8, _guess(text))
    return Record(taken[0].number, cells, raw.tell())


def _broken(lines: _Lines, error: Exception) -> Broken:
    if isinstance(error, _TooLong):
        if lines.taken:  # it was met while a quoted cell of an earlier line was still open
            return Broken(lines.taken[0].number, Code.NOT_CSV, f"line {error.number} too long")
        return Broken(error.number, Code.LINE_TOO_LONG, f"> {MAX_LINE}")
    return Broken(lines.taken[0].number if lines.taken else 0, Code.NOT_CSV, printable(str(error)))


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _guess(text: str) -> str:
    """What the file may be instead, to help whoever saves it again."""
    try:
        text.encode("utf-8", "surrogateescape").decode("gb18030")
    except UnicodeError:
        return ""
    return "GBK / GB 18030"
