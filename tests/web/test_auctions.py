"""An auction on real servers: six WebSocket clients of every temper, server-sent events, four processes of which one is killed."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from market.clock import SHANGHAI
from market.selection.reverse_auction import replay
from tests.conftest import postgres_url
from tests.web.api import Api
from tests.web.auction_clients import Bidder
from tests.web.servers import Server, serving
from tests.web.test_main_job import code_of, published, quote
from tests.web.test_two_servers import shared  # noqa: F401 - a fixture

LIMITS = {
    "open_period": (1, "seconds"),
    "opening_grace": (1, "seconds"),
    "draw_reveal_period": (1, "seconds"),
    "auction_rounds": (2, "count"),
    "auction_turn": (900, "milliseconds"),
    "auction_pause": (400, "milliseconds"),
    "auction_grace": (200, "milliseconds"),
    "auction_lead": (1, "seconds"),
}
BIDDERS = 6
SNIPER = 4
AUCTION = "auction { beginsAt endedAt minimumStep latest { id kind } mySeat { alias amount highestBid } }"


def planned(urls: list[str]) -> list[Bidder]:
    """A project whose quotes have been opened; its bidders, in the order of their initial quotes, the lowest first."""
    cast = {who: Api.sign_in(urls[0], who) for who in ("applicant", "operator")}
    apis = [Api.sign_in(urls[n % len(urls)], f"intermediary{n + 1}") for n in range(BIDDERS)]
    closes_at = datetime.now(SHANGHAI) + timedelta(seconds=6)
    moments = {"closesAt": closes_at.isoformat(), "auctionStartsAt": (closes_at + timedelta(seconds=6)).isoformat()}
    about = {"itemCode": "ZSZJ-01-001", "toldNotObliged": True, "method": "REVERSE_AUCTION"}
    project = published(cast, "applicant", **about, **moments)
    for number, api in enumerate(apis):
        quote(api, project, f"{50_000 + 1_000 * number}")
    document = f"query P($c: String!) {{ project(code: $c) {{ quotes {{ rank }} {AUCTION} }} }}"
    bidders = []
    for number, api in enumerate(apis):
        for _ in range(200):
            shown = api(document, c=project)["project"]
            if shown["auction"]:
                break
            time.sleep(0.1)
        assert shown["quotes"] is None and shown["auction"]["latest"]["kind"] == "PLANNED"
        ordered = urls[number % len(urls) :] + urls[: number % len(urls)]
        alias = shown["auction"]["mySeat"]["alias"]
        bidders.append(Bidder(ordered, str(api.token), project, alias, 5_000_000 + 100_000 * number))
    bidders[2].pause_s = 0.3
    bidders[3].drops_every = 4
    bidders[SNIPER].snipes_s, bidders[SNIPER].cut_fen = 0.3, 10_000_00
    return bidders


def check(bidders: list[Bidder], url: str) -> None:
    """The sniper has won, everybody has every frame, no stage was late, and the audit file leads to the same ranking."""
    [last] = {bidder.frames[-1]["id"] for bidder in bidders}
    whole = [str(number) for number in range(1, int(last) + 1)]
    for bidder in bidders:
        assert [frame["id"] for frame in bidder.frames] == whole
        assert all(frame["serverTime"] >= frame["at"] for frame in bidder.frames)
    late = [
        (datetime.fromisoformat(frame["at"]) - datetime.fromisoformat(frame["dueAt"])).total_seconds()
        for frame in bidders[0].frames[1:]
    ]
    assert max(late) <= 1.0, late
    assert [frame["kind"] for frame in bidders[0].frames].count("TURN") == 2 * BIDDERS
    assert len(bidders[SNIPER].receipts) == 2 and bidders[3].connections > 2
    audit = httpx.get(f"{url}/auctions/{bidders[0].project}/audit.json", trust_env=False).json()
    ranking = replay(audit)
    assert ranking == [(place["alias"], place["amountFen"]) for place in audit["ranking"]]
    assert ranking[0] == (bidders[SNIPER].alias, 5_000_000 + 100_000 * SNIPER - 2 * 10_000_00)
    acknowledged = sorted(round(float(r["amount"]) * 100) for bidder in bidders for r in bidder.receipts)
    assert set(acknowledged) <= {bid["amountFen"] for bid in audit["bids"]} and len(audit["bids"]) >= len(acknowledged)
    shape = "state award { amount supplier { code } } quotes { rank bidder { code } }"
    shown = Api(url)(f"query P($c: String!) {{ project(code: $c) {{ {shape} }} }}", c=bidders[0].project)["project"]
    assert (shown["state"], shown["award"]["amount"]) == ("STANDSTILL", "34000.00")
    winner = next(place["bidderCode"] for place in bidders[0].frames[-1]["board"])
    assert shown["award"]["supplier"]["code"] == winner == code_of(Api(url, bidders[SNIPER].token))
    assert sorted(q["rank"] for q in shown["quotes"]) == list(range(1, BIDDERS + 1))


async def held(bidders: list[Bidder], disturb: Callable[[], None] | None = None) -> None:
    """All of them at once; ``disturb`` in the middle of the first round."""
    tasks = [asyncio.create_task(bidder.run()) for bidder in bidders]
    if disturb:
        await bidders[-1].in_round.wait()
        await asyncio.to_thread(disturb)
    async with asyncio.timeout(120):
        await asyncio.gather(*tasks)


async def streamed(url: str, project: str, after: str | None, most: int) -> list[dict[str, Any]]:
    """Frames of the plain stream: those after an event, at most so many; then the connection is cut."""
    found: list[dict[str, Any]] = []
    headers = {"Last-Event-ID": after} if after else {}
    async with (
        httpx.AsyncClient(trust_env=False, timeout=60) as client,
        client.stream("GET", f"{url}/auctions/{project}/events", headers=headers) as answer,
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                found.append(json.loads(line.removeprefix("data: ")))
                if len(found) == most:
                    break
    return found


async def with_streams(bidders: list[Bidder], url: str) -> list[dict[str, Any]]:
    """The auction, watched by a plain stream that is cut after five frames and goes on where it was."""

    async def watched() -> list[dict[str, Any]]:
        first = await streamed(url, bidders[0].project, None, 5)
        return first + await streamed(url, bidders[0].project, first[-1]["id"], 1000)

    frames, _ = await asyncio.gather(watched(), held(bidders))
    return frames


def test_six_bidders_of_every_temper(tmp_path: Path) -> None:
    """One process on SQLite: the right winner, no frame lost, no stage late; the plain stream tells the same."""
    with serving([Server(tmp_path, limits=LIMITS)]) as [server]:
        bidders = planned([server.url])
        frames = asyncio.run(with_streams(bidders, server.url))
        check(bidders, server.url)
        assert [frame["id"] for frame in frames] == [frame["id"] for frame in bidders[0].frames]
        assert frames[-1]["board"] == [place | {"rank": n} for n, place in enumerate(bidders[0].frames[-1]["board"], 1)]
        assert server.verify().returncode == 0
        project = bidders[0].project
        for path, status in {
            f"{project}/events?after=999": 400,
            f"{project}/events?after=x": 400,
            "XM-1/events": 404,
            "XM-1/audit.json": 404,
        }.items():
            assert httpx.get(f"{server.url}/auctions/{path}", trust_env=False).status_code == status


@pytest.fixture
def four(shared: str, postgres_server: str, tmp_path: Path) -> Iterator[list[Server]]:  # noqa: F811 - the fixture above
    """Four processes on one PostgreSQL."""
    url = postgres_url(postgres_server, shared)
    with serving([Server(tmp_path, url, LIMITS) for _ in range(4)]) as servers:
        yield servers


@pytest.mark.load
def test_four_processes_of_which_one_is_killed_in_mid_round(four: list[Server]) -> None:
    """Its clients go on elsewhere; nothing is lost, nothing late, and every event happened once."""
    bidders = planned([server.url for server in four])
    asyncio.run(held(bidders, four[0].kill))
    check(bidders, four[1].url)
    assert bidders[0].connections > 1 and bidders[SNIPER].connections > 1
    assert four[1].verify().returncode == 0
