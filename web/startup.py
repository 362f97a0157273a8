"""From settings to a market that works: schema up to date, keys and rulebook loaded, database connected, time moving."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

from market import db, vault
from market.auctions import feed
from market.audit import service as audit
from market.awards import auctions
from market.awards import service as awards
from market.demo import world
from market.documents import store
from market.log import notes
from market.oversight import following
from market.quotes import contests
from market.rulebook import Rulebook
from market.statistics import service as statistics
from market.usecase import use_rulebook
from schema.labels import N_
from web.settings import Settings

log = logging.getLogger("market")

NOT_MIGRATED = N_("数据库结构不是最新的，缺少：{missing}。请先运行 market migrate。")
OLD_DATABASE = N_(
    "数据库停在旧版本的半路上，本版接不上，什么都没有改。请先用提交 2735718、再用提交 98881a6 各运行一次 market migrate，然后用本版。"
)
SETTLE_EVERY_S = 1.0
AUDIT_EVERY_S = 5.0
AUDIT_WORKERS = 2
"""Processes that an audit of more than one piece is spread over, beside those that serve."""


class NotReady(RuntimeError):
    """The database lacks migrations (``missing``): whoever runs the server must migrate first."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(f"the database lacks {', '.join(missing)}: run `market migrate` first")
        self.missing = missing


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[None]:
    """The whole market, for a server or for one command. A SQLite file is made and migrated by itself. Raises NotReady."""
    if settings.sqlite_file:
        settings.sqlite_file.parent.mkdir(parents=True, exist_ok=True)
        await db.migrate(settings.database_url)
    vault.use(vault.load_or_create(settings.keys_dir))
    notes.use(vault.load_or_create(settings.keys_dir, "log.key"))
    use_rulebook(_rulebook(settings))
    store.use(_files(settings))
    async with await db.connect(settings.database_url):
        missing = await db.pending()
        if missing:
            raise NotReady(missing)
        yield


def _rulebook(settings: Settings) -> Rulebook | None:
    if settings.rulebook:
        return Rulebook.load(settings.rulebook)
    return world.RULEBOOK if settings.demo else None


def _files(settings: Settings) -> store.FileStore:
    """A bucket where one is set, else a folder."""
    s3 = settings.bucket
    return store.Bucket(s3.name, s3.endpoint, s3.region, s3.key_id, s3.secret) if s3 else store.Folder(settings.files_dir)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[None]:
    """The market with its clockwork: what is due happens even when nobody reads."""
    async with connected(settings):
        gc.collect()
        gc.freeze()  # the schema and the pages stay: without this each full collection walks all of them
        workers = [
            asyncio.create_task(_for_ever(awards.settle_due, SETTLE_EVERY_S)),
            asyncio.create_task(_for_ever(contests.publish_due, SETTLE_EVERY_S)),
            asyncio.create_task(_for_ever(following.Worker().make_round, SETTLE_EVERY_S)),
            asyncio.create_task(_for_ever(partial(audit.run_due, settings.database_url, AUDIT_WORKERS), AUDIT_EVERY_S)),
            asyncio.create_task(_for_ever(statistics.run_due, AUDIT_EVERY_S)),
            asyncio.create_task(_for_ever(auctions.advance_due, SETTLE_EVERY_S)),
            asyncio.create_task(feed.listen(settings.database_url)),
        ]
        try:
            yield
        finally:
            for worker in workers:
                worker.cancel()
                with suppress(asyncio.CancelledError):
                    await worker


async def _for_ever(work: Callable[[], Awaitable[object]], every_s: float) -> None:
    """Row locks let any number of processes do this; a failure is logged and tried again.

    ``work`` may give the seconds until it is wanted next, which are then no more than ``every_s``.
    """
    while True:
        wanted = None
        try:
            wanted = await work()
        except Exception:
            log.exception("doing what is due failed")
        await asyncio.sleep(wanted if isinstance(wanted, float) else every_s)
