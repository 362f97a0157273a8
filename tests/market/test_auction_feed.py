"""The live feed: past events first, then new ones as they come; who comes back misses nothing, who comes late is told the end."""

import asyncio
from uuid import UUID

import pytest

from market.auctions import feed
from market.auctions.models import Auction, AuctionEvent
from tests.market.test_auctions import Hall, planned, running


@pytest.fixture(autouse=True)
async def _catalogue(database: str, shipped_catalogue: None) -> None:
    """Every test here has the shipped catalogue."""


async def watched(auction_id: UUID, after: int, most: int = 1000) -> list[int]:
    """The numbers of the events after that one, until the end or at most so many."""
    numbers: list[int] = []
    stream = feed.watch(auction_id, after)
    async for frame in stream:
        numbers.append(frame.event.number)
        if len(numbers) == most:
            break
    await stream.aclose()  # type: ignore[attr-defined]
    return numbers


async def ended(hall: Hall) -> Auction:
    """Run to the end."""
    while (await hall.auction()).ended_at is None:
        await hall.tick()
    return await hall.auction()


async def test_watchers_share_one_reader_and_each_gets_everything() -> None:
    """One from the beginning, one from the middle, one that cuts the line and comes back."""
    hall = await running(5_000_00, 4_000_00)
    auction = await hall.auction()

    async def twice() -> list[int]:
        first = await watched(auction.id, 0, most=5)
        return first + await watched(auction.id, first[-1])

    watchers = [asyncio.create_task(watch) for watch in (watched(auction.id, 0), watched(auction.id, 2), twice())]
    await asyncio.sleep(0)
    assert len(feed._tails) == 1
    last = (await ended(hall)).last_event
    async with asyncio.timeout(20):
        whole, rest, again = await asyncio.gather(*watchers)
    assert whole == again == list(range(1, last + 1)) and rest == whole[2:]
    assert last == await AuctionEvent.all().count() and not feed._tails


async def test_a_stream_after_the_end_is_told_the_rest_and_closed() -> None:
    """Also when there is no rest."""
    auction = await ended(await planned(5_000_00, 4_000_00))
    async with asyncio.timeout(20):
        assert await watched(auction.id, auction.last_event - 2) == [auction.last_event - 1, auction.last_event]
        assert await watched(auction.id, auction.last_event) == []
