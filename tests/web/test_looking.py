"""Regulators look at indicators and at the queue of complaints: who may, why it is asked, what is said beside a flag."""

import time

import pytest

from tests.web import own_world
from tests.web.api import Api
from tests.web.browser_session import Reader, headline

demo_server = own_world.demo_server

PAGES = {"/supervision/indicators": ("统计指标", "Indicators"), "/supervision/complaints": ("投诉", "Complaint")}
COMPLAIN = """mutation($input: FileComplaintInput!) { fileComplaint(input: $input) { __typename
    ... on ComplaintFiled { receipt } } }"""


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_for_regulators(demo_server: str, path: str) -> None:
    """In both languages; others are told, strangers led to the door."""
    for lang, title in zip(("zh-CN", "en"), PAGES[path], strict=True):
        page = Reader(demo_server, lang).sign_in("regulator").get(path)
        assert page.status_code == 200 and headline(page.text) == title and "style=" not in page.text
    assert Reader(demo_server).get(path).status_code == 303
    for login in ("agency", "operator", "intermediary1"):
        assert Reader(demo_server).sign_in(login).get(path).status_code == 403


def looked(demo_server: str, query: str) -> str:
    """The page once the server has computed today's values."""
    reader = Reader(demo_server).sign_in("regulator")
    for _ in range(60):
        page = reader.get(f"/supervision/indicators?purpose=例行检查{query}")
        assert page.status_code == 200
        if "共 0 个结果" not in page.text:
            return page.text
        time.sleep(1)
    raise AssertionError("no values were computed")


def test_nothing_is_looked_at_without_a_purpose(demo_server: str) -> None:
    """Then the rules alone are there; with one, values: what they are not, sample, and how often honest parties are flagged."""
    reader = Reader(demo_server).sign_in("regulator")
    page = reader.get("/supervision/indicators").text
    assert "请先写明为什么看" in page and "不是认定" in page and "报价同源" in page and "个结果" not in page
    found = looked(demo_server, "&indicator=short_notice")
    assert "样本" in found and "只看时间，不推断原因" in found and "报名时间短" in found
    priced = looked(demo_server, "&indicator=concentration")
    assert "¥" in priced and "{" not in priced.partition("<main")[2] and "integrity.md" not in page and "domain.md" not in page
    assert "没有这样的结果" in reader.get("/supervision/indicators?purpose=x&agency=none").text
    assert reader.get("/supervision/indicators?purpose=x&outcome=NOPE").status_code == 400


def test_a_complaint_stands_in_the_queue(demo_server: str) -> None:
    """Before it is taken nobody reads what it says; then its handler does, and another office's people do not."""
    asked = {"itemCode": "ZSZJ-02-016", "text": "队列里的投诉：经办人说不交评审费就不受理", "agencyCode": "11330901DEM0000030"}
    reader = Reader(demo_server).sign_in("regulator")
    assert "没有等着受理的投诉" in reader.get("/supervision/complaints").text
    agency = Api.sign_in(demo_server, "agency")("{ viewer { actingFor { code } } }")["viewer"]["actingFor"]["code"]
    filed = Api(demo_server)(COMPLAIN, input=asked | {"agencyCode": agency})["fileComplaint"]
    assert filed["__typename"] == "ComplaintFiled", filed
    page = reader.get("/supervision/complaints").text
    [code] = {part.split('"')[0] for part in page.split('href="/supervision/cases/')[1:]}
    assert "经办人说" not in page and "受理投诉" in page
    assert reader.send(f"/supervision/cases/{code}/take", "TakeCase").status_code == 303
    page = reader.get("/supervision/complaints").text
    assert "经办人说" in page and "没有等着受理的投诉" in page and "没有署名" in page
