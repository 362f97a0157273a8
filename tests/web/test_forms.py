"""What every form withstands: a change of party in another tab, a key that is spent, lists that are longer than a page."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from html import unescape
from secrets import token_urlsafe
from types import SimpleNamespace

import httpx
import pytest
from jinja2 import UndefinedError

from market import clock
from market.actors import Actor, Role
from market.contracts.models import Contract
from market.fees import service as fees
from market.parties.models import Organisation
from market.projects import service as projects
from tests import contest
from tests import factories_oversight as make
from tests.contest import NOON, member
from tests.market.test_fees import PAID_AT, Scene, paid, refunded, scene
from tests.web.browser_session import Reader, headline, hidden
from tests.web.inside import inside
from web.pages import acting, templates
from web.pages.forms import Sent

__all__ = ["scene"]

NEW = "/my/projects/new/ZSZJ-05-002"
NEED = {"title": "<b>两个窗口", "serviceWorkingDays": "20", "purpose": "APPROVAL", "method": "LOWEST_PRICE", "quoting": "AMOUNT"}


def act(reader: Reader, own: str, behalf: str = "") -> None:
    """In another tab of the same browser."""
    whom = {"organisationCode": own} | ({"onBehalfOf": behalf} if behalf else {})
    assert reader.send("/helper", "ActFor", **whom).status_code == 303


@pytest.fixture
def tabs(demo_server: str) -> SimpleNamespace:
    """A helper with a form that was opened for an islander, acting for its own station by now."""
    reader = Reader(demo_server).sign_in("helper")
    page = reader.get("/helper").text
    own, behalf = hidden(page, "organisationCode"), hidden(page, "onBehalfOf")
    act(reader, own, behalf)
    form = NEED | {"_acting": hidden(reader.get(NEW).text, "_acting"), "idempotencyKey": token_urlsafe()}
    act(reader, own)
    return SimpleNamespace(reader=reader, own=own, behalf=behalf, form=form)


def test_a_form_that_was_opened_for_another_party_does_nothing(tabs: SimpleNamespace) -> None:
    """409: for whom it was, for whom it would be, and all that was typed, once for each way on."""
    page = tabs.reader.send(NEW, "PostProjectNow", **tabs.form)
    assert page.status_code == 409 and headline(page.text) == "还没有提交：您换过单位了"
    assert "这份表单是替 王阿婆（虚构） 打开的，您现在替 示例岛帮代办服务站（虚构） 办事。" in page.text
    assert page.text.count('name="title" value="&lt;b&gt;两个窗口"') == 2 and page.headers["cache-control"] == "no-store"
    assert "两个窗口" not in tabs.reader.get("/my").text, "nothing was done"
    act(tabs.reader, tabs.own, tabs.behalf)
    assert "两个窗口" not in tabs.reader.get("/my").text, "for neither"


def test_the_way_back_keeps_what_was_typed(tabs: SimpleNamespace) -> None:
    """Acting for the islander once more, the same form as it was; then it is sent."""
    page = tabs.reader.ask("POST", NEW, data=tabs.form | {"_back": "PostProjectNow"})
    assert page.status_code == 200 and "正在代 王阿婆（虚构） 办理" in page.text
    assert 'value="&lt;b&gt;两个窗口"' in page.text and hidden(page.text, "_acting") == tabs.form["_acting"]
    assert tabs.reader.send(NEW, "PostProjectNow", **tabs.form).status_code == 303


def test_the_form_may_be_looked_over_for_the_present_party(tabs: SimpleNamespace) -> None:
    """It is shown again with what was typed, bound to who acts now; still nothing is done."""
    mark = hidden(tabs.reader.get("/helper").text, "_acting")
    page = tabs.reader.ask("POST", NEW, data=tabs.form | {"_edit": "PostProjectNow", "_acting": mark})
    assert page.status_code == 200 and 'value="&lt;b&gt;两个窗口"' in page.text and hidden(page.text, "_acting") == mark


def test_a_form_of_who_cannot_be_acted_for_leads_to_the_choice(tabs: SimpleNamespace) -> None:
    """A mark that is nobody's of this account: no way back is offered that would not work."""
    page = tabs.reader.send(NEW, "PostProjectNow", **tabs.form | {"_acting": acting.mark_of("somebody", "X", "")})
    assert page.status_code == 409 and 'href="/acting"' in page.text and 'name="_back"' not in page.text
    forced = tabs.reader.ask("POST", NEW, data=tabs.form | {"_back": "PostProjectNow", "_acting": "x"})
    assert forced.status_code == 403


def test_a_form_that_nobody_had_signed_is_not_sent_in_a_name(demo_server: str) -> None:
    """A complaint opened without signing in; going back signs out, and the words are still there."""
    path, reader = "/who-pays/complaint?code=ZSZJ-02-016", Reader(demo_server)
    mark = hidden(reader.get(path).text, "_acting")
    assert mark == acting.NOBODY
    reader.sign_in("applicant")
    form = {"text": "没有署名的话", "_acting": mark, "charge.itemCode": "ZSZJ-02-016"}
    page = reader.send(path, "FileComplaint", **form)
    assert page.status_code == 409 and "打开这份表单时没有登录" in page.text
    back = reader.ask("POST", path, data=form | {"_back": "FileComplaint"})
    assert back.status_code == 200 and "没有署名的话" in back.text and "session" not in reader.cookies
    assert "退出登录" not in back.text


def test_a_form_whose_sender_has_signed_out_meanwhile_is_kept(demo_server: str) -> None:
    """It was opened in a name: it is not sent without one."""
    path, reader = "/who-pays/complaint?code=ZSZJ-02-016", Reader(demo_server).sign_in("applicant")
    mark = hidden(reader.get(path).text, "_acting")
    assert reader.ask("POST", "/sign-out").status_code == 303
    page = reader.send(path, "FileComplaint", text="署名的话", _acting=mark)
    assert page.status_code == 401 and "署名的话" in page.text and f'name="_acting" value="{mark}"' in page.text


def test_a_file_is_not_stored_for_another_party(demo_server: str) -> None:
    """The upload of a page that was opened for one party, sent while acting for another: a page that says so."""
    reader = Reader(demo_server).sign_in("applicant")
    to, files = "/documents/form?next=/my&acting=", {"file": ("x.xml", b"<x/>")}
    other = reader.ask("POST", to + acting.NOBODY, files=files)
    assert other.status_code == 409 and "文件没有存" in other.text
    own = reader.ask("POST", to + hidden(reader.get("/my").text, "_acting"), files=files)
    assert own.status_code == 303


def test_a_spent_key_is_no_dead_end(demo_server: str) -> None:
    """Back, changed and sent again: it is said that the first one was done, and the form has a new key."""
    reader = Reader(demo_server).sign_in("applicant")
    form = NEED | {"idempotencyKey": token_urlsafe()}
    assert reader.send(NEW, "PostProjectNow", **form).status_code == 303
    page = reader.send(NEW, "PostProjectNow", **form | {"title": "改过的"})
    assert page.status_code == 422 and "那一次办成了" in page.text and "幂等键" not in page.text
    fresh = hidden(page.text, "idempotencyKey")
    assert fresh != form["idempotencyKey"] and 'value="改过的"' in page.text
    assert reader.send(NEW, "PostProjectNow", **form | {"title": "改过的", "idempotencyKey": fresh}).status_code == 303


def test_an_answer_that_did_nothing_gives_a_new_key(demo_server: str) -> None:
    """A refusal by the marketplace; what is only missing is asked for under the same key."""
    reader = Reader(demo_server).sign_in("applicant")
    form = NEED | {"idempotencyKey": token_urlsafe(), "previousRound": "XM-20000101-AAAAAA"}
    refused = reader.send(NEW, "PostProjectNow", **form)
    assert refused.status_code == 422 and hidden(refused.text, "idempotencyKey") != form["idempotencyKey"]
    missing = reader.send(NEW, "PostProjectNow", **form | {"title": " "})
    assert missing.status_code == 422 and hidden(missing.text, "idempotencyKey") == form["idempotencyKey"]


COMPLAINT = "/who-pays/complaint?code=ZSZJ-02-016&on=2024-05-01&reason=MUST_USE"


def complaint(reader: Reader, **typed: str) -> dict[str, str]:
    """The form as the page shows it, with what was typed."""
    page = reader.get(COMPLAINT).text
    named = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page[page.index('class="form"') :])
    return {name: unescape(text) for name, text in named} | typed


def receipt(page: httpx.Response) -> str:
    """What is shown once."""
    return re.findall(r'"receipt"><code>([^<]+)<', page.text)[0]


def test_a_complaint_is_looked_over_and_filed_once(demo_server: str) -> None:
    """The answers first; sent twice it is one complaint with one receipt; other words under its key are another matter."""
    reader = Reader(demo_server)
    form = complaint(reader, text="窗口说的", contact="13900000000")
    checked = reader.send(COMPLAINT, "FileComplaint", **form)
    assert checked.status_code == 200 and "返回修改" in checked.text and "窗口说的" in checked.text and "不署名" in checked.text
    done = [reader.send(COMPLAINT, "FileComplaint", **form | {"_check": ""}) for _ in range(2)]
    assert [page.status_code for page in done] == [200, 200] and receipt(done[0]) == receipt(done[1])
    assert "13900000000" not in done[0].text and done[0].headers["cache-control"] == "no-store"
    followed = reader.ask("POST", "/who-pays/receipt", data={"receipt": receipt(done[0])})
    assert "已收到，等监管部门受理" in followed.text
    other = reader.send(COMPLAINT, "FileComplaint", **form | {"_check": "", "text": "另一件"})
    assert other.status_code == 422 and "那一次办成了" in other.text and 'receipt"><code' not in other.text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"charge.on": "2099-01-01"}, "日期不能在今天之后"),
        ({"contact": "x" * 201}, "200"),
        ({"idempotencyKey": "1"}, "至少"),
    ],
)
def test_a_complaint_that_cannot_be_is_a_422(demo_server: str, changed: dict[str, str], said: str) -> None:
    """In words, with what was typed."""
    reader = Reader(demo_server)
    page = reader.send(COMPLAINT, "FileComplaint", **complaint(reader, text="说过的话") | {"_check": ""} | changed)
    assert page.status_code == 422 and said in page.text and "说过的话" in page.text and "错误：" in page.text


def test_a_complaint_begins_with_what_it_is_about(demo_server: str) -> None:
    """Without an item it leads to the self-check."""
    page = Reader(demo_server).get("/who-pays/complaint")
    assert page.status_code == 200 and 'href="/who-pays">查一查' in page.text and "<textarea" not in page.text


async def test_what_was_paid_is_counted_to_the_last_payment(scene: Scene) -> None:
    """On the page where the next one is recorded: all payments, less what came back, without what was taken back."""
    for _ in range(3):
        last = (await paid(scene, scene.agency, 7)).fee
    await refunded(last, 3, await member(Role.REGULATOR))
    with clock.fixed(PAID_AT):
        wrong = (await paid(scene, scene.agency, 50)).fee
        await fees.reverse_fee(scene.agency, wrong.record_no, "写错了")
    contract = await Contract.get(id=scene.contract.id).select_related("award__project")
    async with inside(scene.agency, rows=1) as reader:
        page = await reader.get(f"/my/projects/{contract.award.project.code}/pay")
    assert page.status_code == 200 and "<dt>已付</dt><dd>¥0.18</dd>" in page.text


@pytest.fixture
async def two(database: str, shipped_catalogue: None) -> Actor:
    """An applicant with two drafts."""
    buyer = await member(Role.APPLICANT)
    with clock.fixed(NOON):
        for title in ("第一个", "第二个"):
            await projects.post_project(buyer, contest.form(title=title))
    return buyer


async def pages_of(reader: httpx.AsyncClient, path: str) -> AsyncIterator[str]:
    """The page, and those that its "next page" leads to."""
    while path:
        text = (await reader.get(path)).text
        yield text
        found = re.search(r'rel="next" href="([^"]+)"', text)
        path = unescape(found[1]) if found else ""


async def test_a_desk_with_more_than_a_page_says_so_and_goes_on(two: Actor) -> None:
    """What waits is of the projects shown; the others are one page further."""
    async with inside(two, rows=1) as reader:
        shown = [text async for text in pages_of(reader, "/my")]
    assert len(shown) == 2 and all("您共有 2 个项目，这里是其中 1 个里等您办的事" in text for text in shown)
    assert [[title for title in ("第一个", "第二个") if f">{title}<" in text] for text in shown] in (
        [["第一个"], ["第二个"]],
        [["第二个"], ["第一个"]],
    )


async def test_an_operators_queue_is_never_cut_off_silently(two: Actor) -> None:
    """How many there are, and the way on to each."""
    with clock.fixed(NOON):
        for project in await projects.Project.all():
            await projects.submit_for_review(two, project.code, contest.FEW)
    async with inside(await member(Role.OPERATOR), rows=1) as reader:
        shown = [text async for text in pages_of(reader, "/operation")]
    assert (
        len(shown) == 2
        and "共 2 个，这里是其中 1 个。" in shown[0]
        and {"第一个", "第二个"} == {title for text in shown for title in ("第一个", "第二个") if title in text}
    )


async def test_a_bidders_desk_is_never_cut_off_silently(database: str, shipped_catalogue: None) -> None:
    """Open notices and own quotes alike."""
    bidder = await member(Role.INTERMEDIARY)
    for title in ("甲项目", "乙项目"):
        project = await contest.published(
            await member(Role.APPLICANT), contest.form(contest.CHOICE_ITEM, told_not_obliged=True, title=title)
        )
        await contest.quoted(bidder, project, 1000)
    with clock.fixed(NOON):
        async with inside(bidder, rows=1) as reader:
            page = (await reader.get("/my/quotes")).text
            won = (await reader.get("/my/contracts")).text
    assert "您报过 2 个项目，要做的和等待的只看了其中 1 个" in page and "正在报价的公告共 2 个" in page
    assert 'href="/my/quotes?after=' in page and 'href="/my/quotes?open=' in page and "还没有中选的项目" in won


async def test_what_is_upheld_is_listed_before_it_is(database: str, shipped_catalogue: None) -> None:
    """Each finding by its title, its amount and whom it concerns."""
    cast = await make.cast()
    case, _ = await make.asked(cast)
    path, form = f"/supervision/cases/{case.code}/confirm", {"_op": "ConfirmFindings", "_check": "1", "reason": "应由机关付费。"}
    with clock.fixed(datetime(2026, 10, 13, 16, tzinfo=UTC)):
        async with inside(cast.first) as reader:
            page = await reader.post(path, data=form)
    agency = await Organisation.get(id=cast.agency.organisation_id)
    supplier = await Organisation.get(id=cast.supplier.organisation_id)
    shown = page.text[page.text.index('class="checking"') :]
    assert page.status_code == 200 and "V01 " in shown and "¥100" in shown
    assert agency.name in shown and supplier.name in shown


def test_a_summary_says_which_field() -> None:
    """Each problem under the name of its field, or of the whole that it is a part of; a page that names no fields does not render."""
    env = templates.environment("zh-CN")
    sent = Sent(errors={"login": "空", "sheets.0.points.1": "太多", "other": "别的"})
    said = env.from_string("{{ ui.summary(f, {'login': '账号', 'sheets.0': '方案 1'}) }}").render(f=sent)
    assert re.findall(r'<a href="#(.*?)">(.*?)</a>', said) == [
        ("login", "账号：空"),
        ("sheets.0.points.1", "方案 1：太多"),
        ("other", "别的"),
    ]
    with pytest.raises(UndefinedError):
        env.from_string("{{ ui.summary(f) }}").render(f=Sent())


@pytest.mark.parametrize(
    ("path", "operation", "said"),
    [("/sign-in", "SignIn", "账号：请填写这一项。"), ("/access", "RedeemAccessLink", "新密码：请填写这一项。")],
)
def test_the_door_says_which_field(demo_server: str, path: str, operation: str, said: str) -> None:
    """Also where nobody has signed in yet."""
    assert said in Reader(demo_server).send(path, operation).text
