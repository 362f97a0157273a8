"""One import's rows in temporary tables of its own transaction: a million rows are checked by the database, not held here."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any
from uuid import uuid4

from market import db
from market.imports.files import Batch
from market.imports.problems import Code, Problem
from market.imports.tables import TABLES, Table

_WITH_ID = ("organisations", "relations")
"""Tables whose rows get an identifier of ours."""
_BAD = ("file_no integer", "file text", "line integer", "col text", "code text", "value text")
_BAD_COLUMNS = ("file_no", "file", "line", "col", "code", "value")
_FILES = {
    "no": "integer",
    "invoice_no": "text",
    "issued_on": "date",
    "seller_id": "text",
    "buyer_id": "text",
    "amount_fen": "bigint",
    "red_letter_of": "text",
}
_PAGE = 5000
AFTER_TABLES = len(TABLES)
"""The place of the e-invoice files in the list of problems."""
_SEPARATOR = "\x1f"


async def run(statement: str, values: Sequence[Any] = ()) -> int:
    """Rows that an UPDATE or DELETE changed."""
    changed, _ = await db.connection().execute_query(statement, list(values))
    return changed


async def number(query: str) -> int:
    """The one number that a query gives."""
    [row] = await db.connection().execute_query_dict(query)
    return int(next(iter(row.values())) or 0)


def differs(left: str, right: str) -> str:
    """SQL: not the same, an empty cell being the same as an empty cell."""
    return f"{left} IS DISTINCT FROM {right}" if db.is_postgres() else f"{left} IS NOT {right}"


def same(left: str, right: str) -> str:
    """SQL: the opposite of ``differs``."""
    return f"{left} IS NOT DISTINCT FROM {right}" if db.is_postgres() else f"{left} IS {right}"


def place(table: Table) -> int:
    """The table's place in the order of checks, which is the order of the list of problems, too."""
    return list(TABLES).index(table.name)


async def create() -> None:
    """Make the temporary tables. They are the connection's own and end with the transaction or with ``drop``."""
    if db.is_postgres():
        await run("SELECT pg_advisory_xact_lock(hashtext('market import ledger'))")  # one import at a time
        await run("SET LOCAL work_mem = '48MB'")
    else:
        await run("PRAGMA cache_size = -64000")
        await run("PRAGMA temp.cache_size = -64000")
    for table in TABLES.values():
        await run(f"CREATE TEMP TABLE {table.stage} ({', '.join(_definitions(table))})")
    await run(f"CREATE TEMP TABLE stage_bad ({', '.join(_BAD)})")
    await run("CREATE TEMP TABLE stage_bad_key (kind text, k text)")
    await run("CREATE INDEX stage_bad_key_at ON stage_bad_key (kind, k)")
    await run(f"CREATE TEMP TABLE stage_files ({', '.join(map(' '.join, _FILES.items()))})")
    await run("CREATE INDEX stage_files_at ON stage_files (invoice_no)")


def _definitions(table: Table) -> list[str]:
    line = "line integer" if db.is_postgres() else "line integer PRIMARY KEY"
    columns = [f"{c.field} {c.sql}" for c in table.columns]
    return [line, *columns, *(["row_key text"] if table.own_key == "row_key" else []), *(["uid uuid"] if _has_id(table) else [])]


def _has_id(table: Table) -> bool:
    return table.name in _WITH_ID


async def drop() -> None:
    """Remove the temporary tables, so that the connection can import again."""
    for name in (*(table.stage for table in TABLES.values()), "stage_bad", "stage_bad_key", "stage_listed", "stage_files"):
        await run(f"DROP TABLE IF EXISTS {name}")


async def add(table: Table, batch: Batch) -> None:
    """Put one batch of rows, problems and keys of refused rows aside."""
    columns, rows = ["line", *table.fields], batch.rows
    if table.own_key == "row_key":
        columns.append("row_key")
        rows = _keyed(table, rows)
    if _has_id(table):
        columns.append("uid")
        rows = _identified(rows)
    await _copy(table.stage, columns, rows)
    await add_problems(place(table), batch.problems)
    if table.kind:
        await _copy("stage_bad_key", ("kind", "k"), [(table.kind.value, key) for key in batch.refused_keys])


def _keyed(table: Table, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    places = [table.fields.index(name) + 1 for name in table.key]
    return [(*row, _SEPARATOR.join("" if row[at] is None else str(row[at]) for at in places)) for row in rows]


def _identified(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [(*row, uuid4() if db.is_postgres() else str(uuid4())) for row in rows]


async def add_files(rows: Sequence[tuple[Any, ...]]) -> None:
    """Put what e-invoice files say aside: a number of the file, the invoice's, and what empty cells are filled with."""
    await _copy("stage_files", list(_FILES), rows)


async def add_problems(file_no: int, problems: Iterable[Problem]) -> None:
    """Put problems aside."""
    rows = [(file_no, p.file, p.line, p.column, p.code.value, p.value) for p in problems]
    await _copy("stage_bad", _BAD_COLUMNS, rows)


async def _copy(name: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    if not rows:
        return
    if db.is_postgres():
        raw: Any = db.connection()._connection  # Tortoise has no door to COPY
        await raw.copy_records_to_table(name, columns=list(columns), records=rows)
        return
    places = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 - own names
    many: Any = rows  # tuples do as well as the lists that it asks for
    await db.connection().execute_many(statement, many)


async def ready(table: Table) -> None:
    """After the last row: what the planner needs."""
    if db.is_postgres():
        await run(f"ANALYZE {table.stage}")
    else:
        await run(f"CREATE INDEX {table.stage}_key ON {table.stage} ({table.own_key})")


async def refused(table: Table | None = None) -> int:
    """Problems so far; of a table: the lines that have any."""
    if table is None:
        return await number("SELECT count(*) FROM stage_bad")
    return await number(f"SELECT count(DISTINCT line) FROM stage_bad WHERE file_no = {place(table)} AND line > 0")  # noqa: S608


async def sweep(table: Table) -> None:
    """Take the refused rows out. Their keys are remembered: who refers to them is refused as well."""
    bad = f"line IN (SELECT line FROM stage_bad WHERE file_no = {place(table)})"  # noqa: S608 - own numbers
    if table.kind:
        await run(
            f"INSERT INTO stage_bad_key SELECT '{table.kind}', {table.own_key} FROM {table.stage} WHERE {bad}"  # noqa: S608
        )
    await run(f"DELETE FROM {table.stage} WHERE {bad}")  # noqa: S608 - own names


async def discard(table: Table) -> None:
    """Take all rows out: their file broke, nobody knows what else was in it."""
    if table.kind:
        await run(f"INSERT INTO stage_bad_key SELECT '{table.kind}', {table.own_key} FROM {table.stage}")  # noqa: S608
    await run(f"DELETE FROM {table.stage}")  # noqa: S608


async def listed() -> AsyncIterator[Problem]:
    """Every problem in the order of tables, lines and columns."""
    await run(
        """CREATE TEMP TABLE stage_listed AS SELECT row_number() OVER (ORDER BY file_no, line, file, col, code) AS n,
           file, line, col, code, value FROM stage_bad"""
    )
    await run("CREATE INDEX stage_listed_at ON stage_listed (n)")
    after = 0
    while rows := await db.connection().execute_query_dict(
        f"SELECT * FROM stage_listed WHERE n > {after} ORDER BY n LIMIT {_PAGE}"  # noqa: S608 - own numbers
    ):
        for row in rows:
            yield Problem(row["file"], row["line"], row["col"], Code(row["code"]), row["value"])
        after = rows[-1]["n"]
