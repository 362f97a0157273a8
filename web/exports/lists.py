"""What can be exported: each list's columns and pages, with the same filters as its query, and the look in the log."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import Any

from market import db
from market.actors import Actor
from market.audit import read as audits
from market.audit import service as audit
from market.clock import SHANGHAI
from market.errors import NotFound
from market.fees import payments
from market.fees import service as fees
from market.findings import read as findings
from market.findings import service as finding_service
from market.findings.read import FindingOrder
from market.parties import read as parties
from market.rules import rulebook, words
from market.text import without_numbers
from schema.audit import AuditResultFilter
from schema.findings import FindingFilter
from schema.inputs import choice, from_text, node_key
from schema.labels import LABELS, N_
from schema.payments import PaymentFilter
from web import i18n
from web.exports.files import Cell, Listed, Money

PAGE = 1000
"""Rows that are read and written at a time."""

Pages = AsyncIterator[Sequence[Sequence[Cell]]]
Make = Callable[[Actor, Mapping[str, str], str, str, str], Awaitable[Listed]]

_WORDS = {
    "native": N_("本平台"),
    "ledger": N_("导入台账"),
    "proof": N_("认定"),
    "lead": N_("线索"),
    "open": N_("未处理"),
    "partly_refunded": N_("部分退还"),
    "refunded": N_("已退还"),
    "cleared": N_("已排除"),
    "payer": N_("付款人"),
    "payee": N_("收款人"),
    "client": N_("委托人"),
    "supplier": N_("受托人"),
}
_FEES = (
    *(N_("来源"), N_("编号"), N_("付款日期"), N_("付款人代码"), N_("付款人"), N_("收款人代码"), N_("收款人"), N_("金额（元）")),
    *(N_("退款后金额（元）"), N_("事项编码"), N_("事项分类"), N_("证据"), N_("合同编号"), N_("办件编号"), N_("用途")),
    *(N_("退款所对应的记录"), N_("所冲正的记录"), N_("冲正它的记录"), N_("未了结的规则")),
)
_FINDINGS = (
    *(N_("规则"), N_("规则名称"), N_("对象"), N_("结论"), N_("严重程度"), N_("状态"), N_("金额（元）"), N_("已退还（元）")),
    *(N_("事项编码"), N_("当事人"), N_("发现时间"), N_("更新时间"), N_("原因"), N_("佐证记录")),
)
_AUDIT = (
    *(N_("规则"), N_("规则版本"), N_("规则名称"), N_("对象"), N_("结论"), N_("严重程度"), N_("金额（元）")),
    *(N_("事项编码"), N_("原因"), N_("佐证记录")),
)
_OPEN = ("open", "partly_refunded")


class Unfit(Exception):
    """An audit that has no list of its own (yet)."""

    class Reason(StrEnum):
        """Why."""

        DAILY = "daily"
        NOT_DONE = "not_done"

    DAILY, NOT_DONE = Reason.DAILY, Reason.NOT_DONE

    def __init__(self, reason: "Unfit.Reason") -> None:
        super().__init__(reason)
        self.reason = reason


async def fees_list(actor: Actor, given: Mapping[str, str], format: str, lang: str, _id: str) -> Listed:
    """All payments, ours and imported."""
    asked = from_text(PaymentFilter, given)
    wanted = asked.wanted()
    await fees.log_look(actor, vars(asked), f"export:fees.{format}", required=True)
    return await _listed("fees", given, lang, _FEES, _fees(wanted, lang))


async def _fees(wanted: payments.PaymentFilter, lang: str) -> Pages:
    after: tuple[Any, ...] | None = None
    while rows := await payments.page(wanted, after, PAGE):
        shown = rows[:PAGE]
        yield await _fee_rows(shown, lang)
        after = (shown[-1].paid_on, shown[-1].payment_no, shown[-1].source)
        if len(rows) <= PAGE:
            return


async def _fee_rows(shown: Sequence[payments.Payment], lang: str) -> list[list[Cell]]:
    names = await _names({code for row in shown for code in (row.payer, row.payee) if code})
    back = await payments.returned_by_no([row.payment_no for row in shown])
    about = await findings.findings_by_subject([f"payment:{row.payment_no}" for row in shown])
    told = zip(shown, back, about, strict=True)
    return [_fee_row(row, names, _money(row.amount_fen, returned), found, lang) for row, returned, found in told]


def _fee_row(
    row: payments.Payment, names: Mapping[str | None, str], net: Money | None, found: Sequence[Any], lang: str
) -> list[Cell]:
    return [
        *(_word(row.source, lang), row.payment_no, row.paid_on, row.payer, names.get(row.payer)),
        *(row.payee, names.get(row.payee), _money(row.amount_fen), net, row.item_code),
        *(_word(row.item_class, lang), _word(row.grade, lang), row.contract_no, row.case_no),
        *(without_numbers(row.purpose_text), row.refund_of, row.reverses, row.reversed_by),
        " ".join(finding.rule for finding in found if finding.state in _OPEN),
    ]


async def _names(codes: Collection[str]) -> dict[str | None, str]:
    """Of organisations; a natural person is told by the pseudonym alone."""
    found = await parties.organisations_by_code(sorted(codes))
    return {row.code: row.name for row in found if row and row.kind != "person"}


async def findings_list(actor: Actor, given: Mapping[str, str], format: str, lang: str, _id: str) -> Listed:
    """All findings."""
    values = dict(given)
    order = choice("orderBy", FindingOrder.__members__, values.pop("orderBy", "TIME"))
    asked = from_text(FindingFilter, values)
    wanted = asked.wanted()
    await finding_service.log_look(actor, vars(asked), f"export:findings.{format}", required=True)
    return await _listed("findings", given, lang, _FINDINGS, _findings(actor, wanted, order, lang))


async def _findings(actor: Actor, wanted: findings.FindingFilter, order: FindingOrder, lang: str) -> Pages:
    query, after = await findings.listing(actor, wanted), None
    while rows := await findings.page(query, after, PAGE, order):
        shown = rows[:PAGE]
        concerned = await findings.codes_by_finding([row.id for row in shown])
        yield [
            [
                *(row.rule, _title(row, lang), row.subject, _word(row.certainty, lang), row.severity, _word(row.state, lang)),
                *(Money(row.amount_fen), Money(row.refunded_fen), row.item_code),
                "; ".join(f"{_word(side, lang)} {code}" for side, code in named),
                *(row.found_at, row.updated_at, "\n".join(words.render(row.because, (), lang)), " ".join(row.evidence)),
            ]
            for row, named in zip(shown, concerned, strict=True)
        ]
        after = (getattr(shown[-1], order.value), shown[-1].id)
        if len(rows) <= PAGE:
            return


async def audit_list(actor: Actor, given: Mapping[str, str], format: str, lang: str, key: str) -> Listed:
    """What a requested audit found. Raises NotFound, Unfit."""
    values = dict(given)
    purpose = values.pop("purpose", None)
    wanted, run_id = from_text(AuditResultFilter, values).wanted(), node_key(key)
    await audit.log_look(actor, vars(wanted) | {"purpose": purpose}, f"export:audit/{run_id}.{format}", required=True)
    run = await audits.run_by_id(run_id)
    if run is None:
        raise NotFound("audit", key[:40])
    if run.daily or not run.finished_at:
        raise Unfit(Unfit.DAILY if run.daily else Unfit.NOT_DONE)
    about = {"asOf": run.as_of.isoformat(), "rules": " ".join(run.rules)} | dict(given)
    return await _listed(f"audit-{run.as_of}", about, lang, _AUDIT, _audit(audits.ResultPage(run_id, wanted, PAGE), lang))


async def _audit(page: audits.ResultPage, lang: str) -> Pages:
    while rows := (await audits.results_by_page([page]))[0]:
        shown = rows[:PAGE]
        yield [
            [
                *(row.rule, row.rule_version, _title(row, lang), row.subject, _word(row.certainty, lang), row.severity),
                *(_money(row.amount_fen), row.item_code, "\n".join(words.render(row.because, (), lang)), " ".join(row.evidence)),
            ]
            for row in shown
        ]
        last = shown[-1]
        page = audits.ResultPage(page.run_id, page.wanted, PAGE, (last.rule, last.subject, last.id))
        if len(rows) <= PAGE:
            return


LISTS: dict[str, Make] = {"fees": fees_list, "findings": findings_list, "audit/": audit_list}
"""By the address after ``/exports/``."""


async def _listed(name: str, given: Mapping[str, str], lang: str, columns: Sequence[str], pages: Pages) -> Listed:
    at, say = await db.now(), partial(i18n.translate, lang)
    rules = " ".join(f"{row.id}/{row.version}" for row in rulebook.default())
    about = [
        (say(N_("导出时间（北京时间）")), at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")),
        *((say(_ABOUT.get(key, key)), value) for key, value in given.items()),
        (say(N_("规则版本")), rules),
    ]
    return Listed(name, at, about, [say(title) for title in columns], pages)


_ABOUT = {"purpose": N_("查看目的"), "asOf": N_("截至日")}


def _money(fen: int | None, less: int = 0) -> Money | None:
    return None if fen is None else Money(fen - less)


def _word(value: str | None, lang: str) -> str:
    text = str(value or "")
    return i18n.translate(lang, _WORDS.get(text) or LABELS.get(text, text)) if text else ""


def _title(row: Any, lang: str) -> str:
    known = rulebook.row(row.rule, row.rule_version, row.subject.partition(":")[0])
    return "" if known is None else known.title_en if lang.startswith("en") else known.title_zh
