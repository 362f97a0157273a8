"""What a page costs a reader on a weak line: ``python -m tests.bench.pages [PATH ...]`` starts the demo world and visits each.

Bytes and requests of the first and the second visit against their budgets (ui.md §9), and the time until the page's first words are
seen at 400 kbit/s, 400 ms, a quarter of the processor, as a ratio to the same line's time for an empty page: the line itself is the
yardstick. ``ROLE:PATH`` visits as one of the demo's people. Needs Debian's chromium.
"""

import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.web.servers import Server, serving

FIRST_BYTES, AGAIN_BYTES, REQUESTS, SEEN_S = 25_000, 8_000, 6, 1.8
LINE = {"offline": False, "latency": 400, "downloadThroughput": 400_000 / 8, "uploadThroughput": 400_000 / 8}
ROUNDS = 3
PUBLIC = [
    "/",
    "/services",
    "/services/ZSZJ-02-016",
    "/who-pays",
    "/projects",
    "/intermediaries",
    "/statistics",
    "/verify",
    "/open-data",
]
OWN = [
    "applicant:/my",
    "agency:/my",
    "intermediary1:/my/quotes",
    "regulator:/supervision",
    "operator:/operation",
    "helper:/helper",
]
_SEEN = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


class Wire:
    """Counts what comes over it; what the browser draws itself (``data:``) or has kept does not."""

    def __init__(self, page: Page) -> None:
        self.sizes: list[float] = []
        self.own: set[str] = set()
        self.session = page.context.new_cdp_session(page)
        self.session.on("Network.responseReceived", self._answered)
        self.session.on("Network.loadingFinished", self._finished)
        self.session.send("Network.enable")

    def _answered(self, event: Any) -> None:
        answer = event["response"]
        if answer["url"].startswith("data:") or answer.get("fromDiskCache"):
            self.own.add(event["requestId"])

    def _finished(self, event: Any) -> None:
        if event["requestId"] not in self.own:
            self.sizes.append(event["encodedDataLength"])

    def slow(self) -> None:
        """From now on an island's."""
        self.session.send("Network.emulateNetworkConditions", LINE)
        self.session.send("Emulation.setCPUThrottlingRate", {"rate": 4})


def reader(browser: Browser, url: str, login: str) -> BrowserContext:
    """A fresh browser, signed in when there is a login."""
    context = browser.new_context(base_url=url, locale="zh-CN")
    if login:
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("#login", login)
        page.fill("#password", "market-demo")
        page.click("button[name=_op]")
        page.close()
    return context


def cost(browser: Browser, url: str, login: str, path: str) -> tuple[float, int, float]:
    """Bytes and requests of the first visit, bytes of the second. Signing in has fetched style and script, so only strangers count."""
    context = reader(browser, url, login)
    page = context.new_page()
    wire = Wire(page)
    page.goto(path, wait_until="networkidle")
    first, requests = sum(wire.sizes), len(wire.sizes)
    page.goto(path, wait_until="networkidle")
    context.close()
    return first, requests, sum(wire.sizes) - first


def seen(browser: Browser, url: str, login: str, path: str) -> float:
    """Seconds until the first words, the median of some first visits."""
    times = []
    for _ in range(ROUNDS):
        context = reader(browser, url, login)
        page = context.new_page()
        Wire(page).slow()
        page.goto(path, wait_until="load", timeout=60_000)
        times.append(page.wait_for_function(_SEEN).json_value() / 1000)
        context.close()
    return median(times)


def main(asked: list[str]) -> None:
    """Print a line for each page. Raises SystemExit when a budget is broken."""
    with sync_playwright() as driver, serving([Server(Path(tempfile.mkdtemp()))]) as [server]:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        floor, broken = seen(browser, server.url, "", "/healthz"), []
        print(f"an empty page is seen after {floor:.2f} s on that line")
        for visit in asked or [*PUBLIC, *OWN]:
            login, _, path = visit.rpartition(":")
            first, requests, again = cost(browser, server.url, login, path)
            after = seen(browser, server.url, login, path)
            good = first <= FIRST_BYTES and again <= AGAIN_BYTES and requests <= REQUESTS and after <= SEEN_S
            print(
                f"{visit:32} {first:7,.0f} B {requests} requests, again {again:6,.0f} B, seen {after:.2f} s = {after / floor:.1f} x"
            )
            broken += [] if good else [visit]
        browser.close()
    if broken:
        raise SystemExit(f"over budget: {', '.join(broken)}")


if __name__ == "__main__":
    main(sys.argv[1:])
