"""One subject at a time against every rule in force on its own date: flag, clear, or not computable and what is missing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from market.rules import rulebook
from market.rules.conditions import CONDITIONS, PARAMETERS
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
from market.rules.conditions.parts import billed_above_fen
from market.rules.facts import Award, Contract, Demand, Invoice, Payment, Project, plain
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


@plain
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
    Project: "published_on",
    Award: "confirmed_on",
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
    "billed_above": billed_above_fen,
}


def evaluate(world: World, subject: str, rules: Iterable[Rule] | None = None) -> list[Verdict]:
    """One verdict per rule in force on the subject's date; none for what is no subject (refunds, red letters, unknown records).

    ``subject``: ``payment:``, ``contract:``, ``invoice:``, ``demand:``, ``project:`` or ``award:`` and the number.
    """
    return _verdicts(world, subject, rules, clear=True)


def suspicions(world: World, subject: str, rules: Iterable[Rule] | None = None) -> list[Verdict]:
    """As ``evaluate``, without the verdicts that are clear: what an audit of many records keeps."""
    return _verdicts(world, subject, rules, clear=False)


Asked = list[tuple[str, Outcome]]
"""Conditions in the order in which they were asked, with their answers."""


@dataclass
class _Branch:
    """A condition, and what follows when it is not refused: rules that end with it, and further branches.

    Rules that begin alike share their beginning, so that each question is put once. ``key``: of the answer; one that hangs
    on a rule's ``parameters`` is that rule's own.
    """

    name: str
    key: Any
    parameters: Mapping[str, Any]
    rules: list[Rule] = field(default_factory=list)
    branches: dict[Any, "_Branch"] = field(default_factory=dict)

    def follow(self, rule: Rule, name: str) -> "_Branch":
        """The branch of the rule's next condition."""
        own = name in PARAMETERS
        key = (name, rule.id, rule.version) if own else name
        return self.branches.setdefault(key, _Branch(name, key, rule.values if own else {}))

    def all_rules(self) -> list[Rule]:
        """Those that end here or further on."""
        return [*self.rules, *(rule for branch in self.branches.values() for rule in branch.all_rules())]


def _tree(rules: Iterable[Rule], kind: str, on: date) -> _Branch:
    """The rules for a kind of record in force on a date."""
    root = _Branch("", "", {})
    for rule in rules:
        if rule.subject == kind and rule.in_force(on):
            at = root
            for name in rule.conditions:
                at = at.follow(rule, name)
            at.rules.append(rule)
    return root


@cache
def _shipped(kind: str, on: date) -> _Branch:
    return _tree(rulebook.default(), kind, on)


@dataclass
class _Hearing:
    """One record before all rules. ``found``: each rule with its questions and answers; the clear ones only if ``clear``."""

    world: World
    record: Record
    clear: bool
    known: dict[Any, Outcome] = field(default_factory=dict)
    found: list[tuple[Rule, Asked]] = field(default_factory=list)

    def put(self, branch: _Branch, before: Asked) -> None:
        """Ask on until a condition is not met: with that the rule is clear, whatever else is missing."""
        for key, then in branch.branches.items():
            outcome = self.known.get(key)
            if outcome is None:
                outcome = self.known[key] = CONDITIONS[then.name](Question(self.world, self.record, then.parameters))
            if outcome.status is not Status.NOT_MET:
                asked = [*before, (then.name, outcome)]
                self.found += [(rule, asked) for rule in then.rules]
                self.put(then, asked)
            elif self.clear:
                self.found += [(rule, [*before, (then.name, outcome)]) for rule in then.all_rules()]


def _verdicts(world: World, subject: str, rules: Iterable[Rule] | None, *, clear: bool) -> list[Verdict]:
    kind, _, key = subject.partition(":")
    record = _record(world, kind, key)
    if record is None:
        return []
    on: date = getattr(record, _DATES[type(record)]) or world.as_of
    hearing = _Hearing(world, record, clear)
    hearing.put(_shipped(kind, on) if rules is None else _tree(rules, kind, on), [])
    heard = sorted(hearing.found, key=lambda pair: (pair[0].id, pair[0].version))
    return [_judge(subject, rule, Question(world, record, rule.values), outcomes) for rule, outcomes in heard]


def subjects(world: World) -> list[str]:
    """Every record of the world that a rule may judge."""
    return [f"{kind}:{key}" for kind, table in _tables(world).items() for key in table]


def _tables(world: World) -> dict[str, Mapping[str, Record]]:
    return {
        "payment": world.payments,
        "contract": world.contracts,
        "invoice": world.invoices,
        "demand": world.demands,
        "project": world.market.projects,
        "award": world.market.awards,
    }


def _record(world: World, kind: str, key: str) -> Record | None:
    record = _tables(world)[kind].get(key)
    if isinstance(record, Payment) and record.refund_of:
        return None
    if isinstance(record, Invoice) and (record.red_letter_of or world.red_lettered(key)):
        return None
    return record


# budget: comprehensions that build one verdict
def _judge(subject: str, rule: Rule, question: Question, outcomes: Asked) -> Verdict:
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


def _certainty(rule: Rule, record: Record, outcomes: Asked) -> tuple[Certainty | None, list[str]]:
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
    if isinstance(question.record, Demand | Project | Award):
        return question.record.item_code or ""
    try:
        return need(contract_of(question).item_code, "contracts.item_code")
    except MissingColumn:
        return ""


def _scope(record: Record, subject: str) -> str:
    number = None if isinstance(record, Demand | Project | Award) else record.contract_no
    return f"contract:{number}" if number else subject
