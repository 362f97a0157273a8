"""The operator's and the helper's pages: a review, a link shown once, a mandate given, used and taken back."""

import re

import pytest
from stdnum.cn import ric

from market import rulebook
from market.demo import people
from tests.web import own_world
from tests.web.api import Api
from tests.web.browser_session import Reader, headline, hidden
from web.pages.running import settings

demo_server = own_world.demo_server

OPERATION = {
    "/operation": ("要办的", "To do"),
    "/operation/parties": ("单位和账号", "Parties and accounts"),
    "/operation/parties/register": ("登记单位或个人", "Register an organisation or person"),
    "/operation/parties/member": ("增加成员", "Add a member"),
    "/operation/parties/link": ("发一次性链接", "Issue a one-time link"),
    "/operation/parties/leave": ("移出成员", "Remove a member"),
    "/operation/parties/practitioner": ("登记从业人员", "Register a practitioner"),
    "/operation/parties/left": ("登记从业人员离开", "Record that a practitioner left"),
    "/operation/parties/jurisdiction": ("监管部门的管辖范围", "A regulator's jurisdiction"),
    "/operation/avoidances": ("回避名单", "Avoidance list"),
    "/operation/parties/qualification": ("登记资质", "Record a qualification"),
    "/operation/parties/relation": ("登记单位之间的关系", "Record a relation"),
    "/operation/parties/credit": ("登记信用分", "Record a credit score"),
    "/operation/parties/mandate": ("登记帮代办委托", "Record a mandate"),
    "/operation/catalogue": ("清单版本", "Editions"),
    "/operation/rulebook": ("规则数值", "Rulebook"),
    "/operation/log": ("日志和运行", "Log and health"),
}
ISLANDER = "王阿婆（虚构）"


REVIEWED = (
    "方案择优",
    "技术 60% · 报告 20% · 价格 20%",
    "为了办审批",
    "报总价",
    "平台密封保管",
    "审核用信标 · 2",
    "预算科目",
)
"""What a reviewer must see of the notice that ``submitted`` posts."""


@pytest.fixture(scope="module")
def operator(demo_server: str) -> Reader:
    """At the desk."""
    return Reader(demo_server).sign_in("operator")


def submitted(url: str) -> str:
    """The code of a notice that waits for its review."""
    agency = Api.sign_in(url, "agency")
    criteria = [{"name": "技术", "weight": 60}, {"name": "报告", "weight": 20}]
    merit = {"method": "PROPOSAL_MERIT", "criteria": criteria, "priceWeight": 20}
    beacon = {"name": "审核用信标", "at": "2099-01-05T08:00:00Z"}
    form = merit | {
        "beacon": beacon,
        "idempotencyKey": "review-page",
        "title": "页面审核用",
        "itemCode": "ZSZJ-02-016",
        "serviceWorkingDays": 10,
    }
    case = {"caseNo": "BJ-2026-9901", "approvalItem": "海域使用权审核", "applicantCode": "91330901DEM000001N"}
    made = agency.do("postProject", "... on Project { code }", **form, requirements="一份报告", budgetLine="2026-03", case=case)
    done = agency.do("submitForReview", "... on Project { code }", code=made["code"])
    return str(done["code"])


@pytest.mark.parametrize("path", OPERATION)
def test_a_page_is_there_in_both_languages(demo_server: str, path: str) -> None:
    """With its headline; nobody without an account."""
    for lang, title in zip(("zh-CN", "en"), OPERATION[path], strict=True):
        answer = Reader(demo_server, lang).sign_in("operator").get(path)
        assert answer.status_code == 200 and headline(answer.text) == title
    assert Reader(demo_server).get(path).headers["location"].startswith("/sign-in?next=")
    refused = Reader(demo_server).sign_in("applicant").get(path)
    assert refused.status_code == 403 and "能看这一页的身份：运营机构。" in refused.text


def test_a_notice_is_sent_back_and_then_approved(demo_server: str, operator: Reader) -> None:
    """A reason is needed to send it back; approving shows the answers once more; the queue then holds it no longer."""
    code = submitted(demo_server)
    at = f"/operation/projects/{code}"
    assert code in operator.get("/operation").text
    shown = re.sub(r"</?span>", "", operator.get(at).text)
    assert [words for words in REVIEWED if words not in shown] == []
    blank = operator.send(at, "ReviewProject", code=code, approve="false")
    assert blank.status_code == 422
    asked = operator.send(at, "ReviewProject", code=code, approve="true", _check="1")
    assert asked.status_code == 200 and "通过，向所有人公布" in asked.text and code in operator.get("/operation").text
    assert operator.send(at, "ReviewProject", code=code, approve="true").headers["location"] == "/operation"
    after = operator.get("/operation").text
    assert code not in after and "审核结论已记下。" in after
    twice = operator.send(at, "ReviewProject", code=code, approve="true")
    assert twice.status_code == 422
    assert operator.get("/operation/projects/XM-0").status_code == 404


def test_who_practises_where_and_who_supervises_what(demo_server: str, operator: Reader) -> None:
    """A practitioner's code is shown to hand on, its intermediary then names it in a quote; who left cannot be named any more."""
    at = "/operation/parties/practitioner"
    form = {"organisationCode": people.of("intermediary2"), "name": "王工", "title": "注册测绘师", "certificateNo": "C-1"}
    wrong = operator.send(at, "RegisterPractitioner", **form, idNumber="330902199001010010")
    assert wrong.status_code == 422 and "身份证" in wrong.text
    body = "33090219900101001"
    done = operator.send(at, "RegisterPractitioner", **form, idNumber=body + ric.calc_check_digit(body + "0"))
    code = re.search(r'class="receipt">([^<]+)<', done.text)
    assert done.status_code == 200 and code is not None
    own = Reader(demo_server).sign_in("intermediary2")
    assert code[1] in own.get("/my/profile").text
    assert operator.send("/operation/parties/left", "EndPractitioner", code=code[1]).status_code == 303
    assert code[1] not in own.get("/my/profile").text
    office = people.of("regulator")
    region = {"organisationCode": office, "departments": "ZS-ZRZY", "regions": "330902"}
    assert operator.send("/operation/parties/jurisdiction", "SetJurisdiction", **region).status_code == 303
    assert "330902" in operator.get("/operation/parties/jurisdiction").text
    assert operator.send("/operation/parties/jurisdiction", "SetJurisdiction", **region | {"regions": "舟山"}).status_code == 422
    assert operator.send("/operation/parties/jurisdiction", "SetJurisdiction", organisationCode=office).status_code == 303


def test_a_member_is_let_go(operator: Reader) -> None:
    """Not the only administrator; whoever is no member is named so."""
    at = "/operation/parties/leave"
    last = operator.send(at, "EndMembership", organisationCode=people.of("agency"), login="agency")
    assert last.status_code == 422 and "管理员" in last.text
    member = {"organisationCode": people.of("agency"), "login": "leaving", "displayName": "小走", "role": "AGENCY"}
    assert operator.send("/operation/parties/member", "AddMember", **member).status_code == 303
    gone = {"organisationCode": member["organisationCode"], "login": "leaving"}
    assert operator.send(at, "EndMembership", **gone).status_code == 303
    assert operator.send(at, "EndMembership", **gone).status_code == 422


def test_an_avoidance_is_recorded_and_lifted_by_another(demo_server: str, operator: Reader) -> None:
    """By the agency itself, after the answers were shown once more; each side reads it, a stranger does not; the operator lifts it."""
    agency, stranger = Reader(demo_server).sign_in("agency"), Reader(demo_server).sign_in("intermediary3")
    named = Reader(demo_server).sign_in("intermediary5")
    form = {"agencyCode": people.of("agency"), "intermediaryCode": people.of("intermediary5"), "ground": "OTHER_INTEREST"}
    blank = agency.send("/my/avoidances", "RecordAvoidance", **form)
    assert blank.status_code == 422 and "从哪一天起" in blank.text
    form |= {"reason": "页面用的理由", "since": "2026-01-01", "until": "2026-01-31"}
    asked = agency.send("/my/avoidances", "RecordAvoidance", **form, _check="1")
    assert "请核对" in asked.text and "页面用的理由" not in agency.get("/my/avoidances").text
    assert agency.send("/my/avoidances", "RecordAvoidance", **form).status_code == 303
    assert "页面用的理由" in named.get("/my/avoidances").text and "页面用的理由" not in stranger.get("/my/avoidances").text
    code = re.search(r'name="code" value="(HB-[^"]+)"', operator.get("/operation/avoidances").text)
    assert code is not None
    assert operator.send("/operation/avoidances", "LiftAvoidance", code=code[1]).status_code == 422
    assert operator.send("/operation/avoidances", "LiftAvoidance", code=code[1], reason="已脱钩").status_code == 303
    assert "已脱钩" in named.get("/my/avoidances").text
    assert Reader(demo_server).sign_in("applicant").get("/my/avoidances").status_code == 403


def test_strangers_cannot_decide(demo_server: str, operator: Reader) -> None:
    """The agency may read its own project there, and is refused when it approves: it waits as before."""
    query = "{ projects(filter: {state: [UNDER_REVIEW], mine: true}) { edges { node { code } } } }"
    code = str(Api.sign_in(demo_server, "agency")(query)["projects"]["edges"][0]["node"]["code"])
    agency = Reader(demo_server).sign_in("agency")
    answer = agency.send(f"/operation/projects/{code}", "ReviewProject", code=code, approve="true")
    assert answer.status_code == 403 and code in operator.get("/operation").text


def test_an_account_begins_with_a_link_that_is_shown_once(operator: Reader) -> None:
    """Registered, member added, link issued; the secret stands on that page alone."""
    new = operator.send("/operation/parties/register", "RegisterOrganisation", name="示例新企业", kind="ENTERPRISE", code="1")
    assert new.status_code == 422 and "18" in new.text
    code = "91330901DEM000001N"
    member = {"organisationCode": code, "login": "newcomer", "displayName": "小新", "role": "APPLICANT"}
    added = operator.send("/operation/parties/member", "AddMember", **member)
    assert added.status_code == 303, added.text
    link = operator.send("/operation/parties/link", "IssueAccessLink", organisationCode=code, login="newcomer")
    assert link.status_code == 200 and "链接只显示这一次" in link.text and link.headers["cache-control"] == "no-store"
    assert "链接只显示这一次" not in operator.get("/operation/parties/link").text


def test_a_mandate_is_given_used_and_taken_back(demo_server: str) -> None:
    """The applicant names the helper; the helper starts for it, its name always in sight; revoked, it is over at once."""
    applicant, helper = Reader(demo_server).sign_in("applicant"), Reader(demo_server).sign_in("helper")
    page = applicant.get("/my/mandates")
    assert headline(page.text) == "委托帮代办员" and "没有。谁也不能替您办事。" in page.text
    mine = {"principalCode": hidden(page.text, "principalCode"), "helperLogin": "helper"}
    past = applicant.send("/my/mandates", "GrantMandate", **mine, untilOn="2020-01-01", evidence="本人网上委托")
    assert past.status_code == 422 and "本人网上委托" in past.text
    granted = applicant.send("/my/mandates", "GrantMandate", **mine, untilOn="2099-01-01", evidence="本人网上委托")
    assert granted.status_code == 303 and "帮代办员阿芳" in applicant.get("/my/mandates").text
    desk = helper.get("/helper").text
    assert "示例蓝湾水产有限公司" in desk and ISLANDER in desk
    place = hidden(desk, "organisationCode")
    started = helper.send("/helper", "ActFor", organisationCode=place, onBehalfOf=mine["principalCode"])
    assert started.headers["location"] == "/helper"
    acting = helper.get("/helper").text
    assert "正在代 示例蓝湾水产有限公司（虚构） 办理" in acting and "由本人" in acting
    assert applicant.send("/my/mandates", "RevokeMandate", **mine).status_code == 303
    assert helper.get("/helper").status_code == 303
    over = Reader(demo_server).sign_in("helper")
    assert over.send("/helper", "ActFor", organisationCode=place, onBehalfOf=mine["principalCode"]).status_code in (403, 422)
    assert "示例蓝湾水产" not in over.get("/helper").text


def test_mandates_are_for_those_whom_they_concern(demo_server: str) -> None:
    """The operator and regulators have none of their own."""
    query = "{ viewer { mandates { helperLogin } } }"
    for login in ("operator", "regulator", "intermediary1"):
        assert Api.sign_in(demo_server, login)(query)["viewer"]["mandates"] == []
    assert Api(demo_server)(query)["viewer"] is None


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_helpers_desk_speaks_both_languages(demo_server: str, lang: str) -> None:
    """And so does the applicants' page of mandates."""
    for login, path in (("helper", "/helper"), ("applicant", "/my/mandates")):
        answer = Reader(demo_server, lang).sign_in(login).get(path)
        assert answer.status_code == 200 and f'<html lang="{lang}"' in answer.text


def test_every_limit_of_the_rulebook_is_shown_in_words(operator: Reader) -> None:
    """Each row with its source; no name without words, no words without a row."""
    page = operator.get("/operation/rulebook").text
    assert {name for names in settings.ABOUT.values() for name in names} == {row.name for row in rulebook.default().settings}
    assert "中选公示多久" in page and "10 秒" in page and "演示" in page


def test_an_edition_says_what_it_changed(demo_server: str, operator: Reader) -> None:
    """The first brought everything; one that is not there is no page."""
    assert 'href="/operation/catalogue/1"' in operator.get("/operation/catalogue").text
    assert "这是第一版，120 项" in operator.get("/operation/catalogue/1").text
    assert Reader(demo_server, "en").sign_in("operator").get("/operation/catalogue/1").status_code == 200
    assert [operator.get(f"/operation/catalogue/{number}").status_code for number in ("9", "x")] == [404, 400]
