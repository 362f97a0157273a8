"""Framework agreements by page: set up, reviewed, entered, decided, called off from; who may not, and what is refused in words."""

import re
from datetime import datetime, timedelta

import pytest

from market.clock import SHANGHAI
from market.demo import people
from tests.web import own_world
from tests.web.browser_session import Reader, headline, hidden

demo_server = own_world.demo_server

ITEM = "ZSZJ-02-016"
LANGUAGES = [("zh-CN", "框架协议名录"), ("en", "Framework agreements")]


def form(reader: Reader, **changes: str | list[str]) -> dict[str, str | list[str]]:
    """A complete one, with the key of a fresh page."""
    ends = (datetime.now(SHANGHAI) + timedelta(days=300)).strftime("%Y-%m-%dT%H:%M")
    key = hidden(reader.get("/frameworks/new").text, "idempotencyKey")
    filled = {"idempotencyKey": key, "title": "海域论证评审框架", "itemCodes": [ITEM], "requirements": "三年内无不良记录"}
    return filled | {"callOff": "ROTATION", "ceiling": "50,000", "endsAt": ends} | changes


def posted(url: str, **changes: str | list[str]) -> str:
    """The address of one that the agency has posted."""
    agency = Reader(url).sign_in("agency")
    answer = agency.send("/frameworks/new", "PostFramework", **form(agency, **changes))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def opened(url: str, **changes: str | list[str]) -> str:
    """And the operator has approved."""
    at = posted(url, **changes)
    done = Reader(url).sign_in("operator").send(at, "ReviewFramework", approve="true")
    assert done.status_code == 303, done.text
    return at


def admitted(url: str, at: str, *numbers: int) -> None:
    """These intermediaries apply and are admitted."""
    agency = Reader(url).sign_in("agency")
    for number in numbers:
        login = f"intermediary{number}"
        assert Reader(url).sign_in(login).send(at, "EnterFramework").status_code == 303
        decided = agency.send(at, "DecideEntry", memberCode=people.of(login), admit="true")
        assert decided.status_code == 303, decided.text


@pytest.mark.parametrize(("lang", "title"), LANGUAGES)
def test_the_list_is_for_everybody(demo_server: str, lang: str, title: str) -> None:
    """In both languages, with the open ones; nothing found says what next; a value that cannot be is a 400."""
    at = opened(demo_server)
    reader = Reader(demo_server, lang)
    page = reader.get("/frameworks?openOnly=true")
    assert page.status_code == 200 and headline(page.text) == title and f'href="{at}"' in page.text
    assert 'class="empty"' in reader.get("/frameworks?search=没有这样的").text
    assert reader.get("/frameworks?openOnly=maybe").status_code == 400
    shown = reader.get(at)
    assert shown.status_code == 200 and "海域论证评审框架" in shown.text and "¥50,000" in shown.text
    assert reader.get("/frameworks/KJ-0").status_code == 404


def test_who_may_set_one_up(demo_server: str) -> None:
    """Agencies and the operator; a stranger is led to the door, an applicant and an intermediary are told."""
    assert Reader(demo_server).get("/frameworks/new").headers["location"].startswith("/sign-in?next=")
    for login, status in {"agency": 200, "operator": 200, "applicant": 403, "intermediary1": 403}.items():
        assert Reader(demo_server).sign_in(login).get("/frameworks/new").status_code == status
    english = Reader(demo_server, "en").sign_in("operator").get("/frameworks/new?itemClass=MANDATORY")
    assert english.status_code == 200 and "ZSZJ-05-002" in english.text and ITEM not in english.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "请填写这一项"),
        ({"itemCodes": []}, "请填写这一项"),
        ({"ceiling": ""}, "写明每次选取的最高价格"),
        ({"endsAt": "2020-01-01T00:00"}, "时间已过"),
        ({"itemCodes": ["ZSZJ-05-002"]}, "行政机关委托"),
    ],
)
def test_what_cannot_be_is_refused_in_words(demo_server: str, changes: dict[str, str | list[str]], said: str) -> None:
    """422, everything still typed and ticked."""
    agency = Reader(demo_server).sign_in("agency")
    page = agency.send("/frameworks/new", "PostFramework", **form(agency, **changes))
    assert page.status_code == 422 and said in page.text and "三年内无不良记录" in page.text, page.text


def test_the_answers_are_looked_over_before_it_is_posted(demo_server: str) -> None:
    """With the items by name; then only those concerned see it until it is approved, never by the one who posted it."""
    agency = Reader(demo_server).sign_in("agency")
    checked = agency.send("/frameworks/new", "PostFramework", _check="1", **form(agency))
    assert checked.status_code == 200 and "海域使用论证报告评审" in checked.text and "50,000" in checked.text
    at, operator = posted(demo_server), Reader(demo_server).sign_in("operator")
    assert Reader(demo_server).get(at).status_code == 404 and "正在审核" in agency.get(at).text
    assert f'href="{at}"' in operator.get("/operation").text
    assert operator.send(at, "ReviewFramework", approve="false").status_code == 422
    assert operator.send(at, "ReviewFramework", approve="false", note="条件太窄").status_code == 303
    assert "条件太窄" in agency.get(at).text
    assert agency.send(at, "ReviewFramework", approve="true").status_code == 422


def test_an_intermediary_enters_is_admitted_and_leaves(demo_server: str) -> None:
    """The application waits in public; refused with a reason that stands there, it has to wait; another is admitted, leaves."""
    at, own = opened(demo_server), people.of("intermediary1")
    one, agency = Reader(demo_server).sign_in("intermediary1"), Reader(demo_server).sign_in("agency")
    assert one.send(at, "EnterFramework").status_code == 303
    assert "已申请，等待决定" in one.get(at).text and "等待决定的申请" in Reader(demo_server).get(at).text
    assert one.send(at, "EnterFramework").status_code == 422
    assert agency.send(at, "DecideEntry", memberCode=own, admit="false").status_code == 422
    seen = agency.send(at, "DecideEntry", _check="1", memberCode=own, admit="false", reason="有不良记录")
    assert seen.status_code == 200 and people.name_of("intermediary1") in seen.text
    assert agency.send(at, "DecideEntry", memberCode=own, admit="false", reason="有不良记录").status_code == 303
    assert "有不良记录" in Reader(demo_server).get(at).text
    soon = one.send(at, "EnterFramework")
    assert soon.status_code == 422 and 'role="alert"' in soon.text
    admitted(demo_server, at, 2)
    two = Reader(demo_server).sign_in("intermediary2")
    assert "入围机构 1 家" in Reader(demo_server).get(at).text and "已入围" in two.get(at).text
    assert "确认退出" in two.send(at, "LeaveFramework", _check="1").text
    assert two.send(at, "LeaveFramework").status_code == 303
    assert "还没有入围机构" in Reader(demo_server).get(at).text


def test_strangers_decide_nothing(demo_server: str) -> None:
    """Another than the owner is refused; whoever has not signed in goes to the door with the form kept."""
    at = opened(demo_server)
    assert Reader(demo_server).sign_in("intermediary2").send(at, "EnterFramework").status_code == 303
    for login in ("applicant", "intermediary3"):
        refused = Reader(demo_server).sign_in(login).send(at, "DecideEntry", memberCode=people.of("intermediary2"), admit="true")
        assert refused.status_code == 422
    assert Reader(demo_server).send(at, "EnterFramework").status_code == 401
    assert "入围机构 0 家" in Reader(demo_server).get(at).text


def test_a_need_is_called_off_from_it(demo_server: str) -> None:
    """The posting form has the framework's way and limit; who is not a member is told so and quotes nothing."""
    at = opened(demo_server)
    admitted(demo_server, at, 1, 2, 3)
    agency, code = Reader(demo_server).sign_in("agency"), at.rsplit("/", 1)[1]
    [link] = re.findall(rf'href="(/my/projects/new/{ITEM}\?framework={code})"', agency.get(at).text)
    page = agency.get(link)
    assert page.status_code == 200 and hidden(page.text, "method") == "ROTATION" and "每次不超过 ¥50,000" in page.text
    assert agency.get(f"/my/projects/new/{ITEM}?framework=KJ-0").status_code == 404
    need = {"idempotencyKey": hidden(page.text, "idempotencyKey"), "framework": code, "method": "ROTATION", "title": "轮候一次"}
    need |= {"serviceWorkingDays": "10", "purpose": "APPROVAL", "budgetLine": "2026-03", "case.caseNo": "BJ-2026-7701"}
    need |= {"case.approvalItem": "海域使用权审核", "case.applicantCode": people.of("applicant")}
    assert agency.send(link, "PostProjectNow", **need, ceiling="60000").status_code == 422
    done = agency.send(link, "PostProjectNow", **need, ceiling="40000")
    assert done.status_code == 303, done.text
    mine = done.headers["location"]
    assert agency.send(mine, "SubmitProject", code=mine.rsplit("/", 1)[1]).status_code == 303
    project = mine.rsplit("/", 1)[1]
    operator = Reader(demo_server).sign_in("operator")
    assert operator.send(f"/operation/projects/{project}", "ReviewProject", code=project, approve="true").status_code == 303
    assert f'href="/projects/{project}"' in Reader(demo_server).get(at).text
    assert f'href="{at}"' in Reader(demo_server).get(f"/projects/{project}").text
    outside, inside = (Reader(demo_server).sign_in(f"intermediary{n}").get(f"/projects/{project}/quote").text for n in (6, 1))
    assert "只有公告之前已经入围的机构能报价" in outside and 'name="amount"' not in outside and 'name="amount"' in inside
    assert project not in Reader(demo_server).sign_in("intermediary6").get("/my/quotes").text
    assert project in Reader(demo_server).sign_in("intermediary1").get("/my/quotes").text
