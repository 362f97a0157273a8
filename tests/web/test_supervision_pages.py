"""The regulator's pages: figures that agree with the records, a case from its finding to the order, and who may not come in."""

import re
import time
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from market.clock import SHANGHAI
from market.oversight.states import MOVES, OversightState
from tests.web import own_world
from tests.web.api import Api
from tests.web.browser_session import Reader, headline
from web.pages.supervision import amounts, cases, charts, flow

demo_server = own_world.demo_server

PAGES = {
    "/supervision": ("收费监管总览", "Who pays: overview"),
    "/supervision/records": ("收费台账", "Fee records"),
    "/supervision/findings": ("线索和认定", "Findings"),
    "/supervision/cases": ("督办", "Cases"),
    "/supervision/flow": ("谁付给谁", "Who paid whom"),
    "/supervision/rules": ("规则目录", "Rules"),
    "/supervision/audits": ("全面检查", "Audits"),
}
EMPTY = {
    "/supervision?from=2001-01-01&to=2001-01-02": "这段时间没有付款记录",
    "/supervision/records?payer=91330901NOBODY": "没有这样的付款记录",
    "/supervision/findings?party=91330901NOBODY": "没有这样的线索",
    "/supervision/cases?rule=V99": "没有这样的督办件",
    "/supervision/flow?agency=11330901NOBODY": "这段时间没有付款记录",
}
STEP_NAMES = {step.name: frozenset(step.sources) for step in MOVES}


@pytest.fixture(scope="module")
def regulator(demo_server: str) -> Reader:
    """At the desk."""
    return Reader(demo_server).sign_in("regulator")


def taken(url: str, regulator: Reader) -> str:
    """The code of a case in which something can be asked: taken by the regulator, and answered where it was asked before."""
    query = '{ oversightCases(filter: {rule: "V01"}) { edges { node { code state } } } }'
    case = Api.sign_in(url, "regulator")(query)["oversightCases"]["edges"][0]["node"]
    at = f"/supervision/cases/{case['code']}"
    if case["state"] == "NEW":
        assert regulator.send(f"{at}/take", "TakeCase").headers["location"] == at
        assert "已接办。" in regulator.get(at).text
    if case["state"] == "EXPLANATION_ASKED":
        Api.sign_in(url, "agency").do("answerExplanation", "... on OversightCase { code }", code=case["code"], text="正在查。")
    return str(case["code"])


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_there_in_both_languages(demo_server: str, path: str) -> None:
    """With its headline; nobody without an account."""
    for lang, title in zip(("zh-CN", "en"), PAGES[path], strict=True):
        answer = Reader(demo_server, lang).sign_in("regulator").get(path)
        assert answer.status_code == 200 and headline(answer.text) == title
        assert answer.headers["cache-control"] == "no-store"
    assert Reader(demo_server).get(path).headers["location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("path", ["/supervision", "/supervision/records", "/supervision/flow"])
def test_only_supervisors_see_all_payments(demo_server: str, path: str) -> None:
    """An applicant is told so."""
    assert Reader(demo_server).sign_in("applicant").get(path).status_code == 403


@pytest.mark.parametrize(("path", "said"), EMPTY.items())
def test_where_nothing_is_found_the_page_says_what_next(regulator: Reader, path: str, said: str) -> None:
    """And is a page like any other."""
    answer = regulator.get(path)
    assert answer.status_code == 200 and said in answer.text


@pytest.mark.parametrize(
    "path", ["/supervision/records?paidFrom=soon", "/supervision/findings?states=NOPE", "/supervision?from=1"]
)
def test_an_address_that_makes_no_sense_is_refused(regulator: Reader, path: str) -> None:
    """400."""
    assert regulator.get(path).status_code == 400


def test_filters_stay_in_the_address_and_go_into_the_export(regulator: Reader) -> None:
    """Flagged records only: each shows who paid, who had to and the finding; the file takes the same filter and a purpose."""
    page = regulator.get("/supervision/records?flagged=true&itemClass=AGENCY_COMMISSIONED").text
    assert 'name="flagged" value="true"' in page and 'name="itemClass" value="AGENCY_COMMISSIONED"' in page
    assert "部门委托 · 部门付费" in page and "V01" in page
    file = regulator.get("/exports/fees.csv?flagged=true&itemClass=AGENCY_COMMISSIONED&purpose=核对")
    assert file.status_code == 200 and file.text.count("V01") == page.count(">V01 ")


def test_a_case_is_taken_and_an_explanation_asked(demo_server: str, regulator: Reader) -> None:
    """Blank is refused; who is slower is told who was quicker and keeps what was typed."""
    at = f"/supervision/cases/{taken(demo_server, regulator)}"
    assert "法律怎么说" in regulator.get(at).text
    blank = regulator.send(f"{at}/ask", "AskExplanation", text=" ")
    assert blank.status_code == 422 and "请填写这一项。" in blank.text
    assert regulator.send(f"{at}/ask", "AskExplanation", text="请说明谁让申请人付的。").status_code == 303
    late = Reader(demo_server).sign_in("regulator2").send(f"{at}/ask", "AskExplanation", text="我也要问一句")
    assert late.status_code == 422 and "我也要问一句" in late.text and "最近一步：示例市发展改革监管处" in late.text
    assert "请说明谁让申请人付的。" in regulator.get(at).text


def test_what_cannot_be_undone_is_looked_over_first(demo_server: str, regulator: Reader) -> None:
    """The answers once more, with the reason as typed; nothing is done yet."""
    query = "{ oversightCases(filter: {state: [EXPLANATION_ASKED]}) { edges { node { code } } } }"
    code = Api.sign_in(demo_server, "regulator")(query)["oversightCases"]["edges"][0]["node"]["code"]
    page = regulator.send(f"/supervision/cases/{code}/dismiss", "DismissCase", reason="没有依据", _check="1")
    assert page.status_code == 200 and "没有依据" in page.text and "返回修改" in page.text
    refused = regulator.send(f"/supervision/cases/{code}/dismiss", "DismissCase", reason="没有依据")
    assert refused.status_code in (403, 422)


def test_an_unknown_case_and_an_unknown_step_are_no_pages(regulator: Reader) -> None:
    """404."""
    assert regulator.get("/supervision/cases/DB-0").status_code == 404
    assert regulator.get("/supervision/cases/DB-0/burn").status_code == 404


def test_the_steps_offered_are_those_of_the_life_of_a_case() -> None:
    """In each state exactly the moves that a regulator makes."""
    for state in OversightState:
        allowed = {name for name in cases.STEPS if state in STEP_NAMES[name]}
        assert set(cases.POSSIBLE.get("CLOSED" if state is OversightState.CLOSED else state.name, ())) == allowed, state


def group(side: str, net: str, issue: str = "0.00", **more: Any) -> dict[str, Any]:
    """One group of payments."""
    return {"payerSide": side, "net": net, "amountAtIssue": issue, "count": 1} | more


def test_a_bar_takes_what_is_at_issue_out_of_who_paid_it() -> None:
    """Parts lie side by side and fill the widest row; figures are 万元."""
    groups = [group("AGENCY", "30000.00", month="2026-11"), group("APPLICANT", "10000.00", "10000.00", month="2026-11")]
    [row] = charts.chart(charts.rows(groups, "month"))["rows"]
    assert [(part["kind"], part["x"], part["width"]) for part in row["bar"]] == [
        ("AGENCY", "0.0%", "75.0%"),
        ("AT_ISSUE", "75.0%", "25.0%"),
    ]
    assert (row["sides"]["AGENCY"], row["at_issue"], row["share"]) == ("3.0", "1.0", "25.0%")
    assert charts.last_day("2028-02") == str(date(2028, 2, 29))


@pytest.mark.parametrize(("fen", "said"), [(0, "0"), (1, "<0.1"), (50_000, "0.1"), (149_999, "0.1"), (123_456_789, "123.5")])
def test_wan_is_rounded_half_up(fen: int, said: str) -> None:
    """To one decimal; something is never shown as nothing."""
    assert amounts.wan(fen) == said


def test_the_picture_has_at_most_forty_streams() -> None:
    """The largest, what is at issue striped and on top; the table has all."""
    groups = [
        group(
            "APPLICANT", f"{n}00.00", "100.00" if n == 50 else "0.00", agencyCode="A", payeeCode=str(n), agency=None, payee=None
        )
        for n in range(1, 51)
    ]
    shown = flow.view({"feeFlows": {"groups": groups}}, {})
    assert len(shown["rows"]) == 50 and shown["left_out"] == 10
    assert shown["picture"]["bands"][0]["kind"] == "AT_ISSUE" and len(shown["picture"]["payees"]) == 40
    paths = [band["path"] for band in shown["picture"]["bands"]]
    assert len(paths) == 41 and all(re.fullmatch(r"M\d+ \d+C[\d ]+V\d+C[\d ]+Z", path) for path in paths)


def test_a_finding_of_a_closed_case_is_no_lead_of_the_overview(demo_server: str) -> None:
    """With and without it are all."""
    api = Api.sign_in(demo_server, "regulator")
    counts = [api(f"{{ findings(filter: {{ {some} }}) {{ totalCount }} }}")["findings"]["totalCount"] for some in _SOME]
    assert counts[0] == counts[1] + counts[2]


_SOME = ("rule: null", "caseClosed: true", "caseClosed: false")


def test_an_award_is_suspended_goes_on_and_is_witnessed(demo_server: str, regulator: Reader) -> None:
    """The public page tells it and leads there; the reason is needed; who has testified is not asked again; bidders have no such page."""
    standing = "{ projects(filter: {state: [STANDSTILL]}) { edges { node { code } } } }"
    code = str(Api(demo_server)(standing)["projects"]["edges"][0]["node"]["code"])
    at, public = f"/supervision/projects/{code}", f"/projects/{code}"
    assert f'href="{at}"' in regulator.get(public).text and f'href="{at}"' not in Reader(demo_server).get(public).text
    assert regulator.send(at, "SuspendAward", reason=" ").status_code == 422
    asked = regulator.send(at, "SuspendAward", reason="核查投诉", _check="1")
    assert "暂停这次中选？" in asked.text and "核查投诉" not in Reader(demo_server).get(public).text
    assert regulator.send(at, "SuspendAward", reason="核查投诉").status_code == 303
    assert "核查投诉" in Reader(demo_server).get(public).text
    stop = re.search(r'name="code" value="(ZT-[^"]+)"', regulator.get(at).text)
    assert stop is not None
    assert regulator.send(at, "LiftSuspension", code=stop[1], reason="已查清").status_code == 303
    assert "核查投诉" in regulator.get(at).text and "已查清" in regulator.get(at).text
    assert regulator.send(at, "WitnessOpening").status_code == 303
    assert "重算，结果一致" in Reader(demo_server).get(public).text and "本单位已经见证过" in regulator.get(at).text
    assert regulator.send(at, "WitnessOpening").status_code == 422
    assert Reader(demo_server).sign_in("intermediary1").get(at).status_code == 403
    assert regulator.get("/supervision/projects/XM-0").status_code == 404


def test_an_audit_is_asked_for_and_read(demo_server: str, regulator: Reader) -> None:
    """Why must be said; one rule shows its results alone; an unknown one is a page that does not exist."""
    at, on = "/supervision/audits", (datetime.now(SHANGHAI).date() - timedelta(days=1)).isoformat()
    assert regulator.send(at, "RequestAudit", asOf=on, purpose="").status_code == 422
    assert regulator.send(at, "RequestAudit", asOf=on, purpose="页面用的抽查", rules="V01").status_code == 303
    for _ in range(100):
        row = re.search(r"<li>((?:(?!</li>).)*页面用的抽查.*?)</li>", regulator.get(at).text, re.S)
        assert row is not None
        if "已完成" in row[1]:
            break
        time.sleep(0.2)
    found = re.search(r'href="([^"]+)"', row[1])
    assert found is not None
    page = regulator.get(found[1]).text
    assert "V01" in page and "优化营商环境条例" in page
    assert "没有查出问题" in regulator.get(f"{found[1]}?rule=V99").text
    assert [regulator.get(f"{at}/{bad}").status_code for bad in ("00000000-0000-0000-0000-000000000000", "x")] == [404, 404]
    assert Reader(demo_server).sign_in("agency").get(at).status_code == 403
