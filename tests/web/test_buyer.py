"""The pages of applicants and agencies: what each sees first, posting, and what a form says when something is wrong."""

import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from html import unescape
from secrets import token_urlsafe

import pytest

from tests.unit.einvoices import made
from tests.web import own_world
from tests.web.api import Api
from tests.web.browser_session import Reader, headline, hidden

demo_server = own_world.demo_server

MANDATORY, AGENCY_PAYS, CHOICE, CANCELLED = "ZSZJ-05-002", "ZSZJ-02-016", "ZSZJ-01-001", "ZSZJ-08-001"
OWN = "query($mine: Boolean!) { projects(filter: {mine: $mine}, first: 100) { edges { node { code title state } } } }"
NEED = {
    "title": "新码头安全评价",
    "serviceWorkingDays": "20",
    "purpose": "APPROVAL",
    "method": "LOWEST_PRICE",
    "quoting": "AMOUNT",
}
PAID = "query($code: String!) { project(code: $code) { award { contract { amount paid } } } }"
ZHOUSHAN = timezone(timedelta(hours=8))
COMMISSION = NEED | {
    "case__caseNo": "BJ-2026-0901",
    "case__approvalItem": "海域使用权审核",
    "case__applicantCode": "91330901DEM000001N",
    "budgetLine": "2026-审批技术服务-03",
}


@pytest.fixture
def applicant(demo_server: str) -> Reader:
    """At the pages."""
    return Reader(demo_server).sign_in("applicant")


@pytest.fixture
def agency(demo_server: str) -> Reader:
    """At the pages."""
    return Reader(demo_server).sign_in("agency")


def posted(reader: Reader, item: str, **fields: str) -> str:
    """Post by the form, checked first; the new project's code."""
    path = f"/my/projects/new/{item}"
    checked = reader.send(path, "PostProjectNow", idempotencyKey=token_urlsafe(), _check="1", **fields)
    assert checked.status_code == 200 and 'class="checking"' in checked.text, checked.text
    carried = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', checked.text.split('class="checking"')[1])
    done = reader.send(path, "PostProjectNow", **{name: unescape(text) for name, text in carried})
    assert done.status_code == 303, done.text
    return done.headers["location"].rpartition("/")[2]


def project(server: str, login: str, state: str) -> str:
    """The code of an own one in that state."""
    edges = Api.sign_in(server, login)(OWN, mine=True)["projects"]["edges"]
    return next(str(edge["node"]["code"]) for edge in edges if edge["node"]["state"] == state)


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("login", ["applicant", "agency"])
def test_every_page_of_a_buyer_renders(demo_server: str, login: str, lang: str) -> None:
    """In both languages: the desk, the choice, each kind of item, and an own project in every state."""
    reader = Reader(demo_server, lang).sign_in(login)
    edges = Api.sign_in(demo_server, login)(OWN, mine=True)["projects"]["edges"]
    paths = ["/my", "/my/projects/new", "/my/projects/new?search=zzz"]
    paths += [f"/my/projects/new/{item}" for item in (MANDATORY, AGENCY_PAYS, CHOICE, CANCELLED)]
    for edge in edges:
        paths += [f"/my/projects/{edge['node']['code']}", f"/my/projects/{edge['node']['code']}/change"]
    paths += ["/my/fees", "/my/fees?onlyUnowed=true"] if login == "applicant" else []
    paths += ["/my/payments", "/my/payments?flagged=true", "/my/explanations"]
    lists = reader.get("/my/explanations").text + reader.get("/my/payments").text
    paths += sorted(set(re.findall(r'href="(/my/(?:fees|explanations)/[^"]+)"', lists)))
    filed = [edge["node"]["code"] for edge in edges if edge["node"]["state"] == "CONTRACT_FILED"]
    paths += [f"/my/projects/{code}/pay" for code in filed]
    assert [(path, reader.get(path).status_code) for path in paths] == [(path, 200) for path in paths]


def test_who_has_nothing_yet_is_led_to_a_choice(demo_server: str) -> None:
    """A party without projects: one sentence and where to begin."""
    page = Reader(demo_server).sign_in("helper").get("/my").text
    assert "选一个事项开始" in page and "没有等您办的事" in page


def test_the_desk_says_what_waits(applicant: Reader, agency: Reader) -> None:
    """A draft, a contract to file; for the agency an explanation with its last day."""
    assert "草稿还没有提交" in applicant.get("/my").text
    assert "监管部门请您说明" in agency.get("/my").text and "最晚" in agency.get("/my").text


@pytest.mark.parametrize(
    ("login", "item", "words"),
    [
        ("applicant", AGENCY_PAYS, "这项由部门付费，您不用委托"),
        ("applicant", CANCELLED, "这项已经取消，谁也不能要您去做"),
        ("agency", MANDATORY, "这项由申请人自己委托，部门不能代办"),
    ],
)
def test_an_item_that_one_may_not_commission_stops_there(demo_server: str, login: str, item: str, words: str) -> None:
    """No form, the law, and where to complain."""
    page = Reader(demo_server).sign_in(login).get(f"/my/projects/new/{item}").text
    assert headline(page) == words and 'value="PostProjectNow"' not in page


def test_who_need_not_buy_must_say_that_it_knows(applicant: Reader) -> None:
    """422 with the words of the law, and what was typed is still there."""
    refused = applicant.send(f"/my/projects/new/{CHOICE}", "PostProjectNow", idempotencyKey="told", **NEED)
    assert refused.status_code == 422 and "新码头安全评价" in refused.text and 'role="alert"' in refused.text
    assert applicant.get(f"/my/projects/{posted(applicant, CHOICE, toldNotObliged='true', **NEED)}").status_code == 200


def test_a_need_with_mistakes_comes_back_with_each_beside_its_field(applicant: Reader) -> None:
    """422: nothing missing, numbers that are numbers."""
    wrong = applicant.send(
        f"/my/projects/new/{MANDATORY}", "PostProjectNow", title="", serviceWorkingDays="很快", idempotencyKey="w"
    )
    assert wrong.status_code == 422 and "请填写这一项" in wrong.text and "很快" in wrong.text and 'id="title-wrong"' in wrong.text


def test_a_draft_is_changed_submitted_and_withdrawn(applicant: Reader) -> None:
    """Each step by its form; what is over is over."""
    code = posted(applicant, MANDATORY, **NEED)
    path = f"/my/projects/{code}"
    version = hidden(applicant.get(f"{path}/change").text, "seenVersion")
    changed = applicant.send(
        f"{path}/change", "AmendProject", code=code, seenVersion=version, title="新码头安全评价（改）", reason="写清楚"
    )
    assert changed.status_code == 303 and changed.headers["location"] == path
    assert "narrowReason" not in applicant.get(path).text.split('class="railed"')[1].split("</section>")[0]
    long = applicant.send(path, "SubmitProject", code=code, narrowReason="理" * 501)
    assert long.status_code == 422 and 'id="narrowReason"' in long.text and "理" * 501 in long.text
    assert applicant.send(path, "SubmitProject", code=code).status_code == 303
    page = applicant.get(path).text
    assert "已提交审核" in page and "新码头安全评价（改）" in page and "运营人员正在审核" in page
    assert "现在不能改了" in applicant.get(f"{path}/change").text
    assert applicant.send(path, "WithdrawProject", code=code, reason="").status_code == 422
    assert applicant.send(path, "WithdrawProject", code=code, reason="停建").status_code == 303
    assert applicant.send(path, "SubmitProject", code=code).status_code == 422


def test_an_agency_posts_what_it_must_pay(agency: Reader) -> None:
    """With case and budget line; without them each is named."""
    wrong = agency.send(f"/my/projects/new/{AGENCY_PAYS}", "PostProjectNow", idempotencyKey="a", **NEED)
    assert wrong.status_code == 422 and 'id="budgetLine-wrong"' in wrong.text
    page = agency.get(f"/my/projects/{posted(agency, AGENCY_PAYS, **COMMISSION)}").text
    assert "2026-审批技术服务-03" in page and "BJ-2026-0901" in page


def test_a_failed_round_is_posted_again_with_what_it_said(demo_server: str, agency: Reader) -> None:
    """From its page: the form holds the earlier text and names the round."""
    query = '{ projects(filter: {state: [UNSUCCESSFUL], search: "示例湾 5 号"}) { edges { node { code } } } }'
    code = Api(demo_server)(query)["projects"]["edges"][0]["node"]["code"]
    [again] = re.findall(r'href="(/my/projects/new/[^"]+)"', agency.get(f"/my/projects/{code}").text)
    page = agency.get(unescape(again)).text
    assert hidden(page, "previousRound") == code and "示例湾 5 号海域使用论证报告评审" in page


def test_an_award_is_confirmed_and_its_contract_filed(demo_server: str, agency: Reader) -> None:
    """The answers once more before each; a contract is filed once."""
    path = f"/my/projects/{project(demo_server, 'agency', 'STANDSTILL')}"
    assert 'class="checking"' in agency.send(path, "ConfirmAward", _check="1").text
    assert agency.send(path, "ConfirmAward").status_code == 303
    page = agency.get(path).text
    terms = {name: hidden(page, name) for name in ("amount", "supplierCode", "itemCode")}
    early = agency.send(path, "FileContract", **terms, signedOn="2020-01-01", dueOn="2026-12-31")
    assert early.status_code == 422 and "错误：" in early.text
    today = datetime.now(ZHOUSHAN).date().isoformat()
    assert agency.send(path, "FileContract", **terms, signedOn=today, dueOn="2099-12-31").status_code == 303
    page = agency.get(path).text
    assert "合同已备案" in page and "等机构交付" in page and f"{path}/pay" in page


def test_a_stranger_has_no_page_here(demo_server: str, agency: Reader) -> None:
    """404 for another's project, the door for who has not signed in."""
    code = project(demo_server, "applicant", "CONTRACT_FILED")
    assert agency.get(f"/my/projects/{code}").status_code == 404
    answer = Reader(demo_server).get("/my/projects/new")
    assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
    assert agency.get("/my/projects/XM-0/questions/TW-0").status_code == 404


def test_a_question_is_answered_on_its_own_page(demo_server: str, applicant: Reader) -> None:
    """From the desk; once answered, it is read, not answered again."""
    code = project(demo_server, "applicant", "OPEN")
    ask = "mutation($i: AskQuestionInput!) { askQuestion(input: $i) { ... on Question { code } } }"
    asked = Api.sign_in(demo_server, "intermediary2")(ask, i={"projectCode": code, "text": "成果要几份？"})["askQuestion"]["code"]
    path = f"/my/projects/{code}/questions/{asked}"
    assert path in applicant.get("/my").text and "成果要几份？" in applicant.get(path).text
    assert applicant.send(path, "AnswerQuestion", answer="").status_code == 422
    assert applicant.send(path, "AnswerQuestion", answer="三份。").status_code == 303
    assert "答：<span>三份。</span>" in applicant.get(path).text and path not in applicant.get("/my").text


def test_a_payer_who_need_not_pay_is_warned_before_it_is_recorded(demo_server: str, applicant: Reader, agency: Reader) -> None:
    """The contract names who owes; another payer is asked twice, and what is recorded then is judged at once."""
    path = f"/my/projects/{project(demo_server, 'agency', 'CONTRACT_FILED')}/pay"
    notice = path.removeprefix("/my").removesuffix("/pay")
    for way in ("/my/fees", notice):
        assert f'href="{path}"' in applicant.get(way).text, "who was made to pay is led here"
    assert f'href="{path}"' not in agency.get(notice).text + Reader(demo_server).get(notice).text
    page = applicant.get(path).text
    assert "该由<span>示例市海洋局（虚构）</span>付" in page
    fields = {name: hidden(page, name) for name in ("idempotencyKey", "contractNo", "payeeCode")}
    fields |= {"payerCode": "91330901DEM000001N", "amount": "1,000 元", "paidOn": datetime.now(ZHOUSHAN).date().isoformat()}
    fields |= {"channel": "BANK_TRANSFER", "grade": "BANK"}
    asked = applicant.send(path, "RecordFee", _check="1", **fields)
    assert asked.status_code == 200 and "付款的不是该付的人" in asked.text
    assert applicant.send(path, "RecordFee", **fields).status_code == 422, "a bank's evidence needs its number"
    done = applicant.send(path, "RecordFee", **fields, voucherNo="BANK-1")
    assert done.status_code == 303 and "付款已登记" in (told := applicant.get(done.headers["location"]).text)
    assert "机关委托的服务由申请人付费" in told
    assert done.headers["location"] in applicant.get("/my/fees?onlyUnowed=true").text
    assert done.headers["location"] in agency.get("/my/payments").text


def test_who_has_paid_is_led_to_record_it(demo_server: str, applicant: Reader) -> None:
    """From the answer to 'is this charge lawful?', over the door where nobody has signed in."""
    answer = Reader(demo_server).get("/who-pays?code=ZSZJ-02-016&paid=true").text
    assert 'href="/my/fees#record">登记我付的这笔钱' in answer and "登录后登记" in answer
    assert "登记我付的这笔钱" not in Reader(demo_server).get("/who-pays?code=ZSZJ-02-016").text
    assert (
        'id="record"' in applicant.get("/my/fees").text
        and "登录后登记" not in applicant.get("/who-pays?code=ZSZJ-02-016&paid=true").text
    )
    count = "{ projects(filter: { ofMyCase: true }) { totalCount } }"
    seen = [
        Api.sign_in(demo_server, login)(count)["projects"]["totalCount"] for login in ("applicant", "agency", "intermediary1")
    ]
    assert seen[0] > 0 and [*seen[1:], Api(demo_server)(count)["projects"]["totalCount"]] == [0, 0, 0], (
        "a case is its applicant's alone"
    )


def test_what_is_still_to_be_paid_is_said_and_typed_in(demo_server: str, agency: Reader) -> None:
    """The rest of the price on the project's page and in the form; a paid contract asks for nothing; the agency pays itself."""
    own = project(demo_server, "agency", "CONTRACT_FILED")
    page, form = agency.get(f"/my/projects/{own}").text, agency.get(f"/my/projects/{own}/pay").text
    assert "由本部门委托并付费，不得让申请人付。" in page and "您不用出钱" not in page
    assert "由本部门委托并付费，不得让申请人付。" in form and "您不用出钱" not in form
    edges = Api.sign_in(demo_server, "agency")(OWN, mine=True)["projects"]["edges"]
    codes = [edge["node"]["code"] for edge in edges if edge["node"]["state"] == "CONTRACT_FILED"]
    read = {code: Api.sign_in(demo_server, "agency")(PAID, code=code)["project"]["award"]["contract"] for code in codes}
    for code, contract in read.items():
        rest = Decimal(contract["amount"]) - Decimal(contract["paid"])
        page, form = agency.get(f"/my/projects/{code}").text, agency.get(f"/my/projects/{code}/pay").text
        [typed] = re.findall(r'<input[^>]* name="amount"[^>]* value="([^"]*)"', form)
        assert typed == (f"{rest:.2f}" if rest > 0 else "") and ("已付清" in page) == (rest <= 0) == ("还要付" not in page)
    assert read


def test_names_are_said_to_be_chinese_on_english_pages(demo_server: str) -> None:
    """What was written in Chinese carries its language, so that a screen reader reads it as such."""
    agency = Reader(demo_server, "en").sign_in("agency")
    page = agency.get(f"/my/projects/{project(demo_server, 'agency', 'CONTRACT_FILED')}").text
    assert '<h1><span lang="zh-CN">' in page and '<strong><span lang="zh-CN">' in page
    assert '<span lang="zh-CN">' in agency.get("/my/payments").text
    assert "Requirements in detail" in agency.get(f"/my/projects/new/{AGENCY_PAYS}").text


def test_a_merit_contest_says_its_weights_in_words(applicant: Reader, demo_server: str) -> None:
    """The price's share stands beside the criteria, for the buyer and for everybody; no constant's name is shown."""
    code = project(demo_server, "applicant", "EVALUATING")
    for path in (f"/my/projects/{code}", f"/projects/{code}"):
        page = re.sub(r"</?span>", "", applicant.get(path).text)
        assert "技术方案 50% · 人员 20% · 价格 30%" in page and "评审人至少 1 位" in page
        assert "priceWeight" not in page and "minimumEvaluators" not in page
    assert "评审人正在给方案打分" in page and "报价密封中" not in page
    assert "最优价：" in applicant.get(f"/my/projects/new/{MANDATORY}").text


def test_what_a_payer_says_otherwise_stands_beside_the_record(applicant: Reader) -> None:
    """Declared once, corrected with a reason."""
    [path, *_] = re.findall(r'href="(/my/fees/FK[^"]+)"', applicant.get("/my/fees").text)
    page = applicant.get(path).text
    said = {name: hidden(page, name) for name in ("payerCode", "payeeCode")} | {"paidOn": "2026-01-05"}
    assert applicant.send(path, "DeclareFee", **said, amount="不知道").status_code == 422


def test_what_one_should_not_have_paid_is_said_with_its_law(applicant: Reader, agency: Reader) -> None:
    """The sum, the law, where to complain; an agency has its own list."""
    page = applicant.get("/my/fees?onlyUnowed=true").text
    assert "不该您付" in page and "《优化营商环境条例》第四十三条第三款" in page and "/who-pays?code=ZSZJ-02-016" in page
    assert agency.get("/my/fees").status_code == 403
    assert "机关委托的服务由申请人付费" in agency.get("/my/payments").text


def test_an_explanation_is_given_after_a_second_look(agency: Reader) -> None:
    """Blank is refused, then the words once more, then it waits for the supervisor; a stranger finds nothing."""
    path, *_ = re.findall(r'href="(/my/explanations/[^"]+)"><strong>监管部门请您说明', agency.get("/my").text)
    assert agency.send(path, "AnswerExplanation", text="").status_code == 422
    assert "确认提交" in agency.send(path, "AnswerExplanation", text="经办人弄错了", _check="1").text
    assert agency.send(path, "AnswerExplanation", text="经办人弄错了").status_code == 303
    page = agency.get(path).text
    assert "已说明，等认定" in page and 'value="AnswerExplanation"' not in page
    stranger = Reader(agency.url).sign_in("intermediary6")
    assert stranger.get(path).status_code == 404


def test_an_uploaded_invoice_fills_the_form(demo_server: str, applicant: Reader) -> None:
    """Without script: the file, back to the form, what was read of it."""
    path = f"/my/projects/{project(demo_server, 'applicant', 'CONTRACT_FILED')}/pay"
    [action] = re.findall(r'action="(/documents/form[^"]+)"', applicant.get(path).text)
    sent = applicant.ask("POST", unescape(action), files={"file": ("invoice.xml", made.einvoice())})
    assert sent.status_code == 303 and sent.headers["location"].startswith(f"{path}?document=")
    page = applicant.get(sent.headers["location"]).text
    assert made.FACTS["number"] in page and hidden(page, "invoice.documentId") in sent.headers["location"]
    nobody = Reader(demo_server).sign_in("agency").get(sent.headers["location"])
    assert nobody.status_code == 404


def test_an_applicant_is_not_told_to_explain(applicant: Reader, agency: Reader) -> None:
    """It sees the case that concerns it and who must answer; its own records alone may it correct."""
    page, asked = applicant.get("/my/explanations").text, agency.get("/my/explanations").text
    assert headline(page) == "与我有关的督办件" and "要我们说明" not in page.partition("<main")[2]
    assert headline(asked) == "要我们说明的事"
