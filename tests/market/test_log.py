"""The tamper-evident log on a real database."""

import pytest
from tortoise.models import Model

from market import db
from market.actors import SYSTEM
from market.log import models, service
from market.usecase import unit, use_case
from market.witnesses.models import WitnessedCheckpoint
from tests.contest import NOON


@use_case(None)
async def _write(_actor: object, count: int) -> None:
    for number in range(count):
        unit().record("test:wrote", f"test:{number}", number=number)


async def test_an_untouched_log_verifies(database: str) -> None:
    """Entries of several transactions form one chain that verifies to its head."""
    await _write(SYSTEM, 3)
    await _write(SYSTEM, 2)
    assert await service.verify() == service.Verdict(5)


async def test_the_database_refuses_to_change_the_log(database: str) -> None:
    """No entry, checkpoint, sealed batch or witness is changed or deleted: the database itself refuses."""
    await _write(SYSTEM, 1)
    await models.LogCheckpoint.create(size=1, root="", at=NOON, note="")
    await models.SealedBatch.create(seq=1, secret="")
    await WitnessedCheckpoint.create(size=1, root="", at=NOON, note="", agrees=True)
    rows = (
        (models.LogEntry, "body"),
        (models.LogCheckpoint, "root"),
        (models.SealedBatch, "secret"),
        (WitnessedCheckpoint, "root"),
    )
    for kind, column in rows:
        await _refused(kind, column)


async def _refused(kind: type[Model], column: str) -> None:
    for attempt in (kind.all().update(**{column: "other"}), kind.all().delete()):
        with pytest.raises(Exception, match="append-only"):
            await attempt
    assert await kind.all().count() == 1


@pytest.mark.parametrize(
    ("statement", "broken", "reason"),
    [
        ("UPDATE log_entries SET body = REPLACE(body, 'test:wrote', 'test:wrotf') WHERE seq = 3", 3, "changed"),
        ("UPDATE log_entries SET action = 'other' WHERE seq = 2", 2, "columns"),
        ("DELETE FROM log_entries WHERE seq = 4", 4, "missing"),
        ("DELETE FROM log_entries WHERE seq = 5", 5, "head"),
    ],
)
async def test_a_tampered_log_names_its_first_broken_entry(database: str, statement: str, broken: int, reason: str) -> None:
    """Whoever gets round the triggers is found: the first entry that does not fit is named."""
    await _write(SYSTEM, 5)
    for drop in _drops():
        await db.connection().execute_query(drop)
    await db.connection().execute_query(statement)
    verdict = await service.verify()
    assert (verdict.broken, verdict.reason) == (broken, reason)


def _drops() -> list[str]:
    if db.is_postgres():
        return ["DROP TRIGGER log_entries_append_only ON log_entries"]
    return ["DROP TRIGGER log_entries_no_update", "DROP TRIGGER log_entries_no_delete"]


async def test_a_use_case_that_logs_nothing_is_a_defect(database: str) -> None:
    """A use case must write to the log, or it fails and leaves nothing."""
    with pytest.raises(RuntimeError, match="wrote nothing"):
        await _write(SYSTEM, 0)


@pytest.mark.parametrize(
    "damage", ["body = x'ff'", "body = CAST(x'7bff' AS TEXT)", "at = '2O26-11-24 00:00:00+00:00'", "hash = 'zz'"]
)
async def test_an_unreadable_entry_is_named(database: str, backend: str, damage: str) -> None:
    """What is no text or no date any more does not stop the check: it is the broken entry. PostgreSQL would not store it."""
    await _write(SYSTEM, 5)
    if backend == "postgres":
        damage = "body = 'x'"
        await db.connection().execute_script("ALTER TABLE log_entries DISABLE TRIGGER ALL")
    else:
        await db.connection().execute_script("DROP TRIGGER log_entries_no_update")
    await db.connection().execute_script(f"UPDATE log_entries SET {damage} WHERE seq = 3")
    verdict = await service.verify()
    assert (verdict.entries, verdict.broken) == (2, 3) and verdict.reason in ("changed", "unreadable")
