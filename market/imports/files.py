"""Records of a source become typed rows, or problems. Pure: whether rows fit together and with what is stored comes later."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from market.imports.cells import Value
from market.imports.lines import Broken, Item, LostDigits, Record
from market.imports.problems import BadCell, Code, Problem, printable
from market.imports.sources import Source
from market.imports.tables import INVOICES, TABLES, Column, Table

BATCH = 5000


@dataclass(slots=True)
class Batch:
    """Some lines of one source. ``rows``: the line and one value a column, in the table's order.

    ``refused_keys``: of rows that are refused, as far as the key itself could be read. ``whole``: no row was usable, the
    file as such is refused.
    """

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    refused_keys: list[str] = field(default_factory=list)
    lines: int = 0
    done: int = 0
    whole: bool = False


def batches(source: Source) -> Iterator[Batch]:
    """The source's rows and problems, some thousands at a time."""
    items = source.items()
    header = _header(source, items)
    if isinstance(header, Batch):
        yield header
        return
    reader = _Rows(source.file, TABLES[source.table], header)
    batch = Batch()
    for item in items:
        reader.add(item, batch)
        if batch.lines >= BATCH:
            yield batch
            batch = Batch()
    yield batch


def _header(source: Source, items: Iterator[Item]) -> list[str] | Batch:
    """The names of the columns, or why the file cannot be used: with wrong columns no cell can be judged."""
    first = next(items, None)
    if first is None:
        return Batch(problems=[Problem(source.file, 1, "", Code.EMPTY_FILE)], whole=True)
    if isinstance(first, Broken):
        return Batch(problems=[Problem(source.file, first.line, "", first.code, first.value)], whole=True)
    names = [cell.strip() for cell in first.cells]
    problems = [
        Problem(source.file, first.line, printable(name), code) for name, code in _wrong_names(TABLES[source.table], names)
    ]
    return Batch(problems=problems, whole=True) if problems else names


def _wrong_names(table: Table, names: list[str]) -> Iterator[tuple[str, Code]]:
    known = [column.name for column in table.columns]
    yield from ((name, Code.MISSING_COLUMN) for name in known if name not in names)
    for index, name in enumerate(names):
        if name not in known:
            yield name, Code.UNKNOWN_COLUMN
        elif name in names[:index]:
            yield name, Code.REPEATED_COLUMN


class _Rows:
    """Reads the cells of one table by its header."""

    def __init__(self, file: str, table: Table, header: list[str]) -> None:
        self._file, self._table, self._width = file, table, len(header)
        self._columns = [(header.index(column.name), column) for column in table.columns]

    def add(self, item: Item, batch: Batch) -> None:
        """One more line: a row of the batch or its problems."""
        batch.lines += 1
        if isinstance(item, Broken):
            batch.problems.append(Problem(self._file, item.line, "", item.code, item.value))
            batch.whole = batch.whole or item.line == 0
            return
        batch.done = item.done
        if len(item.cells) != self._width:
            shown = f"{len(item.cells)} / {self._width}"
            found = [Problem(self._file, item.line, "", Code.CELL_COUNT, shown)]
        else:
            values, found = self._values(item)
        if found:
            batch.problems += found
            batch.refused_keys += self._refused_key(item.cells)
        else:
            batch.rows.append((item.line, *values))

    def _values(self, record: Record) -> tuple[list[Value], list[Problem]]:
        values: list[Value] = []
        found: list[tuple[str, Code]] = []
        for index, column in self._columns:
            try:
                values.append(_value(column, record.cells[index]))
            except BadCell as bad:
                values.append(None)
                found.append((column.name, bad.code))
        found += _contradictions(self._table, values)
        return values, [self._problem(record, name, code) for name, code in found] if found else []

    def _problem(self, record: Record, name: str, code: Code) -> Problem:
        index = next(index for index, column in self._columns if column.name == name)
        return Problem(self._file, record.line, name, code, printable(record.cells[index]))

    def _refused_key(self, cells: list[str]) -> list[str]:
        index, column = self._columns[0]
        try:
            key = _value(column, cells[index]) if self._table.kind else None
        except (BadCell, IndexError):
            return []
        return [str(key)] if key else []


def _value(column: Column, cell: str) -> Value:
    if type(cell) is LostDigits:
        raise BadCell(Code.TOO_LARGE if column.sql == "bigint" else Code.DIGITS_LOST)
    value = column.read(cell)
    if value is None and column.required:
        raise BadCell(Code.REQUIRED)
    return value


def _contradictions(table: Table, values: list[Value]) -> list[tuple[str, Code]]:
    """What two cells of a row say together."""
    if table.period:
        start, end = (values[table.fields.index(name)] for name in table.period)
        before = isinstance(start, date) and isinstance(end, date) and end < start
        return [(table.period[1], Code.ENDS_BEFORE_START)] if before else []
    return [("amount_yuan", Code.NEGATIVE)] if table is INVOICES and _is_negative(values) else []


def _is_negative(invoice: list[Value]) -> bool:
    """Only an invoice that cancels another may be written with a minus."""
    amount = invoice[INVOICES.fields.index("amount_fen")]
    return isinstance(amount, int) and amount < 0 and invoice[INVOICES.fields.index("red_letter_of")] is None
