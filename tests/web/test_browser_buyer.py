"""Applicants and agencies in a real browser: on a phone and at a desk, in both languages, also without script."""

from secrets import token_hex
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.test_browser import Visit, browser, playwright, screens, visit

__all__ = ["browser", "playwright", "visit"]
pytestmark = pytest.mark.browser

MANDATORY, AGENCY_PAYS = "ZSZJ-05-002", "ZSZJ-02-016"
STOPS = {"zh-CN": "这项由部门付费，您不用委托", "en": "The department pays for this; you need not commission it"}


def signed_in(visit: Visit, login: str) -> None:
    """By the form."""
    visit.open("/sign-in")
    visit.page.fill("#login", login)
    visit.page.fill("#password", "market-demo")
    visit.page.click("button[value=SignIn]")
    visit.page.wait_for_url("**/my")


def seen(visit: Visit) -> None:
    """Whatever page it is: no violation, nothing sticks out."""
    assert (visit.page.url, visit.axe(), visit.sticks_out()) == (visit.page.url, [], 0)


@pytest.mark.parametrize(
    "visit",
    [{**option.values[0], "java_script_enabled": False} for option in screens()],
    ids=[str(option.id) for option in screens()],
    indirect=True,
)
def test_an_applicant_posts_a_mandatory_item_without_script(visit: Visit) -> None:
    """Choose, fill in, look over, save, submit: forms alone."""
    page = visit.page
    signed_in(visit, "applicant")
    page.click("main a.button[href='/my/projects/new']")
    page.fill("#search", MANDATORY)
    page.click("main form button")
    page.click(f"a[href='/my/projects/new/{MANDATORY}']")
    page.click("button[value=PostProjectNow]")
    expect(page.locator("#title-wrong")).to_be_visible()
    page.fill("#title", "新储罐定期安全评价")
    page.click("button[value=PostProjectNow]")
    expect(page.locator(".checking")).to_contain_text("新储罐定期安全评价")
    page.click("button[value=PostProjectNow]")
    page.wait_for_url("**/my/projects/XM-*")
    page.click("button[value=SubmitProject]")
    expect(page.locator("p.done")).to_be_visible()
    expect(page.locator("button[value=SubmitProject]")).to_have_count(0)


@pytest.mark.parametrize("visit", screens(), indirect=True)
def test_an_agency_posts_what_it_commissions(visit: Visit) -> None:
    """Case, budget line, a method with its constants that shows only its own fields; every page passes the rules."""
    page = visit.page
    signed_in(visit, "agency")
    seen(visit)
    visit.open(f"/my/projects/new/{AGENCY_PAYS}")
    seen(visit)
    expect(page.locator("[id='priceWeight']")).to_be_hidden()
    fields: dict[str, Any] = {
        "title": "示例湾 12 号海域使用论证报告评审",
        "serviceWorkingDays": "15",
        "case.caseNo": f"BJ-{token_hex(6)}",
        "case.approvalItem": "海域使用权审核",
        "case.applicantCode": "91330901DEM000001N",
        "budgetLine": "2026-审批技术服务-03",
        "ceiling": "60,000 元",
    }
    for name, text in fields.items():
        page.fill(f"[id='{name}']", text)
    page.check("[value=PROPOSAL_MERIT]")
    expect(page.locator("[id='priceWeight']")).to_be_visible()
    page.fill("[id='criteria.0.name']", "技术路线")
    page.fill("[id='criteria.0.weight']", "70")
    page.fill("[id='priceWeight']", "30")
    page.click("button[value=PostProjectNow]")
    seen(visit)
    page.click("button[value=PostProjectNow]")
    page.wait_for_url("**/my/projects/XM-*")
    expect(page.locator("aside")).to_contain_text("2026-审批技术服务-03")
    seen(visit)


@pytest.mark.parametrize("visit", screens(), indirect=True)
def test_an_applicant_is_stopped_where_the_department_pays(visit: Visit) -> None:
    """The answer on the first screen, no form, a way to complain; then what was paid wrongly, and its law."""
    page = visit.page
    signed_in(visit, "applicant")
    seen(visit)
    visit.open(f"/my/projects/new/{AGENCY_PAYS}")
    lang = page.get_attribute("html", "lang") or ""
    expect(page.locator("h1")).to_have_text(STOPS[lang])
    expect(page.locator("h1")).to_be_in_viewport(ratio=1)
    expect(page.locator("button[value=PostProjectNow]")).to_have_count(0)
    expect(page.locator(".report a")).to_have_attribute("href", f"/who-pays?code={AGENCY_PAYS}")
    seen(visit)
    for path in ("/my/projects/new", "/my/fees", "/my/explanations"):
        visit.open(path)
        seen(visit)
