"""The public pages of notices, intermediaries, statistics and open data on a real server, as everybody reads them."""

import gzip
import re

import pytest

from tests.web.api import Api
from tests.web.browser_session import Reader
from tests.web.test_pages import get

CODES = """query($state: ProjectState!) {
  projects(filter: {state: [$state], method: LOWEST_PRICE}) { edges { node { code closesAt } } }
}"""
LISTS = [
    "/projects",
    "/projects?state=OPEN",
    "/projects?state=AWARDED&state=CONTRACT_FILED&itemClass=MANDATORY&method=LOWEST_PRICE",
    "/projects?search=没有这样的项目",
]
OTHERS = [
    "/intermediaries",
    "/intermediaries?qualification=测绘资质&search=示例",
    "/intermediaries?search=没有这样的机构",
    "/complaints",
    "/statistics",
    "/open-data",
    "/verify/receipt",
]
STATES = ["OPEN", "STANDSTILL", "AWARDED", "CONTRACT_FILED", "CANCELLED", "UNSUCCESSFUL"]
LANGUAGES = ["zh-CN", "en"]


def code_in(url: str, state: str) -> str:
    """The demo world's project in that state whose quotes close last."""
    rows = [edge["node"] for edge in Api(url)(CODES, state=state)["projects"]["edges"]]
    return str(max(rows, key=lambda row: str(row["closesAt"]))["code"])


def page(url: str, path: str, language: str) -> str:
    """Its text: whole, in that language, strict, and under 8 kB compressed."""
    answer = get(url, path, **{"Accept-Language": language})
    assert answer.status_code == 200 and f'<html lang="{language}"' in answer.text
    assert "style=" not in answer.text and "<script>" not in answer.text and len(gzip.compress(answer.content)) < 8_000
    return answer.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", LISTS)
def test_a_list_of_notices_is_whole_in_its_language(demo_server: str, path: str, language: str) -> None:
    """All, by state, by everything at once, and the empty one, which says what to do."""
    text = page(demo_server, path, language)
    assert ('class="empty"' in text) == ("没有这样的项目" in path) != ('<table class="stacked notices">' in text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_a_project_is_whole_in_its_language(demo_server: str, state: str, language: str) -> None:
    """In every public state: its way, who pays, what is known of its result."""
    text = page(demo_server, f"/projects/{code_in(demo_server, state)}", language)
    assert 'class="stages"' in text and 'id="pays"' in text and ('id="outcome"' in text)


def test_a_sealed_project_shows_no_trace_of_its_quotes(demo_server: str) -> None:
    """No number, name, time or fingerprint; the seal and, without any script, the deadline as a date."""
    code = code_in(demo_server, "OPEN")
    text = page(demo_server, f"/projects/{code}", "zh-CN")
    assert ">封<" in text and 'id="quotes"' not in text and "递交" not in text and "示例群岛咨询" not in text
    assert re.search(r"<p>\d{4}-\d\d-\d\d 周. \d\d:\d\d<br>北京时间，以服务器为准</p>", text) and 'role="timer"' in text


def test_an_opened_project_says_why_the_winner_won(demo_server: str) -> None:
    """All quotes with their fingerprints, the reason in words, the paper, and where to compute it again."""
    code = code_in(demo_server, "CONTRACT_FILED")
    text = page(demo_server, f"/projects/{code}", "zh-CN")
    assert ">启<" in text and "有效报价中最低的一家中选。" in text and text.count('class="print"') >= 2
    assert f'href="/projects/{code}/notice.pdf"' in text and f'href="/verify?code={code}"' in text


def test_who_pays_for_a_departments_project_is_its_buyer(demo_server: str) -> None:
    """The list names the departments that an item is for; a project's payer is the one that commissioned it."""
    query = "{ projects(filter: {itemClass: AGENCY_COMMISSIONED}) { edges { node { code buyer { name } } } } }"
    row = Api(demo_server)(query)["projects"]["edges"][0]["node"]
    for path in (f"/projects/{row['code']}", "/projects?itemClass=AGENCY_COMMISSIONED"):
        assert f"由<span>{row['buyer']['name']}</span>付费" in page(demo_server, path, "zh-CN")


def test_statistics_say_who_must_pay_not_who_did(demo_server: str) -> None:
    """They count the class of the item, which is what the law says of it."""
    chinese, english = (page(demo_server, "/statistics", language) for language in LANGUAGES)
    assert "合同的钱该谁付" in chinese and "该由部门付。" in chinese and "谁付费</th>" not in chinese.replace("该谁付费", "")
    assert "Who must pay for the contracts" in english and "departments must pay" in english


def test_a_failed_project_says_why_and_what_came_next(demo_server: str) -> None:
    """The red step with the reason and the counts, and the notice that repeats it."""
    first = '{ projects(filter: {state: [UNSUCCESSFUL], search: "示例湾 5 号"}) { edges { node { code } } } }'
    code = Api(demo_server)(first)["projects"]["edges"][0]["node"]["code"]
    text = page(demo_server, f"/projects/{code}", "zh-CN")
    assert '<li class="ended" aria-current="step"><strong>流标</strong>' in text and "有效报价不足" in text
    assert "收到 2 份，有效 2 份，公告要求至少 3 份。" in text and "看重新发布的公告" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", OTHERS)
def test_another_page_is_whole_in_its_language(demo_server: str, path: str, language: str) -> None:
    """Lists, filtered and empty, and pages of advice."""
    assert "<h1>" in page(demo_server, path, language)


def test_an_intermediary_is_shown_with_its_record(demo_server: str) -> None:
    """Who won says what and for how much; who never did is no zero."""
    text = page(demo_server, "/intermediaries", "zh-CN")
    codes = re.findall(r'href="/intermediaries/(\w{18})"', text)
    shown = [page(demo_server, f"/intermediaries/{code}", "zh-CN") for code in codes]
    assert len(codes) == 6 and any("次中选" in one and "/projects/XM-" in one for one in shown)
    assert any("<strong>暂无成交</strong>" in one and "次中选" not in one for one in shown)


def test_a_complaint_is_followed_from_its_own_page(demo_server: str) -> None:
    """The receipt goes in a form's body, never in an address."""
    text = page(demo_server, "/complaints", "zh-CN")
    assert '<form action="/who-pays/receipt" method="post"' in text and "tel:12345" in text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/projects/XM-0", 404),
        ("/intermediaries/X", 404),
        ("/intermediaries?after=x", 400),
        ("/projects?state=NOPE", 400),
        ("/projects?state=OPEN&after=x", 400),
    ],
)
def test_a_bad_address_of_a_notice_gets_a_page(demo_server: str, path: str, status: int) -> None:
    """Not found and not understood are designed pages."""
    answer = get(demo_server, path)
    assert answer.status_code == status and "<h1" in answer.text


def test_an_empty_receipt_is_asked_for(demo_server: str) -> None:
    """422 with the field, not an address that nobody understands."""
    empty = Reader(demo_server).ask("POST", "/who-pays/receipt", data={"receipt": ""})
    assert empty.status_code == 422 and 'name="receipt"' in empty.text
    wrong = Reader(demo_server).ask("POST", "/who-pays/receipt", data={"receipt": "mistyped"})
    assert wrong.status_code == 200 and 'value="mistyped"' in wrong.text
