"""The award notice (中选公告) on paper: the same facts as the API has, for everybody, as long as the award stands."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from schema.labels import LABELS, N_
from web import i18n, paper
from web.pages.engine import Page, Refused, Site, Visit, fresh
from web.pages.operation import Variables
from web.pages.public import words
from web.paper import Part, Sheet, Table

Say = Callable[[str], str]
Data = dict[str, Any]

QUEUE = 8
"""How many readers may wait for a notice to be made by one process, besides the one whose is being made."""
PATIENCE_S = 10.0
"""How long a reader waits; whoever comes later, or waits longer, is told when to come again."""
RETRY_S = 30
_STANDS = ("STANDSTILL", "AWARDED", "CONTRACT_FILED")


class Notice(Page):
    """The QR code leads to the public origin; while developing to wherever the reader is. 404 unless an award stands."""

    def __init__(self, site: Site) -> None:
        super().__init__(site, "public/notice")
        self.turn, self.waiting = asyncio.Semaphore(1), 0

    async def body(self, visit: Visit, data: Data, variables: Variables) -> bytes:
        """The PDF, made beside the event loop; it takes a second of one core, so one at a time. Raises Refused (404, 503)."""
        project = data["project"]
        if project["award"] is None or project["state"] not in _STANDS:
            raise Refused(404)
        origin = self.site.origin or str(visit.request.base_url).rstrip("/")
        printed = sheet(project, visit.reader.lang, f"{origin}/verify?code={project['code']}")
        async with self._in_turn():
            return await run_in_threadpool(paper.pdf, printed)

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        """One after the other, of whom only a few wait, and not for long. Raises Refused (503)."""
        if self.waiting >= QUEUE:
            raise Refused(503, retry_s=RETRY_S)
        self.waiting += 1
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self.turn.acquire()
        except TimeoutError:
            raise Refused(503, retry_s=RETRY_S) from None
        finally:
            self.waiting -= 1
        try:
            yield
        finally:
            self.turn.release()

    def answer(self, visit: Visit, body: str | bytes) -> Response:
        """Shown by the browser, under a name of its own when saved."""
        name = f"{visit.request.path_params['code'].upper()}.pdf"
        safe = name if name.isascii() and name.replace("-", "").replace(".", "").isalnum() else "notice.pdf"
        return fresh(
            visit.request, body, {"Content-Type": "application/pdf", "Content-Disposition": f'inline; filename="{safe}"'}
        )


def sheet(project: Data, lang: str, address: str) -> Sheet:
    """What stands on it, in the reader's language; names and reasons as they were written."""

    def _(text: str) -> str:
        return i18n.translate(lang, text)

    award = project["award"]
    return Sheet(
        lang=lang,
        at=datetime.fromisoformat(award["publishedAt"]),
        site=_("舟山市行政审批中介服务网上超市"),
        number=project["code"],
        title=_("中选公告"),
        subtitle=project["title"],
        outcome=((_("中选机构"), award["supplier"]["name"]), (_("中选金额"), _yuan(award["amount"], _))),
        parts=(
            _project(project, lang, _),
            _ranking(project, _),
            *_forfeited(award, _),
            _objecting(award, _),
            _log(project, address, _),
        ),
        page=_("第 {page} 页，共 {pages} 页"),
        absent=_("{box}：字体没有这个字。本公告中依次为 {signs}（Unicode 编码）。"),
    )


def _project(project: Data, lang: str, _: Say) -> Part:
    award, item = project["award"], project["item"] or {"nameZh": "", "nameEn": ""}
    name = item["nameZh"] if lang == i18n.DEFAULT else item["nameEn"] or item["nameZh"]
    method = LABELS[project["method"].lower()]
    facts = (
        (_("委托单位"), _organisation(project["buyer"])),
        (_("项目编号"), project["code"]),
        (_("服务事项"), f"{project['itemCode']} {name}".strip()),
        (_("选取方式"), f"{_(method)}（{award['method']}）"),
        (_("中选机构代码"), award["supplier"]["code"]),
        (_("服务期限"), _("{days} 个工作日").format(days=award["serviceWorkingDays"])),
        (_("公布时间"), _moment(award["publishedAt"], _)),
    )
    return Part(_("项目情况"), facts=(*facts, *_field(project, _)))


def _field(project: Data, _: Say) -> tuple[tuple[str, str], ...]:
    """How many could have served it, and why so few were enough."""
    if project["ableCount"] is None:
        return ()
    counted = _("{count} 家").format(count=project["ableCount"])
    why = project["narrowReason"] and _("不足三家的理由：{reason}").format(reason=project["narrowReason"])
    name = _("这次能够报价的入围机构") if project["framework"] else _("登记有所要求资质的机构")
    return ((name, " · ".join(filter(None, (counted, why)))),)


def _ranking(project: Data, _: Say) -> Part:
    last = len(project["quotes"]) + 1
    quotes = sorted(project["quotes"], key=lambda q: q["rank"] or last)
    rows = tuple((str(q["rank"] or "—"), q["bidder"]["name"], _offer(q, _), _standing(q, project["award"], _)) for q in quotes)
    head = (_("名次"), _("机构"), _("报价金额"), _("结果"))
    return Part(_("排名和理由"), _reasons(project, _), table=Table(head, (2, 10, 7, 6), rows))


def _reasons(project: Data, _: Say) -> tuple[str, ...]:
    award, why = project["award"], words.WHY[project["method"]]
    tie = words.TIES.get(award["tieRule"], "") if award["tieBroken"] else ""
    picked = project["outcomeReason"] if project["method"] == "CREDIT_MERIT" else ""
    said = [_(why), tie and _(tie), picked and _("选定理由：{reason}").format(reason=picked), _left_out(award, _)]
    return tuple(text for text in (*said, *(_working(w, project["quoting"], _) for w in award["workings"])) if text)


def _left_out(award: Data, _: Say) -> str:
    named = _("、").join(f"{code}（{_(why)}）" for code, why in words.left_out(award))
    return named and _("这次不得报价、保留轮次的机构：{named}。").format(named=named)


def _working(working: Data, quoting: str, _: Say) -> str:
    """What the method worked out, where one line says it; points stand in the ranking."""
    value = working["value"]
    if working["name"] == "percent":
        return _("抽出的百分比：{value}%。").format(value=value)
    if working["name"] == "passed" and value:
        return _("轮到而没有报价、失去这一轮的机构：{value}。").format(value=value)
    if working["name"] != "reference":
        return ""
    shown = _("下浮率 {value}（万分之一）") if quoting == "DISCOUNT_RATE" else _("{value} 分")
    return _("比较的基准：{value}。").format(value=shown.format(value=value))


def _standing(quote: Data, award: Data, _: Say) -> str:
    code = quote["bidder"]["code"]
    if quote["invalidReason"]:
        invalid = words.INVALID.get(quote["invalidReason"], N_("无效"))
        return _(invalid)
    if quote["rank"] is None:
        return _("按公告的规则剔除或未入围")
    given_up = {f["supplier"]["code"] for f in award["forfeitures"]}
    out = {p["bidderCode"]: LABELS[p["reason"]] for p in award["passedOver"]}
    told = [
        "" if code != award["supplier"]["code"] else _("中选"),
        _("已弃选") if code in given_up else "",
        _("开启后不得承接，跳过：{why}").format(why=_(out[code])) if code in out else "",
        _total(code, award, _),
    ]
    return " · ".join(filter(None, told))


def _total(code: str, award: Data, _: Say) -> str:
    """The evaluation's total, which is kept in hundredths."""
    values = [w["value"] for w in award["workings"] if w["name"] == "totals"]
    totals = dict(pair.split("=") for value in values for pair in value.split(","))
    points = int(totals.get(code, 0))
    return _("总分 {points}").format(points=f"{points // 100}.{points % 100:02}") if code in totals else ""


def _offer(quote: Data, _: Say) -> str:
    amount = _yuan(quote["amount"], _) if quote["amount"] else "—"
    rate = quote["discountBp"]
    return amount if rate is None else _("{amount}（下浮 {rate}%）").format(amount=amount, rate=f"{rate // 100}.{rate % 100:02}")


def _forfeited(award: Data, _: Say) -> tuple[Part, ...]:
    given = [(f["supplier"]["name"], words.CAUSES[f["cause"]], f["reason"]) for f in award["forfeitures"]]
    rows = tuple((name, _(cause), reason) for name, cause, reason in given)
    head = (_("机构"), _("弃选原因"), _("弃选说明"))
    return (Part(_("此前弃选"), (_("下列机构弃选，由下一名递补。"),), table=Table(head, (8, 6, 9), rows)),) if rows else ()


def _objecting(award: Data, _: Say) -> Part:
    said = (
        _(
            "报价人对结果有异议的，在公示截止前登录本平台，在本项目下提出；委托方在平台上书面答复，答复向所有人公开，答复前不能确认中选。"
        ),
        _("其他人发现乱收费、指定机构等问题的，在本平台“有人要我付钱”页投诉，由监管部门处理。"),
    )
    return Part(_("公示和异议"), said, ((_("公示截止"), _moment(award["standstillUntil"], _)), *_supervised(award, _)))


def _supervised(award: Data, _: Say) -> tuple[tuple[str, str], ...]:
    """A suspension in force, and who recomputed the outcome."""
    told, stopped = _("监管部门已于 {at} 暂停，解除前不得确认、签约，至迟 {until} 自行解除：{reason}"), []
    for stop in [stop for stop in award["suspensions"] if stop["isInForce"]]:
        when = {"at": _moment(stop["suspendedAt"], _), "until": _moment(stop["endsAt"], _)}
        stopped.append((_("暂停"), told.format(**when, reason=stop["reason"])))
    return (*stopped, *_witnessed(award, _))


def _witnessed(award: Data, _: Say) -> list[tuple[str, str]]:
    """Of this turn of the award: what was testified of whoever had it before says nothing of it."""
    facts = []
    for witness in [witness for witness in award["witnesses"] if witness["turn"] == award["turn"]]:
        found = _("{name}于 {at} 重算，结果一致") if witness["agrees"] else _("{name}于 {at} 重算，结果不一致")
        facts.append((_("见证"), found.format(name=witness["organisation"]["name"], at=_moment(witness["at"], _))))
    return facts


def _log(project: Data, address: str, _: Say) -> Part:
    drawn = bool(project["draw"] and project["draw"]["transcript"])
    said = (_("扫码或打开网址，用公开的资料重算这次选取。"), *([_("抽取在您自己的浏览器里重算。")] if drawn else []))
    record = project["award"]["logRecord"]
    if record is None:
        return Part(_("怎样核对"), said, ((_("公开日志"), _("这次中选早于公开日志。")),), code=address)
    entry, signed = record["entry"], record["checkpoint"]
    facts = [(_("公开日志"), _("第 {seq} 条").format(seq=entry["seq"])), (_("该条散列值"), entry["leafHash"])]
    if signed:
        told = _("共 {size} 条，签于 {at}").format(size=signed["size"], at=_moment(signed["at"], _))
        facts += [(_("检查点"), told), (_("检查点的根"), signed["root"])]
    else:
        facts.append((_("检查点"), _("还没有；下一个检查点会包含这一条。")))
    return Part(_("怎样核对"), said, tuple(facts), code=address)


def _organisation(row: Data) -> str:
    return f"{row['name']}（{row['code']}）"


def _yuan(amount: str, _: Say) -> str:
    whole, cents = amount.split(".")
    return _("{amount} 元").format(amount=f"{int(whole):,}.{cents}")


def _moment(text: str, _: Say) -> str:
    """The API's moments are in Zhoushan's time already."""
    at = datetime.fromisoformat(text)
    return _("{day} {time}（北京时间）").format(day=f"{at:%Y-%m-%d}", time=f"{at:%H:%M:%S}")
