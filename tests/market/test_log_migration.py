"""A database with the plain chain of 0.2.0 gets its tree, and one whose chain is broken does not get away with it."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.migrations.api import migrate

from market import db
from market.log import models, service
from market.log.canonical import canonical
from market.usecase import Actor, unit, use_case
from tests.conftest import _admin, postgres_url

GENESIS = hashlib.sha256(b"zhoushan-market log v1").hexdigest()


@pytest.fixture
async def old(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a database of 0.2.0."""
    EXECUTOR_CACHE.clear()
    if backend == "sqlite":
        url = f"sqlite://{tmp_path / 'old.sqlite3'}"
    else:
        folder, name = request.getfixturevalue("postgres_server"), f"old_{uuid4().hex}"
        await _admin(folder, f"CREATE DATABASE {name}")
        url = postgres_url(folder, name)
    async with db.TortoiseContext():
        await migrate(config=db.config(url), target="market.0012_imported_documents")
        await db.connections.close_all()
    yield url
    if backend == "postgres":
        await _admin(folder, f"DROP DATABASE {name} WITH (FORCE)")


async def _fill(url: str, count: int, broken: int = 0) -> None:
    previous = GENESIS
    async with await db.connect(url, shared=False):
        for seq in range(1, count + 1):
            body = canonical({"seq": seq, "action": "test", "subject": f"t:{seq}", "at": "2026-11-24T00:00:00+00:00"})
            hash_ = hashlib.sha256(b"zhoushan-market log entry v1\x00" + bytes.fromhex(previous) + body.encode()).hexdigest()
            kept = body.replace("t:", "u:") if seq == broken else body
            values = f"{seq}, '2026-11-24 00:00:00+00:00', 'test', 't:{seq}', '{kept}', '{previous}', '{hash_}'"
            columns = "seq, at, action, subject, body, previous, hash"
            await db.connection().execute_script(f"INSERT INTO log_entries ({columns}) VALUES ({values})")
            previous = hash_
        await db.connection().execute_script(f"UPDATE log_head SET seq = {count}, hash = '{previous}'")


@use_case(None)
async def _write(_actor: Actor) -> None:
    unit().record("test:wrote", "test:1")


async def test_an_old_log_gets_its_tree(old: str) -> None:
    """All entries verify afterwards, new ones follow, and the database refuses changes as before."""
    await _fill(old, 13)
    await db.migrate(old)
    async with await db.connect(old, shared=False):
        await _write(Actor())
        assert await service.verify() == service.Verdict(14)
        with pytest.raises(Exception, match="append-only"):
            await models.LogEntry.filter(seq=1).update(action="other")


async def test_a_broken_log_is_not_planted_over(old: str) -> None:
    """The migration stops and names the entry."""
    await _fill(old, 5, broken=3)
    with pytest.raises(RuntimeError, match="broken at entry 3"):
        await db.migrate(old)
