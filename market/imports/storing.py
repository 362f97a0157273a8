"""Checked rows go from their temporary tables into the market's own."""

from datetime import datetime

from market import db
from market.imports import stored
from market.imports.checks import matching
from market.imports.staging import number, run
from market.imports.tables import ORGANISATIONS, RELATIONS, TABLES, Table

# ruff: noqa: S608 - every statement here is made of the names of our own tables and columns


async def drop_unchanged(table: Table) -> int:
    """Take out the rows that are stored as they are. Returns how many there were."""
    if table is ORGANISATIONS:
        return await run(
            "DELETE FROM stage_organisations WHERE EXISTS (SELECT 1 FROM organisations t WHERE t.code = stage_organisations.id)"
        )
    gone = 0
    for query in stored.ROWS[table.name]:
        match = matching(table).replace("s.", f"{table.stage}.")
        gone += await run(f"DELETE FROM {table.stage} WHERE EXISTS (SELECT 1 FROM ({query}) t WHERE {match})")
    return gone


async def fill_in() -> int:
    """A party keeps its register data; what an earlier ledger left empty is filled in. Returns how many cells."""
    filled = 0
    for name in ("name", "kind"):
        given = f"SELECT s.{name} FROM stage_organisations s WHERE s.id = organisations.code"
        filled += await run(
            f"UPDATE organisations SET {name} = ({given}) WHERE {name} = '' AND EXISTS ({given} AND s.{name} IS NOT NULL)"
        )
    return filled


async def waiting() -> int:
    """Rows that are to be stored."""
    return await number(f"SELECT {' + '.join(f'(SELECT count(*) FROM {table.stage})' for table in TABLES.values())}")


async def store(table: Table, batch_id: int, now: datetime) -> int:
    """Store what is left of a table. Returns how many rows."""
    rows = await number(f"SELECT count(*) FROM {table.stage}")
    if not rows:
        return 0
    place = "$1" if db.is_postgres() else "?"
    if table is ORGANISATIONS:
        await run(
            f"INSERT INTO organisations (id, code, name, kind, created_at) SELECT uid, id, coalesce(name, ''), "
            f"coalesce(kind, ''), {place} FROM stage_organisations",
            [now],
        )
    elif table is RELATIONS:
        await run(
            "INSERT INTO party_relations (id, source_org_id, target_org_id, relation, since, until, source, recorded_at) "
            f"SELECT s.uid, a.id, b.id, s.relation, s.since, s.until, coalesce(s.source, ''), {place} FROM stage_relations s "
            "JOIN organisations a ON a.code = s.from_id JOIN organisations b ON b.code = s.to_id",
            [now],
        )
    else:
        names = ", ".join(table.fields)
        await run(f"INSERT INTO ledger_{table.name} ({names}, batch_id) SELECT {names}, {batch_id} FROM {table.stage}")
    return rows
