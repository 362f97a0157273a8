"""The pages of intermediaries on a real server: who may read them, what they say, what they refuse in words."""

import re
from datetime import datetime, timedelta

import pytest

from market.clock import SHANGHAI
from tests.contest import new_code
from tests.web import own_world
from tests.web.api import Api
from tests.web.browser_session import Reader, headline, hidden
from tests.web.test_main_job import published

demo_server = own_world.demo_server

PAGES = ["/my/quotes", "/my/contracts", "/my/profile"]
LANGUAGES = ["zh-CN", "en"]


def notice(url: str, **about: object) -> str:
    """A notice of the applicant's, open for a day."""
    cast = {who: Api.sign_in(url, who) for who in ("applicant", "operator")}
    closes_at = (datetime.now(SHANGHAI) + timedelta(days=1)).isoformat()
    return str(published(cast, "applicant", **{"itemCode": "ZSZJ-01-001", "toldNotObliged": True, "closesAt": closes_at} | about))


def filled(reader: Reader, path: str) -> dict[str, str]:
    """What a browser sends along of a fresh form."""
    return {"idempotencyKey": hidden(reader.get(path).text, "idempotencyKey"), "serviceWorkingDays": "15"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_for_intermediaries(demo_server: str, path: str, language: str) -> None:
    """Others are led to the door or refused with a page; no inline script or style."""
    page = Reader(demo_server, language).sign_in("intermediary2").get(path)
    assert page.status_code == 200 and f'<html lang="{language}"' in page.text
    assert "style=" not in page.text and "<script>" not in page.text
    assert Reader(demo_server).get(path).status_code == 303
    assert Reader(demo_server).sign_in("regulator").get(path).status_code == 403


def test_the_desk_shows_what_one_may_quote_for_and_what_one_has_quoted(demo_server: str) -> None:
    """The bidder's own alone: nobody else sees that there is a quote."""
    code = notice(demo_server, title="工作台试验")
    reader, other = Reader(demo_server).sign_in("intermediary5"), Reader(demo_server).sign_in("intermediary4")
    assert f'href="/projects/{code}/quote">报价' in reader.get("/my/quotes").text
    path = f"/projects/{code}/quote"
    assert reader.send(path, "SubmitQuote", amount="51000", **filled(reader, path)).status_code == 303
    desk, others = reader.get("/my/quotes").text, other.get("/my/quotes").text
    assert f'href="/projects/{code}/quote">看回执' in desk and f'href="/projects/{code}/quote">看回执' not in others
    assert "51,000" in reader.get(path).text and "51,000" not in other.get(path).text


def test_what_one_lacks_is_said(demo_server: str) -> None:
    """An intermediary without qualifications sees which one each notice asks for; the form is not offered."""
    url, code = demo_server, notice(demo_server, itemCode="ZSZJ-05-002", toldNotObliged=False)
    operator = Api.sign_in(url, "operator")
    new = operator.do(
        "registerOrganisation", "... on Organisation { code }", name="新来的机构", kind="INTERMEDIARY", code=new_code()
    )
    assert new["__typename"] == "Organisation", new
    member = {"organisationCode": new["code"], "login": "newcomer", "displayName": "新人", "role": "INTERMEDIARY"}
    assert operator.do("addMember", "", **member)["__typename"] == "Done"
    issue = "mutation($input: MemberInput!) { issueAccessLink(input: $input) { ... on IssuedLink { secret } } }"
    link = operator(issue, input={"organisationCode": new["code"], "login": "newcomer"})["issueAccessLink"]
    reader = Reader(url)
    reader.send("/access", "RedeemAccessLink", secret=link["secret"], newPassword="a long new password 7")
    reader.sign_in("newcomer", "a long new password 7")
    assert "缺资质：" in reader.get("/my/quotes").text
    page = reader.get(f"/projects/{code}/quote")
    assert "这个项目您不能报价" in page.text and 'name="amount"' not in page.text


@pytest.mark.parametrize(
    ("about", "typed", "said"),
    [
        ({}, {"amount": "x"}, "请把金额写成数字"),
        ({}, {"amount": ""}, "必填"),
        ({"ceiling": "60000"}, {"amount": "60000.01"}, "60000"),
        ({"ceiling": "60000", "quoting": "DISCOUNT_RATE"}, {"discountBp": "12.345"}, "请写成百分数"),
        ({"ceiling": "60000", "method": "RANDOM_DRAW"}, {"amount": "50000"}, "60,000"),
    ],
)
def test_a_quote_that_cannot_be_is_refused_in_words(
    demo_server: str, about: dict[str, str], typed: dict[str, str], said: str
) -> None:
    """422, the sentence, everything still typed, nothing stored."""
    code, reader = notice(demo_server, **about), Reader(demo_server).sign_in("intermediary6")
    path = f"/projects/{code}/quote"
    page = reader.send(path, "SubmitQuote", **filled(reader, path), **typed)
    assert page.status_code == 422 and said in page.text and 'role="alert"' in page.text, page.text
    assert all(f'value="{text}"' in page.text for text in typed.values())
    assert Api.sign_in(demo_server, "intermediary6")(
        "query($c: String!) { project(code: $c) { myQuotes { isLive } } }", c=code
    ) == {"project": {"myQuotes": []}}


def test_a_discount_rate_is_typed_in_percent(demo_server: str) -> None:
    """12.5 is 1250 basis points: 52,500 of 60,000."""
    code, reader = notice(demo_server, ceiling="60000", quoting="DISCOUNT_RATE"), Reader(demo_server).sign_in("intermediary5")
    path = f"/projects/{code}/quote"
    checked = reader.send(path, "SubmitQuote", _check="1", discountBp="１２.５", **filled(reader, path))
    assert checked.status_code == 200 and headline(checked.text) == "密封报价" and "请核对后密封" in checked.text
    assert reader.send(path, "SubmitQuote", discountBp="12.5", **filled(reader, path)).status_code == 303
    assert "¥52,500" in reader.get(path).text and "下浮 12.50%" in reader.get(path).text


def test_sent_twice_it_is_one_quote_and_withdrawn_it_is_none(demo_server: str) -> None:
    """The hidden key; then withdrawn, then nothing is left to withdraw."""
    code, reader = notice(demo_server), Reader(demo_server).sign_in("intermediary4")
    path = f"/projects/{code}/quote"
    form = filled(reader, path) | {"amount": "50000"}
    assert [reader.send(path, "SubmitQuote", **form).status_code for _ in range(2)] == [303, 303]
    assert "此前的报价" not in reader.get(path).text
    assert reader.send(path, "WithdrawQuote").status_code == 303
    assert "已撤回" in reader.get(path).text
    assert reader.send(path, "WithdrawQuote").status_code == 422


def test_after_the_deadline_both_times_are_said(demo_server: str) -> None:
    """No form, and a late one is refused."""
    rows = "query($s: [ProjectState!]) { projects(filter: {state: $s}) { edges { node { code } } } }"
    code = Api(demo_server)(rows, s=["CONTRACT_FILED"])["projects"]["edges"][0]["node"]["code"]
    reader = Reader(demo_server).sign_in("intermediary1")
    page = reader.get(f"/projects/{code}/quote")
    assert "报价已经截止" in page.text and 'name="amount"' not in page.text
    late = reader.send(f"/projects/{code}/quote", "SubmitQuote", amount="1000", serviceWorkingDays="5", idempotencyKey="a" * 22)
    assert late.status_code == 422 and "截止" in late.text


def test_what_one_has_won_is_delivered(demo_server: str) -> None:
    """From the list to the contract: looked over, recorded once; nobody else's."""
    reader = Reader(demo_server).sign_in("intermediary1")
    path = re.findall(r'href="(/my/contracts/[^"]+)"', reader.get("/my/contracts").text)[0]
    page = reader.get(path)
    assert page.status_code == 200 and "已登记的付款" in page.text
    assert reader.send(path, "RecordDelivery", deliveredOn="x").status_code == 422
    today = datetime.now(SHANGHAI).date().isoformat()
    assert "请核对交付日期" in reader.send(path, "RecordDelivery", _check="1", deliveredOn=today).text
    assert reader.send(path, "RecordDelivery", deliveredOn=today).status_code == 303
    assert "交付日期已经登记" in reader.get(path).text
    assert 'value="RecordDelivery"' not in reader.get(path).text
    assert Reader(demo_server).sign_in("intermediary6").get(path).status_code == 404


def test_money_that_went_back_is_no_payment_received(demo_server: str) -> None:
    """A refund is marked as one, and says nothing of what is left of itself; the form asks for what is still owed."""
    reader = Reader(demo_server).sign_in("intermediary1")
    paths = set(re.findall(r'href="(/my/contracts/[^"]+)"', reader.get("/my/contracts").text))
    rows = [row for path in paths for row in re.findall(r"<tr><th.*?</tr>", reader.get(path).text, re.S)]
    refunds = [row for row in rows if "<strong>退款</strong>" in row]
    assert refunds and all("¥19,500" in row and "退款后" not in row for row in refunds)
    assert any("¥19,500" not in row and "<strong>退款</strong>" not in row for row in rows)


def test_a_question_is_asked_of_an_open_notice(demo_server: str) -> None:
    """After it was shown once more; the notice leads there, everybody reads the answer, and a closed notice takes none."""
    reader, buyer = Reader(demo_server).sign_in("intermediary4"), Api.sign_in(demo_server, "applicant")
    mine = "{ projects(filter: {mine: true, state: [%s]}) { edges { node { code questions { code text } } } } }"
    code = buyer(mine % "OPEN")["projects"]["edges"][0]["node"]["code"]
    at = f"/projects/{code}/question"
    assert f'href="{at}"' in Reader(demo_server).get(f"/projects/{code}").text
    assert reader.send(at, "AskQuestion", text=" ").status_code == 422
    asked = reader.send(at, "AskQuestion", text="页面用的问题", _check="1")
    assert "请核对问题" in asked.text
    done = reader.send(at, "AskQuestion", text="页面用的问题")
    assert done.headers["location"] == f"/projects/{code}" and "问题已交给委托方" in reader.get(f"/projects/{code}").text
    assert reader.send(at, "AskQuestion", text="又一个").status_code == 422
    rows = next(edge["node"]["questions"] for edge in buyer(mine % "OPEN")["projects"]["edges"] if edge["node"]["code"] == code)
    question = next(row["code"] for row in rows if row["text"] == "页面用的问题")
    buyer.do("answerQuestion", "... on Question { code }", code=question, answer="页面用的答复")
    assert "页面用的答复" in Reader(demo_server).get(f"/projects/{code}").text
    closed = buyer(mine % "CONTRACT_FILED")["projects"]["edges"][0]["node"]["code"]
    assert "现在不能提问" in reader.get(f"/projects/{closed}/question").text
    assert reader.send(f"/projects/{closed}/question", "AskQuestion", text="晚了").status_code == 422
    assert Reader(demo_server).get(at).status_code == 303


def test_who_will_do_the_work_is_ticked(demo_server: str) -> None:
    """A practitioner of one's own, shown before the quote is sealed and then by its code."""
    reader = Reader(demo_server).sign_in("intermediary1")
    person = re.search(r'name="practitioners" value="([^"]+)"', _quote_page(demo_server, reader))
    assert person is not None and "示例工程师" in reader.get("/my/profile").text


def _quote_page(url: str, reader: Reader) -> str:
    """Of an open notice whose quotes the platform keeps."""
    query = "{ projects(filter: {state: [OPEN]}) { edges { node { code sealMode framework { code } } } } }"
    nodes = [edge["node"] for edge in Api(url)(query)["projects"]["edges"]]
    code = next(node["code"] for node in nodes if node["sealMode"] == "ESCROWED" and not node["framework"])
    return reader.get(f"/projects/{code}/quote").text


def test_an_award_of_ones_own_is_shown_to_oneself(demo_server: str) -> None:
    """With the contract's form where it is confirmed; another bidder gets 404, and may object while it stands."""
    reader, other = Reader(demo_server).sign_in("intermediary2"), Reader(demo_server).sign_in("intermediary1")
    paths = re.findall(r'href="(/my/awards/[^"]+)"', reader.get("/my/contracts").text)
    shown = [reader.get(path) for path in paths]
    assert shown and all(page.status_code == 200 and "放弃中选" in page.text for page in shown)
    assert other.get(paths[0]).status_code == 404
    refused = reader.send(paths[0], "DeclineAward", reason=" ")
    assert refused.status_code == 422 and 'role="alert"' in refused.text
    objection = f"/projects/{paths[0].rsplit('/', 1)[1]}/objection"
    assert other.get(objection).status_code == 200 and Reader(demo_server).get(objection).status_code == 303
