"""From settings to a market that works: schema up to date, keys and rulebook loaded, database connected, time moving."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from market import db, vault
from market.awards import service as awards
from market.demo import world
from market.oversight import following
from market.rulebook import Rulebook
from market.usecase import use_rulebook
from schema.labels import N_
from web.settings import Settings

log = logging.getLogger("market")

NOT_MIGRATED = N_("数据库结构不是最新的，缺少：{missing}。请先运行 market migrate。")
SETTLE_EVERY_S = 1.0


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
    use_rulebook(_rulebook(settings))
    async with await db.connect(settings.database_url):
        missing = await db.pending()
        if missing:
            raise NotReady(missing)
        yield


def _rulebook(settings: Settings) -> Rulebook | None:
    if settings.demo:
        return world.RULEBOOK
    return Rulebook.load(settings.rulebook) if settings.rulebook else None


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[None]:
    """The market with its clockwork: what is due happens even when nobody reads."""
    async with connected(settings):
        worker = asyncio.create_task(_settle_for_ever())
        try:
            yield
        finally:
            worker.cancel()
            with suppress(asyncio.CancelledError):
                await worker


async def _settle_for_ever() -> None:
    """Row locks let any number of processes do this; a failure is logged and tried again."""
    oversight = following.Worker()
    while True:
        for settle in (awards.settle_due, oversight.make_round):
            try:
                await settle()
            except Exception:
                log.exception("settling what is due failed")
        await asyncio.sleep(SETTLE_EVERY_S)
