"""One subject at a time against every rule in force on its own date: flag, clear, or not computable and what is missing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from market.rules import rulebook
from market.rules.conditions import (
    CONDITIONS,
    MissingColumn,
    Outcome,
    Question,
    Record,
    Status,
    bill_of,
    contract_of,
    need,
    net_of,
)
from market.rules.facts import HARD_GRADES, Contract, Demand, Invoice, Payment, World
from market.rules.rulebook import Rule


class Decision(StrEnum):
    """What a rule says of a subject."""

    FLAG = "flag"
    CLEAR = "clear"
    NOT_COMPUTABLE = "not_computable"


class Certainty(StrEnum):
    """认定: records prove the fact. 线索: a person must look."""

    PROOF = "proof"
    LEAD = "lead"


@dataclass(frozen=True)
class Verdict:
    """What one rule says of one subject, and why.

    ``because``: the conditions asked, each ``{condition, outcome, facts}``, fit for JSON. ``amount_fen``: at issue, None when
    there is none or it is not known. ``evidence``: records as ``kind:key``. ``missing``: empty columns that were needed.
    """

    rule: str
    version: str
    subject: str
    outcome: Decision
    severity: str
    because: tuple[dict[str, Any], ...]
    evidence: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    certainty: Certainty | None = None
    amount_fen: int | None = None
    item_code: str = ""


_DATES: Mapping[type, str] = {
    Payment: "paid_on",
    Contract: "commissioned_on",
    Invoice: "issued_on",
    Demand: "demanded_on",
}

_AMOUNTS: dict[str, Callable[[Question], int | None]] = {
    "none": lambda q: None,
    "net_paid": lambda q: net_of(q.world, q.record) if isinstance(q.record, Payment) else None,
    "invoiced": lambda q: q.record.amount_fen if isinstance(q.record, Invoice) else None,
    "agreed": lambda q: bill_of(q.world, contract_of(q)).agreed_fen,
    "excess": lambda q: (bill := bill_of(q.world, contract_of(q))).paid_fen - bill.agreed_fen,
}


def evaluate(world: World, subject: str, rules: Iterable[Rule] | None = None) -> list[Verdict]:
    """One verdict per rule in force on the subject's date; none for what is no subject (refunds, red letters, unknown records).

    ``subject``: ``payment:``, ``contract:``, ``invoice:`` or ``demand:`` and the number.
    """
    kind, _, key = subject.partition(":")
    record = _record(world, kind, key)
    if record is None:
        return []
    on: date = getattr(record, _DATES[type(record)]) or world.as_of
    asked = (r for r in (rulebook.default() if rules is None else rules) if r.subject == kind and r.in_force(on))
    return [_judge(world, record, subject, rule) for rule in asked]


def _record(world: World, kind: str, key: str) -> Record | None:
    tables: dict[str, Mapping[str, Record]] = {
        "payment": world.payments,
        "contract": world.contracts,
        "invoice": world.invoices,
        "demand": world.demands,
    }
    record = tables[kind].get(key)
    if isinstance(record, Payment) and record.refund_of:
        return None
    if isinstance(record, Invoice) and (record.red_letter_of or world.red_lettered(key)):
        return None
    return record


# budget: comprehensions that build one verdict
def _judge(world: World, record: Record, subject: str, rule: Rule) -> Verdict:
    question = Question(world, record, rule.values)
    outcomes = _ask(rule, question)
    missing = _missing(rule, record, outcomes)
    decision = Decision.NOT_COMPUTABLE if missing else Decision.FLAG
    if outcomes[-1][1].status == Status.NOT_MET:
        decision = Decision.CLEAR
    flagged = decision == Decision.FLAG
    return Verdict(
        rule=rule.id,
        version=rule.version,
        subject=subject,
        outcome=decision,
        severity=rule.severity,
        because=tuple({"condition": name, "outcome": o.status.value, "facts": dict(o.facts)} for name, o in outcomes),
        evidence=tuple(dict.fromkeys((subject, *(e for _, o in outcomes for e in o.evidence)))),
        missing=missing if decision == Decision.NOT_COMPUTABLE else (),
        certainty=_certainty(rule, record) if flagged else None,
        amount_fen=_amount(rule, question) if flagged else None,
        item_code=_item_code(question),
    )


def _ask(rule: Rule, question: Question) -> list[tuple[str, Outcome]]:
    """The conditions in order, up to the first that is not met: with that the rule is clear, whatever else is missing."""
    asked: list[tuple[str, Outcome]] = []
    for name in rule.conditions:
        asked.append((name, CONDITIONS[name](question)))
        if asked[-1][1].status == Status.NOT_MET:
            break
    return asked


def _missing(rule: Rule, record: Record, outcomes: list[tuple[str, Outcome]]) -> tuple[str, ...]:
    """The empty columns that the conditions or the certainty needed."""
    columns = [column for _, outcome in outcomes for column in outcome.missing]
    if _certainty(rule, record) is None:
        columns.append("payments.grade")
    return tuple(dict.fromkeys(columns))


def _certainty(rule: Rule, record: Record) -> Certainty | None:
    """None: it follows from the payment's grade, and the grade is empty."""
    if rule.certainty != "by_grade":
        return Certainty(rule.certainty)
    grade = record.grade if isinstance(record, Payment) else None
    if grade is None:
        return None
    return Certainty.PROOF if grade in HARD_GRADES else Certainty.LEAD


def _amount(rule: Rule, question: Question) -> int | None:
    try:
        return _AMOUNTS[rule.amount](question)
    except MissingColumn:
        return None  # the amount is not needed to decide, only to tell


def _item_code(question: Question) -> str:
    if isinstance(question.record, Demand):
        return question.record.item_code or ""
    try:
        return need(contract_of(question).item_code, "contracts.item_code")
    except MissingColumn:
        return ""
