"""Who watches an auction's live block: one reader of the events for all, from the first watcher to the last, and nobody without one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from web import streams
from web.pages.supplier.live import Halls


class Auction:
    """Frames on demand; ``readers``: how many follow it at the moment, ``begun``: how many ever did."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[bytes] = asyncio.Queue()
        self.readers = self.begun = 0

    async def follow(self, code: str, lang: str) -> AsyncIterator[bytes]:
        """As the page does: the present state first."""
        self.readers, self.begun = self.readers + 1, self.begun + 1
        try:
            yield f"{code} {lang} now".encode()
            while True:
                yield await self.frames.get()
        finally:
            self.readers -= 1


@pytest.fixture
def auction() -> Auction:
    """Nobody watches it yet."""
    return Auction()


async def soon(stream: AsyncIterator[bytes]) -> bytes:
    """The next frame."""
    return await asyncio.wait_for(anext(stream), 5)


async def test_who_comes_as_the_last_one_leaves_still_sees_what_follows(auction: Auction) -> None:
    """Its stream was made before, its first frame asked for after the other had gone: it must not wait for one who has left."""
    halls = Halls(auction.follow)  # type: ignore[arg-type]
    first, newcomer = halls.watch("XM-1", "en"), halls.watch("XM-1", "en")
    assert await soon(first) == b"XM-1 en now"
    await first.aclose()
    assert await soon(newcomer) == b"XM-1 en now"
    auction.frames.put_nowait(b"a bid")
    assert await soon(newcomer) == b"a bid" and auction.readers == 1
    await newcomer.aclose()
    await asyncio.sleep(0)
    assert not halls.open and auction.readers == 0


async def test_all_who_watch_in_one_language_share_one_reader(auction: Auction) -> None:
    """It stays until the last has gone; who never asked for a frame is not counted."""
    halls = Halls(auction.follow)  # type: ignore[arg-type]
    watchers = [halls.watch("XM-1", "en") for _ in range(3)]
    assert {await soon(one) for one in watchers} == {b"XM-1 en now"} and auction.begun == 1
    halls.watch("XM-1", "en")
    await watchers[0].aclose()
    auction.frames.put_nowait(b"a bid")
    assert [await soon(one) for one in watchers[1:]] == [b"a bid", b"a bid"]
    for one in watchers[1:]:
        await one.aclose()
    assert not halls.open


async def test_the_end_of_a_stream_closes_what_it_beats_for(auction: Auction) -> None:
    """Between two frames and while it waits for one: the watcher is gone at once, not when memory is cleared."""
    halls = Halls(auction.follow)  # type: ignore[arg-type]
    for frames in (1, 2):
        async with aclosing(streams.beating(halls.watch("XM-1", "en"))) as stream:
            assert await soon(stream) == b"XM-1 en now"
            if frames == 2:
                waiting = asyncio.ensure_future(anext(stream))
                await asyncio.sleep(0)
                waiting.cancel()
                await asyncio.wait({waiting})
        assert not halls.open
