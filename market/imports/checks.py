"""Whether rows fit together and with what is stored, asked of the database: duplicates, conflicts, references, chains.

Each check adds to ``stage_bad``; the order of files and of rows never matters.
"""

from collections.abc import Iterable

from market.imports import stored
from market.imports.problems import Code
from market.imports.staging import differs, number, place, refused, run, same, sweep
from market.imports.tables import BY_KIND, Column, Kind, Table

# ruff: noqa: S608 - every statement here is made of the names of our own tables and columns


async def check(table: Table, files: dict[str, str], broken: Iterable[Kind]) -> None:
    """Refuse the rows of a table that do not fit; the tables that it refers to were checked before.

    ``files``: table → name of its file or sheet; ``broken``: kinds whose file could not be read as a whole.
    """
    before = await refused()
    bad = _Bad(table, files[table.name], frozenset(broken))
    await bad.duplicates()
    await bad.conflicts()
    await bad.self_references()
    for column, kind in table.references:
        await bad.reference(column, kind)
    if await refused() > before:
        await sweep(table)
    if await refused():
        for column, kind in table.self_references:
            await bad.descendants(column, kind)


async def collapse(table: Table) -> int:
    """A fact without a number that is stated twice is one fact, the first source kept. Returns how many rows went."""
    if not table.is_set or not await number(f"SELECT count(*) FROM ({_doubled(table)} LIMIT 1) d"):
        return 0
    kept = f"SELECT min(line) FROM {table.stage} GROUP BY {', '.join(table.stated)}"
    return await run(f"DELETE FROM {table.stage} WHERE line NOT IN ({kept})")


def _doubled(table: Table) -> str:
    return f"SELECT {table.own_key} FROM {table.stage} GROUP BY {table.own_key} HAVING count(*) > 1"


class _Bad:
    """Adds the problems of one table."""

    def __init__(self, table: Table, file: str, broken: frozenset[Kind]) -> None:
        self.table, self.file, self.broken = table, file, broken
        self.key = table.own_key

    async def add(self, column: str, code: str, value: str, rest: str) -> None:
        """SQL of the header of the column, of the code and of the value, and where it is so."""
        await run(
            f"INSERT INTO stage_bad SELECT {place(self.table)}, '{self.file}', s.line, {column}, {code}, {value} "
            f"FROM {self.table.stage} s {rest}"
        )

    async def duplicates(self) -> None:
        """One id, two rows. Of rows that say the same the first is kept, of others none: nobody knows which is right."""
        first = self.table.columns[0]
        doubled = _doubled(self.table)
        if await number(f"SELECT count(*) FROM ({doubled} LIMIT 1) d"):
            variants = (
                f"SELECT {self.key} AS k, min(line) AS keep FROM {self.table.stage} WHERE {self.key} IN ({doubled}) "
                f"GROUP BY {', '.join(dict.fromkeys((self.key, *self.table.fields)))}"
            )
            rows = f"(SELECT k, min(keep) AS keep, count(*) AS variants FROM ({variants}) v GROUP BY k)"
            where = f"JOIN {rows} d ON d.k = s.{self.key} WHERE d.variants > 1 OR s.line <> d.keep"
            await self.add(f"'{first.name}'", f"'{Code.DUPLICATE}'", f"s.{first.field}", where)
        if self.table.kind and await number(f"SELECT count(*) FROM stage_bad_key WHERE kind = '{self.table.kind}'"):
            twin = f"WHERE {self._in_bad(self.table.kind, self.key)} AND NOT {self._is_bad('s.line')}"
            await self.add(f"'{first.name}'", f"'{Code.DUPLICATE}'", f"s.{first.field}", twin)

    async def conflicts(self) -> None:
        """The key is stored with other content. Nothing stored is ever overwritten."""
        others = self.table.compared
        for query in stored.ROWS[self.table.name]:
            if not others or not await number(f"SELECT count(*) FROM ({query} LIMIT 1) t"):
                continue
            apart = [differs(f"s.{c.field}", f"t.{c.field}") for c in others]
            named = " ".join(f"WHEN {is_so} THEN '{c.name}'" for c, is_so in zip(others, apart, strict=True))
            where = f"JOIN ({query}) t ON {matching(self.table)} WHERE {' OR '.join(apart)}"
            await self.add(f"CASE {named} END", f"'{Code.CONFLICT}'", f"s.{self.table.key[0]}", where)

    async def self_references(self) -> None:
        """A row must not name itself."""
        for column, _ in self.table.self_references:
            itself = f"WHERE s.{column.field} = s.{self.key}"
            await self.add(f"'{column.name}'", f"'{Code.REFERS_TO_ITSELF}'", f"s.{column.field}", itself)

    async def reference(self, column: Column, kind: Kind) -> None:
        """What is named must be in the ledger or stored, and not be refused itself."""
        target = BY_KIND[kind]
        field = f"s.{column.field}"
        in_bad = self._in_bad(kind, column.field)
        unstored = " AND ".join(f"NOT EXISTS (SELECT 1 FROM {t} t WHERE t.{c} = {field})" for t, c in stored.KEYS[kind])
        unstaged = f"NOT EXISTS (SELECT 1 FROM {target.stage} t WHERE t.{target.own_key} = {field})"
        where = f"WHERE {field} IS NOT NULL AND {unstaged} AND (({unstored})"
        where += f" OR {in_bad})" if await self._any_bad(kind) else ")"
        unknown = Code.REFERS_TO_REFUSED if kind in self.broken else Code.UNKNOWN_REFERENCE
        code = f"CASE WHEN {in_bad} THEN '{Code.REFERS_TO_REFUSED}' ELSE '{unknown}' END"
        await self.add(f"'{column.name}'", code, field, where)

    async def descendants(self, column: Column, kind: Kind) -> None:
        """Rows of this table that name a refused one, and those that name them, however long the chain."""
        if not await self._any_bad(kind):
            return
        await run(f"CREATE INDEX {self.table.stage}_{column.field} ON {self.table.stage} ({column.field})")
        gone = (
            f"SELECT k FROM stage_bad_key b WHERE b.kind = '{kind}' "
            f"AND NOT EXISTS (SELECT 1 FROM {self.table.stage} t WHERE t.{self.key} = b.k)"
        )
        step = f"SELECT n.{self.key} FROM {self.table.stage} n JOIN chain ON n.{column.field} = chain.k"
        chain = f"WITH RECURSIVE chain(k) AS (SELECT k FROM ({gone}) g UNION {step}) SELECT k FROM chain"
        where = f"WHERE s.{column.field} IN ({chain})"
        await self.add(f"'{column.name}'", f"'{Code.REFERS_TO_REFUSED}'", f"s.{column.field}", where)
        await sweep(self.table)

    async def _any_bad(self, kind: Kind) -> bool:
        return bool(await number(f"SELECT count(*) FROM (SELECT 1 AS one FROM stage_bad_key WHERE kind = '{kind}' LIMIT 1) b"))

    def _in_bad(self, kind: Kind, column: str) -> str:
        return f"EXISTS (SELECT 1 FROM stage_bad_key b WHERE b.kind = '{kind}' AND b.k = s.{column})"

    def _is_bad(self, line: str) -> str:
        return f"EXISTS (SELECT 1 FROM stage_bad x WHERE x.file_no = {place(self.table)} AND x.line = {line})"


def matching(table: Table) -> str:
    """SQL: the key of ``s`` is the key of ``t``; only what may be empty is compared with care for it."""
    required = {column.field for column in table.columns if column.required}
    return " AND ".join(f"t.{name} = s.{name}" if name in required else same(f"t.{name}", f"s.{name}") for name in table.key)
