"""How long an auction's event takes to N watchers, against a bare websockets broadcast: ``python -m tests.bench.auction [N]``.

From the time that the event bears (the start of the transaction that made it so) to its arrival at each client: one server process
on SQLite, all clients in this process. The yardstick sends a text of the same length to as many clients. Target: p95 ≤ 200 ms for 200.
"""

import asyncio
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from websockets.asyncio.client import connect
from websockets.asyncio.server import broadcast, serve
from websockets.typing import Subprotocol

from market import clock, db, vault
from market.actors import Role
from market.auctions.models import Auction
from market.log import notes
from market.projects.models import Project, SelectionMethod
from tests import contest
from tests.web.servers import free_port
from web.app import create_app
from web.auctions import EVENTS
from web.settings import Settings, sqlite_url

BIDDERS, ROUNDS, FRAME_BYTES, LEAD_S = 6, 2, 1200, 40
TERMS = {"rounds": ROUNDS, "turnMs": 500, "pauseMs": 500, "graceMs": 100, "toleranceMs": 10**9, "stepPermille": 5}


async def prepare(folder: Path) -> str:
    """An announced auction of short stages, which begins when the watchers have had time to come."""
    url = sqlite_url(folder / "market.sqlite3")
    await db.migrate(url)
    vault.use(vault.load_or_create(folder / "keys"))
    notes.use(vault.load_or_create(folder / "keys", "log.key"))
    async with await db.connect(url, shared=False):
        await contest.catalogue_loaded()
        with clock.fixed(contest.NOON):
            buyer = await contest.member(Role.APPLICANT)
        form = contest.form(contest.CHOICE_ITEM, told_not_obliged=True, method=SelectionMethod.REVERSE_AUCTION)
        project = await contest.published(buyer, form)
        for number in range(BIDDERS):
            await contest.quoted(await contest.member(Role.INTERMEDIARY), project, 50_000_00 + number * 100_00)
        await contest.opened(project)
        now = datetime.now(UTC)
        await Project.filter(id=project.id).update(closes_at=now - timedelta(days=1))  # the stage above is set in the future
        await Auction.all().update(terms=TERMS, next_check_at=now + timedelta(seconds=LEAD_S))
        return str(project.code)


def market(folder: Path, port: int) -> None:
    """The server's process."""
    settings = Settings(sqlite_url(folder / "market.sqlite3"), folder / "keys", folder / "files")
    uvicorn.run(create_app(settings), port=port, log_level="error", ws_per_message_deflate=False)


def bare(folder: Path, port: int) -> None:
    """The yardstick's process: every half second one text to everybody."""

    async def main() -> None:
        async with serve(lambda socket: socket.wait_closed(), "127.0.0.1", port, compression=None) as server:
            while True:
                await asyncio.sleep(0.5)
                text = json.dumps({"at": datetime.now(UTC).isoformat(), "more": "x" * FRAME_BYTES})
                broadcast(server.connections, text)

    asyncio.run(main())


async def watcher(port: int, project: str, late_s: list[float]) -> None:
    """One client of the market, to the end of the auction; what was told before it came does not count."""
    address = f"ws://127.0.0.1:{port}/graphql"
    async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None, open_timeout=60) as socket:
        await socket.send('{"type": "connection_init"}')
        await socket.recv()
        payload = {"query": EVENTS, "variables": {"code": project, "after": "1"}}
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        async for text in socket:
            arrived = time.time()
            message: dict[str, Any] = json.loads(text)
            if message["type"] == "complete":
                return
            at = message["payload"]["data"]["auctionEvents"]["at"]
            late_s.append(arrived - datetime.fromisoformat(at).timestamp())


async def listener(port: int, late_s: list[float]) -> None:
    """One client of the yardstick."""
    async with connect(f"ws://127.0.0.1:{port}", proxy=None, open_timeout=60) as socket:
        for _ in range(ROUNDS * (BIDDERS + 1)):
            text = await socket.recv()
            arrived = time.time()
            late_s.append(arrived - datetime.fromisoformat(json.loads(text)["at"]).timestamp())


def measured(
    serve_: Callable[[Path, int], None], folder: Path, client: Callable[[int, list[float]], Any], count: int
) -> list[float]:
    """The times of all clients, sorted, in seconds."""
    port, late_s = free_port(), list[float]()
    process = multiprocessing.get_context("spawn").Process(target=serve_, args=(folder, port), daemon=True)
    process.start()

    async def all_of_them() -> None:
        while True:
            try:
                await asyncio.open_connection("127.0.0.1", port)
                break
            except OSError:
                await asyncio.sleep(0.1)
        async with asyncio.timeout(120):
            await asyncio.gather(*(client(port, late_s) for _ in range(count)))

    asyncio.run(all_of_them())
    process.kill()
    return sorted(late_s)


def p95(times: list[float]) -> float:
    """In milliseconds."""
    return times[len(times) * 95 // 100] * 1000


def main(count: int) -> None:
    """Print both p95 and their ratio; every watcher must have every event."""
    folder = Path(tempfile.mkdtemp())
    project = asyncio.run(prepare(folder))
    ours = measured(market, folder, lambda port, late: watcher(port, project, late), count)
    yardstick = measured(bare, folder, listener, count)
    expected = count * (ROUNDS * (BIDDERS + 1) + 1)
    print(f"auction: {count} watchers, p95 {p95(ours):.0f} ms, bare websockets broadcast {p95(yardstick):.0f} ms,", end=" ")
    print(f"ratio {p95(ours) / p95(yardstick):.1f}, frames {len(ours)} of {expected}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
