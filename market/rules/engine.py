"""One subject at a time against every rule in force on its own date: flag, clear, or not computable and what is missing."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from market.rules import rulebook
from market.rules.conditions import CONDITIONS
from market.rules.conditions.base import (
    MissingColumn,
    Outcome,
    Question,
    Record,
    Status,
    agreed_fen,
    contract_of,
    is_hard,
    need,
    net_of,
    net_paid_under,
)
from market.rules.conditions.contracts import cap_fen
from market.rules.facts import Contract, Demand, Invoice, Payment
from market.rules.rulebook import Rule
from market.rules.world import World


class Decision(StrEnum):
    """What a rule says of a subject."""

    FLAG = "flag"
    CLEAR = "clear"
    NOT_COMPUTABLE = "not_computable"


class Certainty(StrEnum):
    """认定: records prove the fact. 线索: a person must look."""

    PROOF = "proof"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says of one subject, and why.

    ``because``: the conditions asked, each ``{condition, outcome, facts}``, fit for JSON. ``amount_fen``: at issue, None when
    there is none or it is not known. ``evidence``: records as ``kind:key``. ``missing``: empty columns that were needed.
    ``scope``: what findings about the same fact share: the contract, else the subject itself.
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
    scope: str = ""


_DATES: Mapping[type, str] = {
    Payment: "paid_on",
    Contract: "commissioned_on",
    Invoice: "issued_on",
    Demand: "demanded_on",
}


def _owed(q: Question) -> int:
    return agreed_fen(q.world, contract_of(q)) - net_paid_under(q.world, contract_of(q))


_AMOUNTS: dict[str, Callable[[Question], int | None]] = {
    "none": lambda q: None,
    "net_paid": lambda q: net_of(q.world, q.record) if isinstance(q.record, Payment) else None,
    "paid_under": lambda q: net_paid_under(q.world, contract_of(q)),
    "invoiced": lambda q: q.record.amount_fen if isinstance(q.record, Invoice) else None,
    "agreed": lambda q: agreed_fen(q.world, contract_of(q)),
    "excess": lambda q: -_owed(q),
    "owed": _owed,
    "above_cap": lambda q: net_paid_under(q.world, contract_of(q)) - (cap_fen(q) or 0),
}


def evaluate(world: World, subject: str, rules: Iterable[Rule] | None = None) -> list[Verdict]:
    """One verdict per rule in force on the subject's date; none for what is no subject (refunds, red letters, unknown records).

    ``subject``: ``payment:``, ``contract:``, ``invoice:`` or ``demand:`` and the number.
    """
    return list(_verdicts(world, subject, rules, clear=True))


def suspicions(world: World, subject: str, rules: Iterable[Rule] | None = None) -> list[Verdict]:
    """As ``evaluate``, without the verdicts that are clear: what an audit of many records keeps."""
    return list(_verdicts(world, subject, rules, clear=False))


def _verdicts(world: World, subject: str, rules: Iterable[Rule] | None, *, clear: bool) -> Iterator[Verdict]:
    kind, _, key = subject.partition(":")
    record = _record(world, kind, key)
    if record is None:
        return
    on: date = getattr(record, _DATES[type(record)]) or world.as_of
    asked: dict[Any, Outcome] = {}
    for rule in _shipped(kind) if rules is None else _about(kind, rules):
        if rule.in_force(on):
            question = Question(world, record, rule.values)
            outcomes = _ask(rule, question, asked)
            if clear or outcomes[-1][1].status is not Status.NOT_MET:
                yield _judge(subject, rule, question, outcomes)


@cache
def _shipped(kind: str) -> tuple[Rule, ...]:
    return _about(kind, rulebook.default())


def _about(kind: str, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if rule.subject == kind)


def subjects(world: World) -> list[str]:
    """Every record of the world that a rule may judge."""
    return [f"{kind}:{key}" for kind, table in _tables(world).items() for key in table]


def _tables(world: World) -> dict[str, Mapping[str, Record]]:
    return {"payment": world.payments, "contract": world.contracts, "invoice": world.invoices, "demand": world.demands}


def _record(world: World, kind: str, key: str) -> Record | None:
    record = _tables(world)[kind].get(key)
    if isinstance(record, Payment) and record.refund_of:
        return None
    if isinstance(record, Invoice) and (record.red_letter_of or world.red_lettered(key)):
        return None
    return record


def _ask(rule: Rule, question: Question, asked: dict[Any, Outcome]) -> list[tuple[str, Outcome]]:
    """The conditions in order, up to the first that is not met: with that the rule is clear, whatever else is missing.

    ``asked``: what was answered about this subject before, by condition and the parameters that it was asked with.
    """
    outcomes: list[tuple[str, Outcome]] = []
    for name in rule.conditions:
        key = (name, rule.id, rule.version) if rule.parameters else name
        if key not in asked:
            asked[key] = CONDITIONS[name](question)
        outcomes.append((name, asked[key]))
        if outcomes[-1][1].status is Status.NOT_MET:
            break
    return outcomes


# budget: comprehensions that build one verdict
def _judge(subject: str, rule: Rule, question: Question, outcomes: list[tuple[str, Outcome]]) -> Verdict:
    certainty, unknown = _certainty(rule, question.record, outcomes)
    missing = tuple(dict.fromkeys([column for _, outcome in outcomes for column in outcome.missing] + unknown))
    decision = Decision.NOT_COMPUTABLE if missing else Decision.FLAG
    if outcomes[-1][1].status is Status.NOT_MET:
        decision = Decision.CLEAR
    flagged = decision is Decision.FLAG
    return Verdict(
        rule=rule.id,
        version=rule.version,
        subject=subject,
        outcome=decision,
        severity=rule.severity,
        because=tuple({"condition": name, "outcome": o.status.value, "facts": dict(o.facts)} for name, o in outcomes),
        evidence=tuple(dict.fromkeys((subject, *(e for _, o in outcomes for e in o.evidence)))),
        missing=missing if decision is Decision.NOT_COMPUTABLE else (),
        certainty=certainty if flagged else None,
        amount_fen=_amount(rule, question) if flagged else None,
        item_code=_item_code(question),
        scope=_scope(question.record, subject),
    )


def _certainty(rule: Rule, record: Record, outcomes: list[tuple[str, Outcome]]) -> tuple[Certainty | None, list[str]]:
    """How certain a flag would be, and the columns without which that cannot be told."""
    if rule.certainty in ("by_legs", "by_source"):
        return Certainty.PROOF if any(o.proven for _, o in outcomes) else Certainty.LEAD, []
    if rule.certainty != "by_grade":
        return Certainty(rule.certainty), []
    try:
        hard = isinstance(record, Payment) and is_hard(record)
    except MissingColumn as empty:
        return None, [empty.column]
    return Certainty.PROOF if hard else Certainty.LEAD, []


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


def _scope(record: Record, subject: str) -> str:
    number = None if isinstance(record, Demand) else record.contract_no
    return f"contract:{number}" if number else subject
