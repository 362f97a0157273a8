"""The pages in a real browser: for everybody, in both languages, by keyboard, without script, from this server alone."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request, expect, sync_playwright

from market.log import notes, offline
from market.selection import draw
from tests import logfiles, transcripts
from tests.web.api import Api
from tests.web.test_public_pages import code_in
from tests.web.test_verify import DRAWN

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LANGUAGES = ["zh-CN", "en"]
WIDTHS = [320, 390, 1280]
AGENCY_PAYS = "/services/ZSZJ-02-016"
STATES = {
    "/services?search=没有这样的事项": 200,
    "/services/ZSZJ-99-999": 404,
    "/services?itemClass=NOPE": 400,
    "/who-pays?search=没有这样的事项": 200,
    "/who-pays?code=评估费": 200,
    "/who-pays?code=ZSZJ-02-016&on=2999-01-01": 400,
    "/who-pays?code=ZSZJ-02-016&reason=MUST_USE&amount=1,000元": 200,
    "/who-pays/complaint?code=ZSZJ-02-016&reason=MUST_USE": 200,
    "/verify?code=XM-00000000-000000": 200,
    "/projects?state=OPEN&search=没有这样的项目": 200,
    "/projects?state=NOPE": 400,
    "/projects/XM-0": 404,
    "/frameworks?search=没有这样的协议": 200,
    "/intermediaries?search=没有这样的机构": 200,
    "/intermediaries/compare": 200,
    "/my": 200,
    "/projects/{OPEN}": 200,
    "/projects/{STANDSTILL}": 200,
    "/projects/{CONTRACT_FILED}": 200,
    "/projects/{UNSUCCESSFUL}": 200,
    "/projects/{CANCELLED}": 200,
}
"""Empty, refused, and in each state: what no link leads to for certain. Address → status; a state in braces stands for a code."""
PAGES = [
    *STATES,
    "/",
    "/services",
    "/services?search=海域&itemClass=AGENCY_COMMISSIONED",
    AGENCY_PAYS,
    "/services/ZSZJ-05-002",
    "/services/ZSZJ-01-001",
    "/services/ZSZJ-08-001",
    "/who-pays",
    "/verify",
    "/verify/log",
    "/verify/receipt",
    "/projects",
    "/frameworks",
    "/intermediaries",
    "/intermediaries/91330901DEM000011P",
    "/complaints",
    "/who-pays/complaint",
    "/statistics",
    "/open-data",
]
"""What everybody may read."""
FIRST_VISIT_BYTES, FIRST_VISIT_REQUESTS = 25_000, 6
BROWSER = which("chromium-headless-shell") or which("chromium")
"""Debian's; without a window to draw, the first takes a quarter of the other's processor time."""


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """The driver; the browser is the system's (``.ci/run`` installs it)."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium; ``--no-sandbox`` only because continuous integration runs as root."""
    browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
    yield browser
    browser.close()


class Visit:
    """One reader. Whatever the browser complains of, and every request to another host, is kept in ``faults``."""

    def __init__(self, browser: Browser, url: str, **options: Any) -> None:
        self.url, self.faults, self.requests = url, list[str](), list[Request]()
        self.context: BrowserContext = browser.new_context(base_url=url, **options)
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda said: self._heard(said.type, said.text, said.location["url"]))
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("request", self._asked)

    def _heard(self, kind: str, text: str, where: str) -> None:
        # Chromium reports the status of a refused page itself as an error; the test looks at the status
        if kind in ("error", "warning") and not (where == self.page.url and text.startswith("Failed to load resource")):
            self.faults.append(f"{kind}: {text} ({where})")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # going on before the icon was there is no fault
            self.faults.append(f"failed: {request.url}: {request.failure}")

    def _asked(self, request: Request) -> None:
        self.requests.append(request)
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != urlsplit(self.url).netloc:
            self.faults.append(f"another host: {request.url}")

    def open(self, path: str) -> int:
        """Go there; the status."""
        known = re.sub(r"{(\w+)}", lambda state: code_in(self.url, state[1]), path)
        if self.page.url.endswith("/auction"):
            self.page.goto("about:blank")  # a live page may be reloading itself just now, which would cut the way to the next one
        answer = self.page.goto(known, wait_until="load")
        assert answer is not None
        return answer.status

    def axe(self) -> list[str]:
        """Violations of accessibility rules, with the elements."""
        self.page.wait_for_load_state()
        self.page.evaluate(AXE)
        found = self.page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", RULES)
        return [f"{v['id']}: {[node['target'] for node in v['nodes']]}" for v in found["violations"]]

    def sticks_out(self) -> int:
        """Pixels of sideways scroll, once the page is there: between two pages there is no document."""
        self.page.wait_for_load_state()
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.fixture
def visit(browser: Browser, demo_server: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A reader with the options of the test's parameter; at the end there must be no fault."""
    reader = Visit(browser, demo_server, **{"locale": "zh-CN"} | getattr(request, "param", {}))
    yield reader
    reader.context.close()
    assert reader.faults == []


def screens() -> list[Any]:
    """Either language, on a phone and on a desk."""
    return [
        pytest.param({"locale": "zh-CN", "viewport": {"width": 390, "height": 844}}, id="zh-CN-390"),
        pytest.param({"locale": "en", "viewport": {"width": 1280, "height": 800}}, id="en-1280"),
    ]


@pytest.mark.parametrize("visit", screens(), indirect=True)
def test_every_state_is_usable_by_everybody(visit: Visit) -> None:
    """No violation of WCAG 2.2 AA in either language, on a phone and on a desk. All other pages: test_page_budget."""
    found = {}
    for path, status in STATES.items():
        assert (path, visit.open(path)) == (path, status)
        found[path] = visit.axe()
    assert {path: violations for path, violations in found.items() if violations} == {}


@pytest.mark.parametrize("visit", [{"locale": lang} for lang in LANGUAGES], ids=LANGUAGES, indirect=True)
def test_no_page_scrolls_sideways_in_large_type(visit: Visit) -> None:
    """At the width of a small phone, a phone and a desk. In normal type: test_page_budget."""
    visit.open("/?view=big")
    for path in PAGES:
        visit.open(path)
        assert visit.page.locator("html.big").count() == 1
        for width in WIDTHS:
            visit.page.set_viewport_size({"width": width, "height": 800})
            assert (path, width, visit.sticks_out()) == (path, width, 0)


@pytest.mark.parametrize("visit", screens(), indirect=True)
def test_who_pays_is_on_the_first_screen(visit: Visit) -> None:
    """Without scrolling: on an item's page the answer, on the list the payer of its first item, at home the four answers."""
    visit.open(AGENCY_PAYS)
    expect(visit.page.locator("#answer")).to_have_text(re.compile("^(部门付费，您不用付|The department pays; you do not)$"))
    expect(visit.page.locator("#answer")).to_be_in_viewport(ratio=1)
    visit.open("/services")
    expect(visit.page.locator("tbody .tag").first).to_be_in_viewport(ratio=0.5)
    visit.open("/")
    for tile in visit.page.locator(".tile strong").all():
        expect(tile).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("path", ["/", "/services", AGENCY_PAYS, "/projects", "/projects/{OPEN}", "/projects/{CONTRACT_FILED}"])
def test_a_first_visit_is_small(visit: Visit, path: str) -> None:
    """At most 25 kB over the wire in at most 6 requests, everything counted; looking again costs the page at most."""
    wire = visit.context.new_cdp_session(visit.page)
    received: list[float] = []
    wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    wire.send("Network.enable")
    visit.open(path)
    visit.page.wait_for_load_state("networkidle")
    assert len(received) <= FIRST_VISIT_REQUESTS and 0 < sum(received) <= FIRST_VISIT_BYTES, received
    first, before = sum(received), len(received)
    visit.open(path)
    visit.page.wait_for_load_state("networkidle")
    assert sum(received[before:]) < first / 2, received


@pytest.mark.parametrize("visit", [{"java_script_enabled": False}], ids=["no script"], indirect=True)
def test_the_pages_work_without_script(visit: Visit) -> None:
    """Search from home, filter, open the item, read who pays; and English."""
    visit.open("/")
    visit.page.fill("#search", "海域使用论证")
    visit.page.click("form button")
    visit.page.click(".tile.agency a")
    assert "itemClass=AGENCY_COMMISSIONED" in visit.page.url
    visit.page.click("tbody a")
    expect(visit.page.locator("#answer")).to_have_text("部门付费，您不用付")
    visit.page.get_by_role("link", name="English").click()
    expect(visit.page.locator("#answer")).to_have_text("The department pays; you do not")


def tab_to(page: Page, selector: str, limit: int = 60) -> None:
    """Press Tab until the first element of the selector has the focus, which must then be visible."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement === document.querySelector(selector)", selector):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
            return
    raise AssertionError(f"{selector} cannot be reached by keyboard")


def test_searching_and_opening_an_item_takes_only_a_keyboard(visit: Visit) -> None:
    """Skip link first; type, Enter, filter, open; the number of hits is announced and the focus stays on the filter."""
    page = visit.page
    visit.open("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    tab_to(page, "#search")
    page.keyboard.type("海域使用论证")
    page.keyboard.press("Enter")
    page.wait_for_url("**/services?search=*")
    tab_to(page, ".tile.agency a")
    page.keyboard.press("Enter")
    expect(page.locator(".tile.agency a")).to_have_attribute("aria-current", "true")
    expect(page.locator("#status")).to_contain_text("部门委托事项")
    expect(page.locator(".tile.agency a")).to_be_focused()
    tab_to(page, "tbody a")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{AGENCY_PAYS}")
    expect(page.locator("#answer")).to_have_text("部门付费，您不用付")


def test_a_place_on_the_page_is_no_other_page(visit: Visit) -> None:
    """The skip link keeps what was typed."""
    page = visit.page
    visit.open("/who-pays")
    page.fill("#search", "海域")
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/who-pays#main")
    page.wait_for_timeout(300)
    expect(page.locator("#search")).to_have_value("海域")


def test_a_filter_replaces_only_the_results(visit: Visit) -> None:
    """The frame stays, the address changes, Back restores, and the new results pass the same rules."""
    page = visit.page
    visit.open("/services")
    page.evaluate("window.stayed = true")
    page.click(".tile.cancelled a")
    expect(page.locator("#found")).to_contain_text("共 4 项")
    assert page.evaluate("window.stayed") and "itemClass=CANCELLED" in page.url
    assert visit.axe() == []
    page.fill("#search", "没有这样的事项")
    page.keyboard.press("Enter")
    expect(page.locator(".empty")).to_be_visible()
    assert visit.axe() == []
    page.go_back()
    expect(page.locator("#found")).to_contain_text("共 4 项")


def test_graphiql_runs_a_query_offline(visit: Visit) -> None:
    """From an item's page: its own document and variables, run, answered, with nothing from any other host."""
    visit.open(AGENCY_PAYS)
    visit.page.click("#explorer")
    visit.page.locator(".graphiql-execute-button").click()
    expect(visit.page.locator(".result-window")).to_contain_text("AGENCY_COMMISSIONED", timeout=30_000)
    assert len(visit.requests) > FIRST_VISIT_REQUESTS


@pytest.mark.parametrize(
    "visit", [{"java_script_enabled": js, "viewport": {"width": 390, "height": 844}} for js in (True, False)], indirect=True
)
def test_a_demand_is_answered_and_complained_about_without_an_account(visit: Visit) -> None:
    """On a phone, with and without script: one word, one tap, the answer on the first screen, its complaint, the receipt."""
    page = visit.page
    visit.open("/")
    page.get_by_role("link", name="有人要我付钱，合法吗？").click()
    page.fill("#search", "海域使用论证报告评审")
    page.get_by_role("button", name="查一查").click()
    page.get_by_role("button", name="海域使用论证报告评审").first.click()
    expect(page.locator("#answer")).to_have_text("这笔钱不该您付")
    expect(page.locator("#answer")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("link", name="打 12345")).to_have_attribute("href", "tel:12345")
    page.get_by_role("link", name="在本平台投诉").click()
    page.fill("#text", "窗口说的")
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.locator(".checking")).to_contain_text("窗口说的")
    page.get_by_role("button", name="提交投诉").click()
    expect(page.locator("h1")).to_have_text("投诉已收到")
    assert len(page.locator(".receipt").inner_text()) > 30


def test_a_draw_is_run_again_in_the_browser(visit: Visit) -> None:
    """Fetched by its project's code; then every tampering is named as the program names it, all in one load; both languages."""
    page, [edge] = visit.page, Api(visit.url)(DRAWN)["projects"]["edges"]
    visit.open(f"/verify?code={edge['node']['code']}")
    page.click("#check")
    expect(page.locator("#verdict.good li")).to_have_text(edge["node"]["draw"]["transcript"]["draw"]["order"])
    assert visit.axe() == []
    changed = {name: transcripts.tampered(name) for name in transcripts.SEVEN}
    for change, _ in transcripts.OTHERS.values():
        changed[str(change)] = transcripts.made()
        change(changed[str(change)])
    good = (transcripts.made(), transcripts.first_rule(), transcripts.made(voices=()), transcripts.made(beacon=False))
    for transcript in (*good, *changed.values(), *transcripts.UNREADABLE.values()):
        found = draw.verify(transcript)
        page.fill("#transcript", json.dumps(transcript))
        page.click("#check")
        if not found:
            expect(page.locator("#verdict.good li")).to_have_text(transcript["draw"]["order"])
        elif found[0].code == "unreadable":
            expect(page.locator("#verdict.bad li")).to_have_attribute("data-code", "unreadable")
        else:
            expect(page.locator("#verdict.bad li")).to_have_text([problem.words("zh") for problem in found])
    assert visit.axe() == []
    page.get_by_role("link", name="English").click()
    file = {"name": "t.json", "mimeType": "application/json", "buffer": json.dumps(transcripts.tampered("order")).encode()}
    page.set_input_files("#file", [file])
    expect(page.locator("#verdict.bad li").first).to_contain_text("The order does not follow from the seed")


MINE = "query($code: String!) { project(code: $code) { myQuotes { signedReceipt content salt } } }"


def test_a_receipt_is_checked_in_the_browser(visit: Visit) -> None:
    """One's own of the demo world is true, with its content; another price, another word under the signature, other text are not."""
    page, code = visit.page, code_in(visit.url, "CONTRACT_FILED")
    [mine] = Api.sign_in(visit.url, "intermediary1")(MINE, code=code)["project"]["myQuotes"]
    visit.open("/verify/receipt")
    tries = [
        (mine["signedReceipt"], mine["content"], ["signed", "matches"]),
        (mine["signedReceipt"], mine["content"].replace("0", "1"), ["signed", "differs"]),
        (mine["signedReceipt"].replace(code, "XM-00000000-000000"), "", ["forged"]),
        ("x", "", ["unreadable"]),
    ]
    for receipt, content, codes in tries:
        page.fill("#receipt", receipt)
        page.fill("#content", content)
        page.fill("#salt", mine["salt"])
        page.click("#check")
        shown = page.locator("[data-code]:visible")
        expect(shown).to_have_count(len(codes))
        assert [one.get_attribute("data-code") for one in shown.all()] == codes
    assert visit.axe() == []


def _file(text: str) -> list[Any]:
    return [{"name": "log.jsonl", "mimeType": "application/x-ndjson", "buffer": text.encode()}]


def test_a_log_is_checked_in_the_browser(visit: Visit) -> None:
    """The server's own as it is downloaded; then every tampering is named as the program names it, all in one load; English."""
    page = visit.page
    visit.open("/verify/log")
    with page.expect_download() as download:
        page.click("a[href='/verify/log.jsonl']")
    page.set_input_files("#file", download.value.path())
    expect(page.locator("#verdict p")).to_have_attribute("data-code", "good")
    note = Api(visit.url)("{ log { checkpoint { note } } }")["log"]["checkpoint"]["note"]
    expect(page.locator("#verdict pre")).to_contain_text(note.splitlines()[0])
    assert visit.axe() == []
    page.evaluate("key => { document.getElementById('tool').dataset.key = key; }", notes.verifier())
    for name, text, code in [*logfiles.tampered(), ("honest", logfiles.text(logfiles.made()), "good")]:
        problem = offline.verify(text.splitlines(keepends=True)).problem
        page.set_input_files("#file", _file(text))
        expect(page.locator("#verdict p")).to_have_attribute("data-code", code)
        assert problem is None or page.locator("#verdict p").inner_text() == problem.words("zh"), name
    page.fill("#known", logfiles.made()[-1]["checkpoint"])
    page.set_input_files("#file", _file(logfiles.text(logfiles.made(14))))
    expect(page.locator("#verdict p")).to_have_attribute("data-code", "truncated")
    page.set_input_files("#file", _file(logfiles.text(logfiles.forked())))
    expect(page.locator("#verdict p")).to_have_attribute("data-code", "forked")
    assert visit.axe() == []
    page.get_by_role("link", name="English").click()
    page.set_input_files("#file", _file(logfiles.text(logfiles.made())))
    expect(page.locator("#verdict p")).to_have_text("The file has another public key than yours.")


@pytest.mark.parametrize("visit", [{"viewport": {"width": 390, "height": 844}}], indirect=True)
def test_without_a_network_nothing_is_lost(visit: Visit) -> None:
    """A form that cannot be sent stays with all that was typed, and says so; with the network back it is sent."""
    page = visit.page
    visit.open("/who-pays/complaint?code=ZSZJ-02-016")
    page.fill("#text", "窗口说的")
    visit.context.set_offline(True)
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.locator("#offline")).to_be_in_viewport()
    expect(page.locator("#text")).to_have_value("窗口说的")
    assert visit.axe() == []
    visit.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.locator(".checking")).to_contain_text("窗口说的")


@pytest.mark.parametrize(
    "visit", [{"locale": lang, "viewport": {"width": 390, "height": 844}} for lang in LANGUAGES], indirect=True
)
def test_the_whole_menu_is_seen_on_a_phone(visit: Visit) -> None:
    """No link of the main menu hides beyond the edge."""
    visit.open("/")
    for link in visit.page.locator(".top nav a").all():
        expect(link).to_be_in_viewport(ratio=1)
