"""Tortoise configuration from a URL, the database's clock, and row locks.

SQLite is a process of its own: one connection, WAL, ``synchronous=FULL`` (NORMAL may lose the last commits).
PostgreSQL is where several workers run; there the database's clock decides deadlines.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

import asyncpg
from tortoise import Tortoise, connections
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.context import TortoiseContext
from tortoise.exceptions import OperationalError
from tortoise.migrations.api import migrate as run_migrations
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.models import Model
from tortoise.transactions import in_transaction

from market import clock

R = TypeVar("R")

NOUNS = (
    *("log", "witnesses", "parties", "practitioners", "measures", "documents", "catalogue", "findings", "frameworks", "projects"),
    *("avoidance", "quotes"),
    *("auctions", "draws", "awards", "contracts", "ratings"),
    *("ledger", "fees", "audit", "oversight", "statistics"),
)
MODELS = ["market.idempotency", *(f"market.{noun}.models" for noun in NOUNS)]

_LAST_TOGETHER = "0023_beyond_doubt"
"""The last of the steps that are part of the first one now."""
_SQLITE_PRAGMAS = {"journal_mode": "WAL", "synchronous": "FULL", "foreign_keys": "ON", "busy_timeout": 5000}


def config(url: str) -> dict[str, Any]:
    """Tortoise's configuration for ``sqlite:///path`` or ``postgresql://user:password@host/name`` (any libpq-style URL)."""
    scheme = urlsplit(url).scheme
    if scheme not in ("sqlite", "postgres", "postgresql", "asyncpg"):
        raise ValueError(f"unknown database scheme {scheme!r}: use sqlite:///path or postgresql://…")
    connection = expand_db_url(url.replace("postgresql://", "postgres://", 1))
    if scheme == "sqlite":
        path = url.removeprefix("sqlite://")
        connection["credentials"] = {"file_path": path.removeprefix("/") if path.startswith("/:") else path, **_SQLITE_PRAGMAS}
    app = {"models": MODELS, "default_connection": "default", "migrations": "market.migrations"}
    return {"connections": {"default": connection}, "apps": {"market": app}, "use_tz": True, "timezone": "UTC"}


async def connect(url: str, *, shared: bool = True) -> TortoiseContext:
    """Open the database. ``shared``: visible from every task of the process, as a server needs it."""
    return await Tortoise.init(config=config(url), _enable_global_fallback=shared)


class OldDatabase(RuntimeError):
    """It stopped on a step that has since become part of another: an older version must bring it to its end first."""


async def migrate(url: str) -> None:
    """Bring the database to the newest schema; a second call does nothing. Raises OldDatabase."""
    async with TortoiseContext():
        await connect(url, shared=False)
        await _refuse_old()
        await run_migrations(config=config(url))
        await connections.close_all()


async def pending() -> list[str]:
    """Names of the migrations that the connected database lacks. Raises OldDatabase."""
    await _refuse_old()
    executor = MigrationExecutor(connection(), TOOL_CONFIG["apps"])
    plan = await executor.plan([MigrationTarget(app_label="market", name="__latest__")])
    return [step.migration.name for step in plan]


async def _refuse_old() -> None:
    """The first step has been one, then several, then one again, always under the same name. Raises OldDatabase."""
    done = {step.name for step in await MigrationRecorder(connection()).applied_migrations()}
    known = {path.stem for path in (Path(__file__).parent / "migrations").glob("0*.py")}
    if "0001_initial" not in done or _LAST_TOGETHER in done:
        return
    try:
        await connection().execute_query("SELECT 1 FROM award_suspensions LIMIT 1")  # of those steps' last tables
    except OperationalError:
        raise OldDatabase from None
    if done - known:
        raise OldDatabase


def connection() -> BaseDBAsyncClient:
    """The current connection, inside a transaction the transaction's own."""
    current: BaseDBAsyncClient = connections.get("default")
    return current


def is_postgres() -> bool:
    """Whether several processes may share this database."""
    return connection().capabilities.dialect == "postgres"


async def now() -> datetime:
    """The one clock's time in UTC: the database's where there are several processes."""
    if clock.fixed_time() or not is_postgres():
        return clock.system_now()
    rows = await connection().execute_query_dict("SELECT clock_timestamp() AS at")
    at: datetime = rows[0]["at"]
    return at.astimezone(UTC)


async def listen(url: str, channel: str, heard: Callable[[str], None]) -> None:
    """Call ``heard`` with each notification's payload, on a PostgreSQL connection of its own, until that connection is lost."""
    given = config(url)["connections"]["default"]["credentials"]
    names = ("host", "port", "user", "password", "database")
    connection = await asyncpg.connect(**{name: given[name] for name in names if given.get(name)})
    lost = asyncio.Event()
    connection.add_termination_listener(lambda _connection: lost.set())
    try:
        await connection.add_listener(channel, lambda _connection, _pid, _channel, payload: heard(payload))
        await lost.wait()
    finally:
        connection.terminate()


async def at_one_moment(reads: Coroutine[Any, Any, R]) -> R:
    """Read everything as it stood when the first of it was read, whoever writes meanwhile; SQLite does so in any transaction."""
    async with in_transaction() as connection:
        if is_postgres():
            await connection.execute_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return await reads


Strength = Literal["SHARE", "UPDATE", "NO KEY UPDATE"]


async def lock(model: type[Model], key: object, strength: Strength, column: str = "id") -> None:
    """Lock one row until the transaction ends. SQLite locks the whole file for a writer, so there is nothing to do there.

    A quote takes SHARE on its project and the opening UPDATE: a foreign key's own lock would let the opening
    miss a quote in flight (``FOR KEY SHARE`` does not conflict with an update of other columns).
    """
    if is_postgres():
        statement = f'SELECT 1 FROM "{model._meta.db_table}" WHERE "{column}" = $1 FOR {strength}'  # noqa: S608 - own names
        await connection().execute_query(statement, [key])


TOOL_CONFIG = config("sqlite://:memory:")
"""For ``tortoise -c market.db.TOOL_CONFIG makemigrations``, which reads models and connects nowhere."""
