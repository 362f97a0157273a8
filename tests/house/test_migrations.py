"""The migrations make the tables that the models describe, on both databases."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tortoise import Tortoise, fields
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.models import Model

from market import db
from tests.house.source import listing

_KEYS = """SELECT kept.name, keys."unique", (SELECT group_concat(name) FROM pragma_index_info(keys.name))
    FROM sqlite_master AS kept, pragma_index_list(kept.name) AS keys WHERE kept.type = 'table'"""


_NEWER = ["DROP TABLE measures"]
"""What later steps made."""


class Cellar(Model):
    """A row that no migration knows."""

    id = fields.IntField(primary_key=True)


async def _ungenerated(**added: type[Model]) -> list[str]:
    """What ``makemigrations`` would write now."""
    async with await db.connect("sqlite://:memory:", shared=False) as context:
        assert context.apps is not None
        apps: Any = {label: {**models, **added} for label, models in context.apps.items()}
        writers = await MigrationAutodetector(apps, db.TOOL_CONFIG["apps"]).changes()
        return [f"{type(operation).__name__} {vars(operation)}" for writer in writers for operation in writer.operations]


async def test_nothing_is_left_to_generate() -> None:
    """The models say nothing that no migration says."""
    found = await _ungenerated()
    assert not found, listing(found, "Run `.venv/bin/tortoise -c market.db.TOOL_CONFIG makemigrations`, read it, commit it.")


async def test_a_forgotten_migration_is_found() -> None:
    """A new model without a migration is noticed."""
    [found] = await _ungenerated(Cellar=Cellar)
    assert found.startswith("CreateModel")


async def test_every_column_is_there(database: str) -> None:
    """Each model can be read with all its columns from a migrated database, and migrating again changes nothing."""
    models = [model for app in (Tortoise.apps or {}).values() for model in app.values()]
    assert models
    for model in models:
        await model.all().limit(1)
    await db.migrate(database)


@pytest.mark.parametrize(
    ("halfway", "changes"),
    [
        (True, ["DELETE FROM tortoise_migrations WHERE name != '0001_initial'", "DROP TABLE award_suspensions"]),
        (True, ["INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('market', '0018_fair', '2026-11-01')"]),
        (False, ["INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('market', '0023_beyond_doubt', '2026-11-01')"]),
        (False, ["DELETE FROM tortoise_migrations WHERE name != '0001_initial'", *_NEWER]),
    ],
    ids=["of the first of two", "of several", "at the end of several", "of the first now"],
)
async def test_a_database_that_stopped_halfway_is_left_alone(
    tmp_path: Path, sqlite_template: Path, halfway: bool, changes: list[str]
) -> None:
    """Steps that became part of the first one are missing in it though its name is there: nothing is changed, and it is said."""
    old = tmp_path / "old.sqlite3"
    shutil.copy(sqlite_template, old)
    with closing(sqlite3.connect(old)) as connection, connection:
        for change in changes:
            connection.execute(change)
    before = old.read_bytes()
    if halfway:
        with pytest.raises(db.OldDatabase):
            await db.migrate(f"sqlite://{old}")
        assert old.read_bytes() == before
    else:
        await db.migrate(f"sqlite://{old}")


async def test_no_migration_loses_an_index(tmp_path: Path, sqlite_template: Path) -> None:
    """A migrated SQLite file has every index and unique key of the models: Tortoise drops them when it makes a table anew."""
    described = tmp_path / "described.sqlite3"
    async with await db.connect(f"sqlite://{described}", shared=False):
        await Tortoise.generate_schemas()
    lost = _keys(described) - _keys(sqlite_template)
    assert len(_keys(described)) > 50
    assert not lost, listing([str(key) for key in lost], "Create them again, at the end of the migration that lost them.")


def _keys(path: Path) -> set[tuple[str, int, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return set(connection.execute(_KEYS))
