"""The award notice on paper: its facts in both languages, only while an award stands, and what its QR code opens."""

import asyncio
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import segno
from pypdf import PdfReader
from pypdf.generic import ContentStream
from starlette.applications import Starlette

from market import clock
from market.actors import Actor, Role
from market.awards import forfeiture, read, suspensions, witnessing
from market.log.models import LogEntry
from market.parties.models import Organisation
from market.projects.models import Project, SelectionMethod
from schema.schema import schema
from tests import contest, factories_frameworks
from tests.contest import NOON, OPENS, member
from tests.market.test_barred import listed, taken_over
from tests.web.test_pages import get
from tests.web.test_verify import drawn
from web import documents, pages, paper
from web.auth.cookies import SessionCookie
from web.pages import engine
from web.pages.public import notices
from web.pages.public import words as sentences
from web.paper import layout

ORIGIN = "https://market.example.org"


async def fetched(code: str, lang: str = "zh-CN", path: str = "/notice.pdf", **headers: str) -> httpx.Response:
    """The notice, or the project's page, from the pages of a site of that origin, as an anonymous reader gets it."""
    app = Starlette(routes=pages.routes(pages.Site(schema, SessionCookie(ORIGIN), ORIGIN), documents))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://inside.example") as client:
        return await client.get(f"/projects/{code}{path}", params={"lang": lang}, headers=headers)


def words(content: bytes) -> str:
    """All text of a PDF, without white space."""
    return "".join(pages_of(content))


def pages_of(content: bytes) -> list[str]:
    """Each page's text. Codes of two bytes are looked up here in the font's own table: pypdf reads them as two of one byte."""
    reader = PdfReader(io.BytesIO(content))
    return ["".join("".join(_page(page, reader)).split()) for page in reader.pages]


def _page(page: Any, reader: PdfReader) -> Iterator[str]:
    [font] = page["/Resources"]["/Font"].values()
    table = re.findall(r"<([0-9A-F]{4})> <([0-9A-F]+)>", font.get_object()["/ToUnicode"].get_data().decode())
    letters = {bytes.fromhex(code): bytes.fromhex(text).decode("utf-16-be") for code, text in table}
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        if operator == b"Tj":
            shown = operands[0].original_bytes
            yield "".join(letters[shown[n : n + 2]] for n in range(0, len(shown), 2))


@pytest.fixture
async def world(database: str, shipped_catalogue: None) -> SimpleNamespace:
    """An open project and its three bidders in the order of their prices."""
    buyer, bidders = await member(Role.APPLICANT), [await member(Role.INTERMEDIARY) for _ in range(3)]
    title = "<script>alert(1)</script> {nb} ({pages}) 𠮷堃"
    project = await contest.published(buyer, contest.form(contest.CHOICE_ITEM, told_not_obliged=True, title=title))
    for bidder, fen in zip(bidders, (8749900, 9000000, 9500050), strict=True):
        await contest.quoted(bidder, project, fen)
    return SimpleNamespace(project=project, bidders=bidders, buyer=buyer)


async def name(actor: Actor) -> str:
    """Of whom the actor acts for."""
    return (await Organisation.get(id=actor.organisation_id)).name


async def test_the_notice_says_all_in_chinese(world: SimpleNamespace) -> None:
    """Buyer, project, method, winner, amount, ranking, times, objection, log position; the font is in the file."""
    await contest.opened(world.project)
    answer = await fetched(world.project.code)
    text, award = words(answer.content), await read.award_of(world.project.id)
    [recorded] = await read.records_by_award([award.id])
    assert recorded and recorded.checkpoint and recorded.entry.action == "project:award"
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert f'inline; filename="{world.project.code}.pdf"' == answer.headers["content-disposition"]
    told = [
        "中选公告",
        world.project.code,
        await name(world.buyer),
        "中选机构" + await name(world.bidders[0]),
        "87,499.00元",
        "95,000.50元",
    ]
    told += [
        contest.CHOICE_ITEM,
        "最低价（lowest_price/2）",
        "15个工作日",
        "2026-11-2800:00:10（北京时间）",
        "有效报价中最低的一家中选",
        "公示截止",
        "异议",
    ]
    told += [
        f"第{recorded.entry.seq}条",
        recorded.entry.hash,
        recorded.checkpoint.root,
        f"共{recorded.checkpoint.size}条",
        "第1页，共",
    ]
    assert [fact for fact in told if fact not in text] == []
    [font] = {font for page in PdfReader(io.BytesIO(answer.content)).pages for font in page["/Resources"]["/Font"].values()}  # type: ignore[index]
    assert "/FontFile3" in font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()


async def test_the_notice_is_english_for_who_reads_it(world: SimpleNamespace) -> None:
    """Its own words; names stay as they are. The choice is remembered; the same file is not sent twice."""
    await contest.opened(world.project)
    answer = await fetched(world.project.code, "en")
    text = words(answer.content)
    assert "Awardnotice" in text and "CNY87,499.00" in text and "Standstillends" in text and await name(world.bidders[0]) in text
    assert "中选" not in text and "lang=en" in answer.headers["set-cookie"]
    again = await fetched(world.project.code, "en", **{"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_stored_text_stays_text_and_absent_characters_are_named(world: SimpleNamespace) -> None:
    """Nothing in a title is taken for a mark; what the font does not have is a box, and its code point is said."""
    await contest.opened(world.project)
    text = words((await fetched(world.project.code)).content)
    assert "<script>alert(1)</script>{nb}({pages})□堃" in text and "U+20BB7" in text and "U+5803" not in text


async def test_the_notice_shows_the_field_the_suspension_and_the_witness(world: SimpleNamespace) -> None:
    """How few could serve and why, that a regulator stopped it and why, who recomputed it, who was excluded."""
    await Project.filter(id=world.project.id).update(able_count=2, narrow_reason="仅两家有此资质")
    agency, regulator = await member(Role.AGENCY), await member(Role.REGULATOR)
    await Project.filter(id=world.project.id).update(buyer_id=agency.organisation_id)
    await listed(agency, agency, world.bidders[0])
    await contest.opened(world.project)
    with clock.fixed(OPENS):
        await witnessing.witness_opening(regulator, world.project.code)
        await suspensions.suspend_award(regulator, world.project.code, "收到投诉")
    text = words((await fetched(world.project.code)).content)
    told = [
        "2家·不足三家的理由：仅两家有此资质",
        "解除前不得确认、签约，至迟2026-12-2800:00:10（北京时间）自行解除：收到投诉",
        "无效：应当回避",
    ]
    # The rows above were changed behind the log: whoever recomputes it sees that.
    told.append(f"{await name(regulator)}于2026-11-2800:00:10（北京时间）重算，结果不一致")
    assert [fact for fact in told if fact not in text] == []


async def test_there_is_no_notice_without_an_award(world: SimpleNamespace) -> None:
    """Before the opening, of no project, and after the last in order gave it up: the page that nothing is there."""
    with clock.fixed(contest.NOON):
        for code in (world.project.code, "XM-20261124-000000", "..%2F"):
            answer = await fetched(code)
            assert answer.status_code == 404 and "pdf" not in answer.headers["content-type"]
    await contest.opened(world.project)
    with clock.fixed(OPENS):
        for bidder in world.bidders:
            await forfeiture.decline_award(bidder, world.project.code, "人员不足")
    assert (await fetched(world.project.code)).status_code == 404


async def test_after_a_forfeiture_the_notice_is_of_who_has_it(world: SimpleNamespace) -> None:
    """The next in order, its own price, time and log entry; who gave it up and why is said, too."""
    await contest.opened(world.project)
    before = words((await fetched(world.project.code)).content)
    with clock.fixed(OPENS + timedelta(days=1)):
        await forfeiture.decline_award(world.bidders[0], world.project.code, "人员不足，无法进场")
    text = words((await fetched(world.project.code)).content)
    entry = await LogEntry.get(subject=f"project:{world.project.code}", action="project:award_next")
    assert "中选机构" + await name(world.bidders[1]) in text and "中选金额90,000.00元" in text and "2026-11-2900:00:10" in text
    assert "人员不足，无法进场" in text and "已弃选" in text and f"第{entry.seq}条" in text and entry.hash in text
    assert "此前弃选" not in before and f"第{entry.seq}条" not in before


async def test_the_qr_code_opens_the_verification_page(world: SimpleNamespace) -> None:
    """Picture, link and letters are the address on the public site, whatever host was asked."""
    await contest.opened(world.project)
    address = f"{ORIGIN}/verify?code={world.project.code}"
    reader = PdfReader(io.BytesIO((await fetched(world.project.code)).content))
    links: set[Any] = {a.get_object()["/A"]["/URI"] for page in reader.pages for a in page.get("/Annots", [])}
    [picture] = [image.image.convert("L") for page in reader.pages for image in page.images if image.image]
    modules = [list(row) for row in segno.make(address, error="m").matrix]
    scale = picture.width // len(modules)
    seen = [[int(picture.getpixel((x * scale, y * scale)) < 128) for x in range(len(modules))] for y in range(len(modules))]
    assert links == {address} and seen == modules


async def test_a_random_draw_says_who_was_out(world: SimpleNamespace) -> None:
    """The method's own reason, and that the draw can be run again."""
    posted = contest.form(contest.CHOICE_ITEM, told_not_obliged=True, method=SelectionMethod.RANDOM_DRAW, ceiling_fen=100)
    project = await contest.published(world.buyer, posted)
    for bidder in world.bidders[:2]:
        await contest.quoted(bidder, project, 100)
    await contest.opened(project)
    await Project.get(code=project.code, state="standstill")
    text = words((await fetched(project.code)).content)
    assert "随机选取（random_draw/1）" in text and "次序最前的一家中选" in text and "抽取在您自己的浏览器里重算" in text


def test_a_long_list_goes_on_with_its_head() -> None:
    """Every row is there once; the head stands on each page; the pages are counted."""
    rows = tuple((str(n), f"机构{n}号") for n in range(1, 121))
    part = paper.Part("名单", table=paper.Table(("次", "名"), (1, 5), rows))
    made = paper.Sheet("zh-CN", OPENS, "站", "XM-1", "公告", "题", (("甲", "乙"),), (part,), "第{page}页共{pages}页", "")
    texts = pages_of(paper.pdf(made))
    assert len(texts) == 5 and all(f"第{n}页共5页" in text and "次名" in text for n, text in enumerate(texts, 1))
    assert all("".join(texts).count(f"机构{n}号") == 1 for n in range(1, 121))


def test_the_font_has_the_characters_of_names() -> None:
    """GB 2312 and rarer ones in use for people and places; small enough to ship."""
    known = layout.Printer("zh-CN", OPENS, "", "", "").known
    assert (
        all(ord(sign) in known for sign in "舟山嵊泗岱岙啊齄堃喆玥珺昇镕犇龑𬭸Az09（）¥□")
        and layout.FONT.stat().st_size < 2_000_000
    )


def test_a_server_gives_the_notice_out(demo_server: str) -> None:
    """Of the demo world's award, with the guard's headers; the verification page tells what the recomputation found."""
    code, _ = drawn(demo_server)
    answer = get(demo_server, f"/projects/{code.lower()}/notice.pdf")
    assert (
        answer.status_code == 200
        and answer.content.startswith(b"%PDF-")
        and answer.headers["x-content-type-options"] == "nosniff"
    )
    assert f"{demo_server}/verify?code={code}" in words(answer.content)
    assert "重算相符：中选" in get(demo_server, f"/verify?code={code}").text
    assert get(demo_server, "/projects/XM-1/notice.pdf").status_code == 404


async def test_only_a_few_wait_for_a_notice_and_not_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes when the queue is full, or has waited too long, is told when to come again; then it goes on."""
    notice = notices.Notice(pages.Site(schema, SessionCookie(ORIGIN), ORIGIN))
    leaving = asyncio.Event()

    async def made() -> str:
        async with notice._in_turn():
            await leaving.wait()
        return "made"

    slow = [asyncio.create_task(made()) for _ in range(1 + notices.QUEUE)]
    await asyncio.sleep(0)
    with pytest.raises(engine.Refused) as full:
        await made()
    assert (full.value.status, full.value.retry_s) == (503, notices.RETRY_S)
    leaving.set()
    assert await asyncio.gather(*slow) == ["made"] * (1 + notices.QUEUE) and notice.waiting == 0
    monkeypatch.setattr(notices, "PATIENCE_S", 0.0)
    async with notice._in_turn():
        with pytest.raises(engine.Refused):
            await made()
    assert await made() == "made"


async def test_who_must_come_again_reads_it_on_a_page(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 with Retry-After, in words."""
    await contest.opened(world.project)
    monkeypatch.setattr(notices, "QUEUE", 0)
    answer = await fetched(world.project.code)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30") and "现在要的人太多" in answer.text


async def test_a_call_offs_notice_names_who_let_its_turn_go(database: str, shipped_catalogue: None) -> None:
    """Of two members one takes both call-offs, since the other did not quote for the second."""
    buyer, (owner, framework) = await member(Role.APPLICANT), await factories_frameworks.open_framework()
    members = await factories_frameworks.admitted(owner, framework, 2)
    first = await factories_frameworks.called_off(buyer, factories_frameworks.need(framework))
    await factories_frameworks.offered(first, *members)
    await factories_frameworks.decided(first)
    won = (await read.award_of(first.id)).supplier_id
    [winner], [silent] = ([m for m in members if (m.organisation_id == won) is had] for had in (True, False))
    second = await factories_frameworks.called_off(buyer, factories_frameworks.need(framework), NOON + timedelta(days=7))
    await factories_frameworks.offered(second, winner)
    await factories_frameworks.decided(second)
    text = words((await fetched(second.code)).content)
    assert "框架轮候（rotation/1）" in text and f"失去这一轮的机构：{await contest.code_of(silent)}" in text


async def test_a_notice_names_who_was_not_free_and_who_was_passed_over(database: str, shipped_catalogue: None) -> None:
    """A member on the avoidance list keeps its turn; one that is the agency's own since the opening does not get what another gave up."""
    agency, operator = await member(Role.AGENCY), await member(Role.OPERATOR)
    form = factories_frameworks.terms(item_codes=(contest.AGENCY_ITEM,))
    _, framework = await factories_frameworks.open_framework(agency, form)
    *members, silent = await factories_frameworks.admitted(agency, framework, 4)
    await listed(operator, agency, silent)
    need = await contest.agency_form(
        await member(Role.APPLICANT), framework=framework.code, method=SelectionMethod.ROTATION, ceiling_fen=90_000
    )
    project = await factories_frameworks.called_off(agency, need)
    await factories_frameworks.offered(project, *members)
    await factories_frameworks.decided(project)
    order = [place["bidder"] for place in (await read.award_of(project.id)).reasons["ranking"]]
    by_code = {await contest.code_of(one): one for one in members}
    await taken_over(agency, by_code[order[1]], NOON + timedelta(days=4))
    with clock.fixed(NOON + timedelta(days=5)):
        await forfeiture.decline_award(by_code[order[0]], project.code, "人手不足")
    assert (await read.award_of(project.id)).supplier.code == order[2]
    text = words((await fetched(project.code)).content)
    assert f"这次不得报价、保留轮次的机构：{await contest.code_of(silent)}（应当回避）" in text
    assert "开启后不得承接，跳过：审批机关所属或主管的单位" in text
    page = (await fetched(project.code, path="")).text
    assert "保留轮次" in page and "开启后不得承接，跳过：审批机关所属或主管的单位" in page


def test_every_method_has_its_sentence() -> None:
    """Why the winner won, on the notice of any award."""
    assert set(sentences.WHY) == {method.name for method in SelectionMethod}
