"""``market audit``: every rule over everything that is stored, as of a day."""

import csv
import json
import os
import sys
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.progress import Progress
from rich.table import Table

from market.actors import SYSTEM
from market.audit import pool, service, sweep
from market.catalogue import service as catalogue
from market.clock import local_date, system_now
from market.money import format_yuan
from market.rules import rulebook, words
from market.rules.engine import Decision, Verdict
from market.text import harmless
from schema.labels import N_
from web import startup
from web.cli.shell import Database, err, fail, out, run, say, settings_for
from web.settings import Settings, command_language

COLUMNS = ("rule", "version", "subject", "kind", "certainty", "severity", "amount_yuan", "item_code", "evidence", "because")


class Format(StrEnum):
    """How the findings are written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def audit(
    as_of: Annotated[str | None, typer.Option("--as-of", help="截至日 · YYYY-MM-DD, today when left out")] = None,
    rule: Annotated[list[str] | None, typer.Option(help="只查这几条 · only these, may be repeated")] = None,
    format: Annotated[Format, typer.Option(help="输出格式 · table, json or csv")] = Format.TABLE,
    undecided: Annotated[bool, typer.Option("--undecided", help="也列出算不出的 · list what is not computable, too")] = False,
    workers: Annotated[int, typer.Option(min=1, help="进程数 · processes")] = os.cpu_count() or 1,
    database: Database = None,
) -> None:
    """检查全部记录 · run every rule over everything that is stored, imported or native."""
    day, rules = day_of(as_of), _rules(rule or [])
    verdicts = run(_run(settings_for(database), day, rules, workers))
    _write([v for v in verdicts if undecided or v.outcome is Decision.FLAG], format)
    _summary(verdicts, day)


def day_of(text: str | None) -> date:
    """The day that was asked for, today when none was; anything else ends the command."""
    try:
        return date.fromisoformat(text) if text else local_date(system_now())
    except ValueError:
        fail(N_("不是日期：{value}。请写作 2026-11-01。"), value=text)


def _rules(asked: list[str]) -> tuple[str, ...]:
    rules = tuple(text.strip().upper() for text in asked)
    unknown = set(rules) - {row.id for row in rulebook.default()}
    if unknown:
        fail(N_("没有这条规则：{rules}。"), rules="、".join(sorted(unknown)))
    return rules


async def _run(settings: Settings, as_of: date, rules: tuple[str, ...], workers: int) -> list[Verdict]:
    """All verdicts but the clear ones, by rule and subject."""
    async with startup.connected(settings):
        await catalogue.load_shipped(SYSTEM)
        tasks = [service.Task(piece, as_of, rules) for piece in await sweep.pieces()]
        found: list[Verdict] = []
        with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
            bar = progress.add_task(say(N_("检查")), total=len(tasks))
            async for verdicts in pool.spread(service.judged, tasks, url=settings.database_url, workers=workers):
                found += verdicts
                progress.advance(bar)
    return sorted(found, key=lambda v: (v.rule, v.subject))


def _row(verdict: Verdict) -> dict[str, Any]:
    kind, _, number = verdict.subject.partition(":")
    because = words.render(verdict.because, verdict.missing, command_language())
    row = {name: getattr(verdict, name) for name in ("rule", "version", "severity", "item_code")}
    amount = None if verdict.amount_fen is None else format_yuan(verdict.amount_fen)
    outcome = str(verdict.certainty or verdict.outcome)
    return row | {
        "subject": number,
        "kind": kind,
        "certainty": outcome,
        "amount_yuan": amount,
        "evidence": list(verdict.evidence),
        "because": because,
    }


def _write(verdicts: Sequence[Verdict], format: Format) -> None:
    if format is Format.TABLE:
        out.print(_table(verdicts))
    elif format is Format.JSON:
        _write_json(verdicts)
    else:
        _write_csv(verdicts)


def _write_json(verdicts: Sequence[Verdict]) -> None:
    """One list, a finding a line, so that a million of them need no second copy in memory."""
    sys.stdout.write("[")
    for number, verdict in enumerate(verdicts):
        row = {name: _row(verdict)[name] for name in COLUMNS}
        sys.stdout.write((",\n " if number else "\n ") + json.dumps(row, ensure_ascii=False))
    sys.stdout.write("\n]\n" if verdicts else "]\n")


def _write_csv(verdicts: Sequence[Verdict]) -> None:
    file = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    file.writeheader()
    for verdict in verdicts:
        row = _row(verdict)
        joined = row | {"evidence": " ".join(row["evidence"]), "because": " ".join(row["because"])}
        file.writerow({name: harmless(value) if isinstance(value, str) else value for name, value in joined.items()})


def _table(verdicts: Sequence[Verdict]) -> Table:
    table = Table(*(say(title) for title in (N_("规则"), N_("对象"), N_("结论"), N_("金额（元）"), N_("原因"))))
    for row in map(_row, verdicts):
        table.add_row(row["rule"], row["subject"], row["certainty"], row["amount_yuan"] or "-", "\n".join(row["because"]))
    return table


def _summary(verdicts: Sequence[Verdict], as_of: date) -> None:
    """How many of each, to the error stream, so that the findings can be piped."""
    table = Table(*(say(title) for title in (N_("规则"), N_("认定"), N_("线索"), N_("算不出"))), title=str(as_of))
    counts: dict[str, dict[str, int]] = {}
    for rule, outcome, number in service.counted(verdicts):
        counts.setdefault(rule, {})[outcome] = number
    for rule, told in sorted(counts.items()):
        table.add_row(rule, *(str(told.get(outcome, 0)) for outcome in ("proof", "lead", "not_computable")))
    err.print(table)
