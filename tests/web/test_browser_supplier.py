"""Intermediaries in a real browser: a quote by keyboard alone, in both languages and at a phone's width."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from market.clock import SHANGHAI
from market.selection.draw import nonce_hash
from tests.web import test_browser
from tests.web.api import Api
from tests.web.test_browser import Visit, tab_to
from tests.web.test_main_job import published

pytestmark = pytest.mark.browser

playwright, browser = test_browser.playwright, test_browser.browser
"""The fixtures of the pages for everybody."""
SCREENS = [("zh-CN", 1280), ("en", 390)]


def notice(url: str, **about: object) -> str:
    """A notice of the applicant's, open for a day."""
    cast = {who: Api.sign_in(url, who) for who in ("applicant", "operator")}
    closes_at = (datetime.now(SHANGHAI) + timedelta(days=1)).isoformat()
    return str(published(cast, "applicant", **{"itemCode": "ZSZJ-01-001", "toldNotObliged": True, "closesAt": closes_at} | about))


@pytest.fixture(params=SCREENS, ids=[f"{lang} {width}" for lang, width in SCREENS])
def bidder(browser: Browser, demo_server: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Signed in as ``intermediary6``; at the end there must be no fault."""
    lang, width = request.param
    reader = Visit(browser, demo_server, locale=lang, viewport={"width": width, "height": 900})
    sign_in(reader, "intermediary6")
    yield reader
    reader.context.close()
    assert reader.faults == []


def sign_in(reader: Visit, login: str) -> None:
    """By the door."""
    reader.open("/sign-in")
    reader.page.fill("#login", login)
    reader.page.fill("#password", "market-demo")
    reader.page.locator("main button").click()


def usable(reader: Visit, path: str) -> None:
    """There, no accessibility rule broken, nothing sticks out."""
    assert reader.open(path) == 200
    assert reader.axe() == [] and reader.sticks_out() == 0


def test_a_quote_by_rate_is_usable_by_everybody(bidder: Visit, demo_server: str) -> None:
    """The form for a discount instead of a price."""
    rate = notice(demo_server, quoting="DISCOUNT_RATE", ceiling="60000")
    usable(bidder, f"/projects/{rate}/quote")


def test_a_quote_takes_only_a_keyboard(bidder: Visit, demo_server: str) -> None:
    """From the desk to the receipt; then back to change it, and away with it."""
    code, page = notice(demo_server, title="只用键盘报价"), bidder.page
    bidder.open("/my/quotes")
    tab_to(page, f'a[href="/projects/{code}/quote"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/quote")
    tab_to(page, "#amount")
    page.keyboard.type("４８，０００元")
    tab_to(page, "#serviceWorkingDays")
    page.keyboard.type("12")
    tab_to(page, "button[value=SubmitQuote]")
    page.keyboard.press("Enter")
    expect(page.locator(".checking")).to_contain_text("４８，０００元")
    tab_to(page, ".checking button[value=SubmitQuote]")
    page.keyboard.press("Enter")
    expect(page.locator("#receipt + .sum")).to_contain_text("¥48,000")
    expect(page.locator(".done").first).to_be_visible()
    assert bidder.axe() == [] and bidder.sticks_out() == 0
    tab_to(page, "button[value=WithdrawQuote]")
    page.keyboard.press("Enter")
    expect(page.locator("#receipt")).to_have_count(0)


def test_a_nonce_of_ones_own_is_made_in_the_browser(bidder: Visit, demo_server: str) -> None:
    """Only its hash is sent; the nonce stays here and fits."""
    code, page = notice(demo_server), bidder.page
    bidder.open(f"/projects/{code}/quote")
    page.fill("#amount", "47000")
    page.fill("#serviceWorkingDays", "10")
    page.check("[value=own]")
    shown = page.locator("[data-kept] code")
    expect(shown).to_have_text(re.compile("^[0-9a-f]{64}$"))
    nonce = shown.inner_text()
    expect(page.locator("[name=nonceHash]")).to_have_value(re.compile("^[0-9a-f]{64}$"))
    page.click("button[value=SubmitQuote]")
    page.click(".checking button[value=SubmitQuote]")
    expect(page.locator("#receipt")).to_be_visible()
    me = Api.sign_in(demo_server, "intermediary6")
    document = "query($c: String!) { viewer { actingFor { code } } project(code: $c) { myQuotes { nonceHash nonceEscrowed } } }"
    told = me(document, c=code)
    [receipt] = told["project"]["myQuotes"]
    expected = nonce_hash(code, told["viewer"]["actingFor"]["code"], bytes.fromhex(nonce)).hex()
    assert receipt == {"nonceHash": expected, "nonceEscrowed": False}
    assert all(nonce not in (request.post_data or "") for request in bidder.requests)


def test_a_quote_that_stays_here_until_the_deadline(bidder: Visit, demo_server: str) -> None:
    """Sealed in the browser, saved as a file; only the commitment is sent. After the deadline the form is filled, and the quote shown."""
    soon = (datetime.now(SHANGHAI) + timedelta(seconds=40)).isoformat()
    code, page = notice(demo_server, sealMode="BIDDER_HELD", closesAt=soon), bidder.page
    usable(bidder, f"/projects/{code}/quote")
    page.fill("#price", "一百")
    page.click("#keep button")
    expect(page.locator("[data-wrong]")).to_be_visible()
    page.fill("#price", "４７，５００元")
    page.fill("#days", "12")
    page.click("#keep button")
    with page.expect_download() as saved:
        page.click("#keep [data-kept] a")
    kept = json.loads(Path(saved.value.path()).read_text(encoding="utf-8"))
    assert kept["content"] == '{"amountFen":4750000,"note":"","serviceWorkingDays":12}'
    expect(page.locator("#commitment")).to_have_value(kept["commitment"])
    assert bidder.axe() == [] and bidder.sticks_out() == 0
    page.click("button[value=CommitQuote]")
    page.click(".checking button[value=CommitQuote]")
    expect(page.locator("#receipt")).to_be_visible()
    assert all(
        kept["salt"] not in (request.post_data or "") and "4750000" not in (request.post_data or "")
        for request in bidder.requests
    )
    show = page.locator("button[value=RevealQuote]")
    for _ in range(90):
        page.reload()
        if show.count():
            break
        page.wait_for_timeout(1000)
    expect(page.locator("#salt")).to_have_value(kept["salt"])
    page.fill("#salt", "")
    page.set_input_files("#kept", {"name": "q.json", "mimeType": "application/json", "buffer": json.dumps(kept).encode()})
    expect(page.locator("#salt")).to_have_value(kept["salt"])
    assert bidder.axe() == [] and bidder.sticks_out() == 0
    show.click()
    for _ in range(10):
        if "47,500" in page.locator("#receipt + .sum").inner_text():
            break
        page.wait_for_timeout(1000)
        page.reload()
    expect(page.locator("#receipt + .sum")).to_contain_text("¥47,500")
