"""The live feed: one reader of the event rows for each watched auction and process, any number of watchers beside it.

A watcher keeps its place in the list of events, so a slow one costs nothing and misses nothing. The process that writes an event
says so to itself; other processes hear it by PostgreSQL's NOTIFY; who heard nothing looks every ``POLL_S`` seconds.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from market import clock, db
from market.auctions import read
from market.auctions.models import AuctionEvent
from market.selection.reverse_auction import Kind

CHANNEL = "auction_events"
POLL_S = 1.0

log = logging.getLogger("market")


@dataclass(frozen=True)
class Frame:
    """An event and the server's time at which it is handed on."""

    event: AuctionEvent
    server_time: datetime


class _Tail:
    """The events of one auction as this process knows them."""

    def __init__(self, auction_id: UUID) -> None:
        self.auction_id, self.watchers = auction_id, 0
        self.events: list[AuctionEvent] = []
        self.stirred, self.grown = asyncio.Event(), asyncio.Event()
        self.read_at, self.read_s = datetime.min.replace(tzinfo=UTC), 0.0
        self.task = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        while True:
            self.stirred.clear()
            try:
                await self._read()
            except Exception:
                log.exception("auction %s: its events cannot be read", self.auction_id)
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await self.stirred.wait()

    async def _read(self) -> None:
        new = await read.events_after(self.auction_id, len(self.events))
        if new:
            self.read_at, self.read_s = await db.now(), time.monotonic()
            self.events += new
            grown, self.grown = self.grown, asyncio.Event()
            grown.set()

    @property
    def ended(self) -> bool:
        """Nothing will follow."""
        return bool(self.events) and self.events[-1].kind == Kind.ENDED

    def now(self) -> datetime:
        """The database's time, by this process's even clock since it was last asked."""
        return self.read_at + clock.elapsed_since(self.read_s)


_tails: dict[UUID, _Tail] = {}


def tell(auction_id: UUID) -> None:
    """There is news: called after the commit."""
    if auction_id in _tails:
        _tails[auction_id].stirred.set()


async def notify(auction_id: UUID) -> None:
    """Tell the other processes, once the caller's transaction holds."""
    if db.is_postgres():
        await db.connection().execute_query("SELECT pg_notify($1, $2)", [CHANNEL, str(auction_id)])


async def listen(url: str) -> None:
    """Hear what other processes tell, for ever; while the connection is lost, polling carries on. Returns at once on SQLite."""
    while db.is_postgres():
        try:
            await db.listen(url, CHANNEL, lambda payload: tell(UUID(payload)))
        except Exception:
            log.exception("listening for auctions failed")
        await asyncio.sleep(POLL_S)


async def watch(auction_id: UUID, after: int) -> AsyncIterator[Frame]:
    """Every event after that number, past ones first, until the auction has ended."""
    tail = _tails.get(auction_id) or _tails.setdefault(auction_id, _Tail(auction_id))
    tail.watchers += 1
    try:
        while True:
            grown = tail.grown
            for event in tail.events[after:]:
                after = event.number
                yield Frame(event, tail.now())
            if tail.ended:
                return
            await grown.wait()
    finally:
        tail.watchers -= 1
        if not tail.watchers:
            _tails.pop(auction_id, None)
            tail.task.cancel()
