"""Regulator, operator and helper in a real browser: their main ways, on a phone and at a desk, in both languages."""

import re

import pytest
from playwright.sync_api import expect

from tests.web import own_world
from tests.web.api import Api
from tests.web.test_browser import Visit, browser, playwright, screens, visit

demo_server = own_world.demo_server

pytestmark = pytest.mark.browser
__all__ = ["browser", "playwright", "visit"]

EMPTY = ["/supervision/records?payer=91330901NOBODY", "/supervision/flow?agency=11330901NOBODY"]


def come_in(visit: Visit, login: str) -> None:
    """Through the door."""
    visit.open("/sign-in")
    visit.page.fill("#login", login)
    visit.page.fill("#password", "market-demo")
    visit.page.locator("main button").click()
    visit.page.wait_for_url(lambda url: "/sign-in" not in url)


def fits(visit: Visit) -> None:
    """Usable by everybody, and nothing sticks out."""
    assert visit.axe() == []
    assert visit.sticks_out() == 0


@pytest.mark.parametrize("visit", screens(), indirect=True)
def test_a_search_that_finds_nothing_is_usable_by_everybody(visit: Visit) -> None:
    """Lists of the supervision for a party that is none; all other desks: test_page_budget."""
    come_in(visit, "regulator")
    for path in EMPTY:
        assert visit.open(path) == 200, path
        fits(visit)


@pytest.mark.parametrize("visit", screens(), indirect=True)
def test_a_regulator_goes_from_the_overview_to_asking_for_an_explanation(visit: Visit, demo_server: str) -> None:
    """The finding, its case with law and records side by side, taken where nobody has, and the question as the party will read it."""
    page = visit.page
    come_in(visit, "regulator")
    page.get_by_role(
        "link", name=re.compile("机关委托的服务由申请人付费|Agency-commissioned service paid by the applicant")
    ).first.click()
    expect(page.locator(".sides > div")).to_have_count(2)
    fits(visit)
    answered(demo_server, page.url.rsplit("/", 1)[1])
    page.reload()
    if page.locator("a[href$='/take']").count():
        page.locator("a[href$='/take']").click()
        page.locator("main form button").click()
    page.locator("a[href$='/ask']").click()
    page.wait_for_url("**/ask")
    fits(visit)
    page.locator("main form button").click()
    expect(page.locator("div.failed")).to_be_focused()
    page.fill("#text", "请说明谁让申请人付的。")
    page.locator("main form button").click()
    expect(page.locator(".done")).to_be_visible()
    expect(page.locator(".history li").last).to_contain_text("请说明谁让申请人付的。")


def answered(url: str, code: str) -> None:
    """Where an earlier reader asked already, the agency answers, so that one can ask again."""
    state = Api.sign_in(url, "regulator")("query Q($c: String!) { oversightCase(code: $c) { state } }", c=code)
    if state["oversightCase"]["state"] == "EXPLANATION_ASKED":
        Api.sign_in(url, "agency").do("answerExplanation", "... on OversightCase { code }", code=code, text="正在查。")


@pytest.mark.parametrize("visit", screens(), indirect=True)
def test_an_operator_approves_a_project(visit: Visit, demo_server: str, request: pytest.FixtureRequest) -> None:
    """From the queue: read, approve, look over the answers, confirm; it is gone from the queue."""
    page, code = visit.page, submitted(demo_server, request.node.callspec.id)
    come_in(visit, "operator")
    page.locator(f"a[href$='{code}']").click()
    page.wait_for_url(f"**/{code}")
    fits(visit)
    page.locator("section[aria-labelledby=approve] button").click()
    expect(page.locator(".checking")).to_be_visible()
    fits(visit)
    page.locator(".checking button").first.click()
    expect(page.locator(".done")).to_be_visible()
    expect(page.locator(f"a[href$='{code}']")).to_have_count(0)


def submitted(url: str, key: str) -> str:
    """The code of a new notice that waits for its review."""
    agency = Api.sign_in(url, "agency")
    form = {"idempotencyKey": f"walk-{key}", "title": "页面审核用", "itemCode": "ZSZJ-02-016", "serviceWorkingDays": 10}
    case = {"caseNo": f"BJ-2026-{key}", "approvalItem": "海域使用权审核", "applicantCode": "91330901DEM000001N"}
    more = {"requirements": "一份报告", "budgetLine": "2026-03", "case": case}
    code = agency.do("postProject", "... on Project { code }", **form, **more)["code"]
    return str(agency.do("submitForReview", "... on Project { code }", code=code)["code"])


@pytest.mark.parametrize("visit", screens(), indirect=True)
def test_a_helper_starts_for_an_islander_and_stops(visit: Visit) -> None:
    """In whose name one acts is in sight all the time; what only the person can do is said."""
    page = visit.page
    come_in(visit, "helper")
    page.get_by_role("button", name=re.compile("王阿婆")).click()
    expect(page.locator(".watched")).to_contain_text("王阿婆")
    fits(visit)
    page.locator("main button[value=ActFor]").click()
    expect(page.locator(".watched")).to_have_count(0)
