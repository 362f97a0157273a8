"""The auction room in real browsers: one bids, another watches; a bid shows when its turn ends; a watcher survives the server."""

import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from market.clock import SHANGHAI
from tests.web import test_browser
from tests.web.api import Api
from tests.web.browser_session import Reader, hidden
from tests.web.servers import Server
from tests.web.test_browser import Visit
from tests.web.test_browser_supplier import sign_in
from tests.web.test_main_job import published, quote

pytestmark = pytest.mark.browser

playwright, browser = test_browser.playwright, test_browser.browser
LIMITS = {
    "open_period": (1, "seconds"),
    "opening_grace": (1, "seconds"),
    "draw_reveal_period": (1, "seconds"),
    "auction_rounds": (1, "count"),
    "auction_turn": (6000, "milliseconds"),
    "auction_pause": (3000, "milliseconds"),
    "auction_grace": (200, "milliseconds"),
    "auction_lead": (1, "seconds"),
}
FIRST = "intermediary3"
"""The highest initial quote: its turn comes first."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo world whose auctions take half a minute."""
    server = Server(tmp_path_factory.mktemp("auction"), limits=LIMITS)
    server.start()
    yield server
    server.stop()


def planned(url: str, starts_s: int) -> str:
    """An auction of three bidders that begins so many seconds after its quotes close."""
    cast = {who: Api.sign_in(url, who) for who in ("applicant", "operator")}
    bidders = [Api.sign_in(url, f"intermediary{number}") for number in range(1, 4)]
    closes_at = datetime.now(SHANGHAI) + timedelta(seconds=7)
    moments = {"closesAt": closes_at.isoformat(), "auctionStartsAt": (closes_at + timedelta(seconds=starts_s)).isoformat()}
    about = {"itemCode": "ZSZJ-01-001", "toldNotObliged": True, "method": "REVERSE_AUCTION", "ceiling": "60000"}
    code = str(published(cast, "applicant", **about, **moments))
    for number, api in enumerate(bidders, 1):
        quote(api, code, f"{50_000 + 1_000 * number}")
    return code


def announced(url: str, code: str) -> None:
    """Wait until it is."""
    document = "query($c: String!) { project(code: $c) { auction { endedAt } } }"
    for _ in range(100):
        if Api(url)(document, c=code)["project"]["auction"]:
            return
        time.sleep(0.2)
    raise AssertionError("the auction was never announced")


def rounds(page: str) -> set[str]:
    """The rounds of the bids that the room tells of."""
    return set(re.findall(r"第 \d+ 轮", page.partition("出价记录")[2]))


def test_a_bid_shows_to_others_when_its_turn_ends(browser: Browser, server: Server) -> None:
    """Typed before the turn, kept while the board changes, sent in the turn, seen by the watcher after it; then the end with names."""
    watcher = Visit(browser, server.url, locale="zh-CN", viewport={"width": 1280, "height": 900})
    bidder = Visit(browser, server.url, locale="en", viewport={"width": 390, "height": 800})
    sign_in(bidder, FIRST)
    code = planned(server.url, 14)
    path = f"/projects/{code}/auction"
    assert watcher.open(path) == 200 and watcher.page.locator("#board").count() == 0
    announced(server.url, code)
    assert Reader(server.url).get(f"/projects/{code}").text.count(f'href="{path}"') == 1
    assert "多轮竞价" in Reader(server.url).sign_in("applicant").get(f"/my/projects/{code}").text
    for reader in (watcher, bidder):
        assert reader.open(path) == 200
        assert reader.axe() == [] and reader.sticks_out() == 0
    form, board = bidder.page, watcher.page.locator("#board")
    form.fill("#amount", "44,444")
    expect(form.locator("#turn")).to_be_visible(timeout=30_000)
    expect(form.locator("#amount")).to_have_value("44,444")
    form.locator("button[value=PlaceBid]").click()
    expect(form.locator(".done").first).to_be_visible()
    expect(form.locator("#seat")).to_contain_text("¥44,444")
    assert "44,444" not in board.inner_text()
    expect(board).to_contain_text("¥44,444", timeout=15_000)
    expect(form.locator("#seat")).to_contain_text("¥44,444")
    expect(watcher.page.locator("#status")).to_contain_text("轮到")
    expect(watcher.page.locator("#board[data-kind=ENDED]")).to_be_visible(timeout=40_000)
    expect(watcher.page.locator(".won .meta")).to_contain_text("虚构", timeout=15_000)
    assert watcher.axe() == []
    assert rounds(Reader(server.url).get(path).text) == {"第 1 轮"}
    for large in ("", "?view=big"):
        assert bidder.open(path + large) == 200 and bidder.sticks_out() == 0
    for reader in (watcher, bidder):
        reader.context.close()
        assert reader.faults == []


def test_a_bid_that_cannot_be_is_refused_in_words(server: Server) -> None:
    """Before the turn; by a stranger, who signs in first; far below the lowest price without being sure."""
    code = planned(server.url, 60)
    announced(server.url, code)
    path, reader = f"/projects/{code}/auction", Reader(server.url).sign_in(FIRST)
    form = {"idempotencyKey": hidden(reader.get(path).text, "idempotencyKey"), "seenEvent": "1"}
    early = reader.send(path, "PlaceBid", amount="50000", **form)
    assert early.status_code == 422 and 'role="alert"' in early.text and 'value="50000"' in early.text
    steep = reader.send(path, "PlaceBid", amount="5000", **form)
    assert steep.status_code == 422 and "请再次确认" in steep.text and 'name="_sure"' in steep.text
    sure = reader.send(path, "PlaceBid", amount="5000", _sure="1", **form)
    assert sure.status_code == 422 and "请再次确认" not in sure.text
    assert Reader(server.url).send(path, "PlaceBid", amount="50000", **form).status_code == 401
    stranger = Reader(server.url).get(path)
    assert stranger.status_code == 200 and 'value="PlaceBid"' not in stranger.text
    assert Reader(server.url).ask("GET", path, headers={"X-Part": "board"}).text.startswith('<div id="board"')


def test_what_is_no_auction_has_no_room(server: Server) -> None:
    """Neither page nor stream."""
    rows = Api(server.url)("{ projects(filter: {state: [CONTRACT_FILED]}) { edges { node { code } } } }")["projects"]["edges"]
    path = f"/projects/{rows[0]['node']['code']}/auction"
    assert [Reader(server.url).get(at).status_code for at in (path, f"{path}/events")] == [404, 404]


def test_a_watcher_survives_a_restart_of_the_server(browser: Browser, server: Server) -> None:
    """The banner while it is gone, then the board goes on by itself."""
    code = planned(server.url, 8)
    announced(server.url, code)
    watcher = Visit(browser, server.url, locale="zh-CN")
    watcher.open(f"/projects/{code}/auction")
    server.kill()
    expect(watcher.page.locator("#stale")).to_be_visible(timeout=15_000)
    before = int(watcher.page.locator("#board").get_attribute("data-id") or 0)
    server.start()
    expect(watcher.page.locator("#stale")).to_be_hidden(timeout=30_000)
    watcher.page.wait_for_function(
        "before => Number(document.getElementById('board').dataset.id) > before", arg=before, timeout=60_000
    )
    watcher.context.close()
    assert all("events" in fault for fault in watcher.faults)
