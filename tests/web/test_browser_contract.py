"""From the award to the rating in a real browser, both sides of it: confirm, sign, deliver, accept, pay with the invoice, rate, reply."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from market.clock import SHANGHAI
from tests.unit.einvoices import made
from tests.web import test_browser
from tests.web.api import Api
from tests.web.servers import Server
from tests.web.test_browser import Visit, screens
from tests.web.test_browser_supplier import sign_in
from tests.web.test_main_job import code_of, published, quote, wait_for

pytestmark = pytest.mark.browser

playwright, browser = test_browser.playwright, test_browser.browser
"""The fixtures of the pages for everybody."""
PRICE = "12720.00"
BUYERS = {"applicant": {"itemCode": "ZSZJ-05-002"}, "agency": {"itemCode": "ZSZJ-02-016", "budgetLine": "2026-03"}}
"""Who posts → what: a mandatory item that the applicant pays, and one that the agency must pay."""


@pytest.fixture(scope="module")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The file's own demo world, with hardly a pause between deadline, opening and confirmation."""
    limits = {"open_period": (3, "seconds"), "opening_grace": (1, "seconds"), "standstill": (1, "seconds")}
    server = Server(tmp_path_factory.mktemp("contracts"), limits=limits)
    server.start()
    yield server.url
    server.stop()


@pytest.fixture(scope="module")
def cast(demo_server: str) -> dict[str, Api]:
    """Who takes part, signed in to the interface."""
    return {
        who: Api.sign_in(demo_server, who) for who in ("operator", *BUYERS, "intermediary1", "intermediary2", "intermediary3")
    }


@pytest.fixture(params=[(buyer, screen) for buyer in BUYERS for screen in screens()], ids=lambda p: f"{p[0]} {p[1].id}")
def both(
    browser: Browser, demo_server: str, cast: dict[str, Api], request: pytest.FixtureRequest
) -> Iterator[tuple[Visit, Visit, str, str]]:
    """The buyer and ``intermediary1``, whose quote has won, neither with a fault at the end; the project's code, and the buyer's login."""
    login, screen = request.param
    form: dict[str, Any] = dict(BUYERS[login])
    if login == "agency":
        case = {"caseNo": f"BJ-{screen.id}", "approvalItem": "海域使用权审核", "applicantCode": code_of(cast["applicant"])}
        form["case"] = case
    project = published(cast, login, **form)
    for number, yuan in ((1, PRICE), (2, "13500"), (3, "13800")):
        quote(cast[f"intermediary{number}"], project, yuan)
    wait_for(cast[login], project, "STANDSTILL")
    sides = [Visit(browser, demo_server, **screen.values[0]) for _ in range(2)]
    for side, who in zip(sides, (login, "intermediary1"), strict=True):
        sign_in(side, who)
    yield sides[0], sides[1], project, login
    for side in sides:
        side.context.close()
        assert side.faults == []


def seen(visit: Visit) -> None:
    """Whatever page it is: nothing sticks out, and in one language no violation (the other has the same markup)."""
    assert (visit.page.url, visit.sticks_out()) == (visit.page.url, 0)
    if visit.page.get_attribute("html", "lang") == "zh-CN":
        assert (visit.page.url, visit.axe()) == (visit.page.url, [])


def done(visit: Visit, operation: str, **fields: str) -> None:
    """Fill the form, look over the answers, send them; each of the three pages is usable by everybody."""
    for name, text in fields.items():
        field = visit.page.locator(f"[id='{name}']")
        (field.select_option if field.evaluate("field => field.tagName") == "SELECT" else field.fill)(text)
    visit.page.locator(f"button[value={operation}]").click()
    expect(visit.page.locator(".checking")).to_be_visible()
    seen(visit)
    visit.page.locator(f".checking [name=_op][value={operation}]").click()
    expect(visit.page.locator(".checking")).to_have_count(0)
    seen(visit)


def test_from_the_award_to_the_rating(both: tuple[Visit, Visit, str, str], cast: dict[str, Api]) -> None:
    """The invoice is read, the payment is by who owes it, so nothing is held against anybody; what was said of it is public."""
    buyer, supplier, project, login = both
    mine, today = f"/my/projects/{project}", datetime.now(SHANGHAI).date().isoformat()
    buyer.open("/my")
    buyer.page.locator(f"a[href='{mine}']").first.click()
    buyer.page.wait_for_url(f"**{mine}")
    done(buyer, "ConfirmAward")
    done(buyer, "FileContract", signedOn=today, dueOn="2099-12-31")
    supplier.open("/my/contracts")
    supplier.page.locator("a[href^='/my/contracts/']").first.click()
    supplier.page.wait_for_url("**/my/contracts/*")
    done(supplier, "RecordDelivery", deliveredOn=today)
    buyer.open(mine)
    done(buyer, "AcceptDelivery", acceptedOn=today)
    _pays(buyer, mine, today, buyer_code=code_of(cast[login]), seller_code=code_of(cast["intermediary1"]))
    buyer.open(mine)
    expect(buyer.page.locator("section[aria-labelledby=next]")).to_contain_text("¥12,720")
    buyer.page.locator("section[aria-labelledby=rating] summary").click()
    done(buyer, "RateService", quality="5", timeliness="4", attitude="4", charges="5", conduct="5", comment="按时交付")
    supplier.page.reload()
    expect(supplier.page.locator("section[aria-labelledby=paid] tbody tr")).to_have_count(1)
    supplier.page.locator("section[aria-labelledby=rating] summary").first.click()
    done(supplier, "ReplyToRating", reply="谢谢")
    supplier.open(f"/intermediaries/{code_of(cast['intermediary1'])}")
    expect(supplier.page.locator("main")).to_contain_text("按时交付")


def _pays(buyer: Visit, mine: str, today: str, **codes: str) -> None:
    buyer.page.locator(f"a[href='{mine}/pay']").click()
    buyer.page.wait_for_url("**/pay")
    seen(buyer)
    number = f"2633{project_number(mine):016d}"
    invoice = made.einvoice(number=number, total=PRICE, net="12000.00", tax="720.00", **codes)
    buyer.page.set_input_files("#file", {"name": "发票.xml", "mimeType": "application/xml", "buffer": invoice})
    buyer.page.locator("form[enctype] button").click()
    expect(buyer.page.locator("dl.facts")).to_contain_text(number)
    expect(buyer.page.locator("#amount")).to_have_value(PRICE)
    done(buyer, "RecordFee", paidOn=today, channel="BANK_TRANSFER", grade="BANK", voucherNo=f"BANK-{number}")
    buyer.page.wait_for_url("**/my/fees/*")
    expect(buyer.page.locator("p.done")).to_be_visible()


def project_number(path: str) -> int:
    """A number that no other project has."""
    return int.from_bytes(path.encode()) % 10**16
