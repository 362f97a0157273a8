"""Pages to choose and to look by, in a real browser: in either language, on a phone and on a desk, and the ways through them."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web import own_world, test_browser
from tests.web.api import Api
from tests.web.test_browser import Visit, screens
from tests.web.test_browser_supplier import sign_in, usable

pytestmark = pytest.mark.browser

demo_server = own_world.demo_server
playwright, browser, visit = test_browser.playwright, test_browser.browser, test_browser.visit
"""The fixtures of the pages for everybody, in a world of this file's own: here proposals are scored."""

ITEM = "ZSZJ-02-016"


def known(url: str) -> dict[str, str]:
    """Addresses of what the demo world holds."""
    document = """{ frameworks(first: 1) { edges { node { code } } }
        projects(filter: {method: PROPOSAL_MERIT}, first: 50) { edges { node { code state } } } }"""
    found: Any = Api(url)(document)
    [framework] = [edge["node"]["code"] for edge in found["frameworks"]["edges"]]
    merit = [edge["node"]["code"] for edge in found["projects"]["edges"] if edge["node"]["state"] == "EVALUATING"]
    return {"framework": f"/frameworks/{framework}", "code": framework, "merit": f"/projects/{merit[-1]}"}


@pytest.mark.parametrize("visit", screens(), indirect=True)
def test_asking_a_framework_is_usable_by_everybody(visit: Visit, demo_server: str) -> None:
    """The form of a call-off; and the indicators, once the purpose is given. All other pages: test_page_budget."""
    for login, path in (
        ("agency", f"/my/projects/new/{ITEM}?framework={{code}}"),
        ("regulator", "/supervision/indicators?purpose=x"),
    ):
        sign_in(visit, login)
        usable(visit, path.format(**known(demo_server)))
        visit.context.clear_cookies()


@pytest.mark.parametrize("visit", screens(), indirect=True)
def test_three_are_ticked_and_stand_side_by_side(visit: Visit) -> None:
    """From the item's page by the list to the table, each with its own prices."""
    page = visit.page
    visit.open(f"/services/{ITEM}")
    page.get_by_role("link", name=re.compile("看有哪些机构，比一比|See and compare")).click()
    boxes = page.locator("[name=compare]")
    for number in range(3):
        boxes.nth(number).check()
    page.get_by_role("button", name=re.compile("并排比一比|Compare the ticked")).click()
    expect(page.locator(".sidebyside thead th")).to_have_count(3)
    expect(page.locator(".sidebyside")).to_contain_text("¥48,500")
    assert visit.axe() == [] and visit.sticks_out() == 0


@pytest.mark.parametrize("visit", [{"java_script_enabled": False, "locale": "zh-CN"}], ids=["no script"], indirect=True)
def test_proposals_are_scored_without_script(visit: Visit, demo_server: str) -> None:
    """Points that cannot be are refused with all typed; looked over, then handed in, final."""
    page = visit.page
    sign_in(visit, "applicant")
    visit.open(f"{known(demo_server)['merit']}/evaluation")
    points = page.locator("input[name$='.points']")
    for number in range(points.count()):
        points.nth(number).fill(str(60 + number))
    points.first.fill("101")
    page.click("button[value=SubmitScores]")
    page.click(".checking button[value=SubmitScores]")
    expect(page.locator("div.failed")).to_be_visible()
    expect(points.nth(1)).to_have_value("61")
    points.first.fill("90")
    page.click("button[value=SubmitScores]")
    expect(page.locator(".checking")).to_contain_text("90、61")
    page.click(".checking button[value=SubmitScores]")
    expect(page.locator("p.done")).to_have_text("评分已交。")
    expect(page.locator("#outcome")).to_contain_text("拟中选")
