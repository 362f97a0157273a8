"""``market indicators``: every statistical indicator over everything that is stored, as of a day. Nothing is written."""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.table import Table

from market.actors import SYSTEM
from market.catalogue import service as catalogue
from market.statistics import rulebook, service, words
from market.statistics.screens import Decision
from market.statistics.service import Value
from schema.labels import N_
from web import startup
from web.cli.audit import day_of
from web.cli.shell import Database, err, fail, out, run, say, settings_for
from web.settings import Settings, command_language

OUTCOMES = {
    Decision.FLAG: N_("值得看一看"),
    Decision.CLEAR: N_("未见异常"),
    Decision.INSUFFICIENT: N_("样本不足"),
    Decision.NOT_APPLICABLE: N_("不适用"),
}


class Format(StrEnum):
    """How the values are written."""

    TABLE = "table"
    JSON = "json"


def indicators(
    as_of: Annotated[str | None, typer.Option("--as-of", help="截至日 · YYYY-MM-DD, today when left out")] = None,
    indicator: Annotated[list[str] | None, typer.Option(help="只算这几项 · only these, may be repeated")] = None,
    format: Annotated[Format, typer.Option(help="输出格式 · table or json")] = Format.TABLE,
    everything: Annotated[bool, typer.Option("--all", help="也列出未见异常和样本不足的 · list the other outcomes, too")] = False,
    database: Database = None,
) -> None:
    """统计指标 · reasons to look, never findings."""
    day, wanted = day_of(as_of), _known(indicator or [])
    values, counts = run(_run(settings_for(database), day, wanted, everything))
    if format is Format.JSON:
        json.dump([_row(v, day) for v in values], sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    else:
        out.print(_table(values))
    _summary(counts, day)


def _known(asked: Sequence[str]) -> tuple[str, ...]:
    names = tuple(text.strip().lower() for text in asked)
    unknown = set(names) - {row.id for row in rulebook.indicators()}
    if unknown:
        fail(N_("没有这项指标：{names}。"), names="、".join(sorted(unknown)))
    return names


Counts = dict[str, Counter[str]]


async def _run(settings: Settings, as_of: date, only: tuple[str, ...], everything: bool) -> tuple[list[Value], Counts]:
    """What is listed, by indicator and subject, and how many of everything."""
    async with startup.connected(settings):
        await catalogue.load_shipped(SYSTEM)
        listed: list[Value] = []
        counts: Counts = {}
        async for values in service.compute(as_of, only):
            listed += [v for v in values if everything or v.outcome.decision is Decision.FLAG]
            for v in values:
                counts.setdefault(v.rule.id, Counter())[v.outcome.decision] += 1
    return sorted(listed, key=lambda v: (v.rule.id, v.candidate.subject)), counts


def _row(value: Value, as_of: date) -> dict[str, Any]:
    about, outcome, lang = value.candidate, value.outcome, command_language()
    told = service.said(outcome)
    return {
        "indicator": value.rule.id,
        "version": value.rule.version,
        "as_of": as_of.isoformat(),
        "subject": about.subject,
        "agency": about.agency,
        "supplier": about.supplier,
        "item_code": about.item_code,
        "region": about.region,
        **told,
        "reason": words.reason(outcome.reason, lang, outcome.n, outcome.need),
        "threshold": service.thresholds(value.rule),
        "inputs": dict(about.inputs),
        "wording_zh": value.rule.wording_zh,
        "wording_en": value.rule.wording_en,
        "false_alarm": value.rule.false_alarm_en if lang.startswith("en") else value.rule.false_alarm_zh,
        "notice": words.notice(lang),
    }


def _table(values: Sequence[Value]) -> Table:
    titles = (N_("指标"), N_("对象"), N_("结果"), N_("样本"), N_("数值"), N_("说明"))
    table = Table(*map(say, titles), caption=words.notice(command_language()))
    for v in values:
        told, lang = v.outcome, command_language()
        number = str(service.said(told)["value"] or "-")
        because = words.reason(told.reason, lang, told.n, told.need) or words.level(told.level, lang)
        title = v.rule.title_en if lang.startswith("en") else v.rule.title_zh
        table.add_row(title, v.candidate.subject, say(OUTCOMES[told.decision]), f"{told.n} / {told.need}", number, because)
    return table


def _summary(counts: Counts, as_of: date) -> None:
    """How many of each, to the error stream, so that the values can be piped."""
    table = Table(say(N_("指标")), *(say(text) for text in OUTCOMES.values()), title=str(as_of))
    for name, told in sorted(counts.items()):
        table.add_row(name, *(str(told.get(outcome, 0)) for outcome in OUTCOMES))
    err.print(table)
