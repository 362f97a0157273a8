"""The cases that a lawyer can read, one file per rule: facts → what the rule says of every subject."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from market.money import format_yuan
from market.rules import engine, rulebook, words
from market.rules.facts import Fact
from market.rules.world import World
from tests.unit import ledger

CASES = Path(__file__).with_name("cases")
_RAW = re.compile(r"[{}]|[a-z]_[a-z]|\bNone\b|\bunknown\b")
"""What no sentence may show: a gap, a code, nothing."""
_KEYS = {
    "organisations": "id",
    "cases": "case_no",
    "contracts": "contract_no",
    "payments": "payment_no",
    "invoices": "invoice_no",
    "demands": "demand_no",
    "projects": "code",
    "awards": "project_code",
}


def _cases() -> Iterator[Any]:
    for path in sorted(CASES.glob("*.toml")):
        file = tomllib.loads(path.read_text(encoding="utf-8"))
        for case in file["case"]:
            yield pytest.param(file, case, id=f"{file['rule']} {case['title']}")


def _facts(given: dict[str, Any], case: dict[str, Any]) -> Iterator[Fact]:
    for table in ledger.FILES | ledger.MARKET:
        if key := _KEYS.get(table):
            for name in given.get(table, {}) | case.get(table, {}):
                row = given.get(table, {}).get(name, {}) | case.get(table, {}).get(name, {})
                yield ledger.fact(table, {key: name} | row)
        else:
            for row in [*given.get(table, ()), *case.get(table, ())]:
                yield ledger.fact(table, row)


def _sentences(verdicts: list[engine.Verdict]) -> Iterator[str]:
    for verdict in verdicts:
        for lang in ("zh-CN", "en"):
            yield from words.render(verdict.because, verdict.missing, lang)


@pytest.mark.parametrize(("file", "case"), list(_cases()))
def test_a_case_is_decided_as_written(file: dict[str, Any], case: dict[str, Any]) -> None:
    """What it finds, how certain, how much, by which records, what it leaves open for want of what, told without a raw code."""
    as_of: date = case.get("as_of", file["as_of"])
    world = World(_facts(file["given"], case), as_of)
    rules = [rule for rule in rulebook.default() if rule.id == file["rule"]]
    verdicts = [v for subject in engine.subjects(world) for v in engine.evaluate(world, subject, rules)]
    assert {v.subject: v.certainty for v in verdicts if v.outcome == "flag"} == case.get("finds", {})
    missing = {v.subject: list(v.missing) for v in verdicts if v.outcome == "not_computable"}
    assert missing == case.get("open", {})
    amounts = {v.subject: format_yuan(v.amount_fen) for v in verdicts if v.amount_fen is not None}
    assert case.get("amounts", amounts) == amounts
    evidence = {v.subject: set(v.evidence) for v in verdicts if v.outcome == "flag"}
    assert {s: set(found) - evidence[s] for s, found in case.get("evidence", {}).items() if set(found) - evidence[s]} == {}
    assert [told for told in _sentences(verdicts) if _RAW.search(told)] == []


def test_every_rule_has_its_cases() -> None:
    """No file of rules without its file of cases, no cases without a rule."""
    rules = Path(rulebook.__file__).with_name("rules")
    assert {path.name for path in CASES.glob("*.toml")} == {path.name for path in rules.glob("*.toml")}
