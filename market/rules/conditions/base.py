"""What conditions are made of: a question in, met, not met or which column is missing out.

A condition is a function of a ``Question``; what it needs and does not find, it asks for with ``need``, which ends it
as "missing". Numbers and lists of words come from the rule's parameters.
"""

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from market.rules.facts import HARD_GRADES, Award, Case, Contract, Demand, Invoice, Payment, Project, plain
from market.rules.sides import Side, agency_side, applicant_side
from market.rules.world import World

T = TypeVar("T")
R = TypeVar("R")
WHOLE = 100
"""Per cent."""
Record = Payment | Contract | Invoice | Demand | Project | Award


class Status(StrEnum):
    """What a condition can answer."""

    MET = "met"
    NOT_MET = "not_met"
    MISSING = "missing"


@plain
class Question:
    """A subject in its world, and the parameters of the rule that asks."""

    world: World
    record: Record
    parameters: Mapping[str, Any] = field(default_factory=dict)


@plain
class Outcome:
    """An answer with the facts that words are made of, the records that prove it, or the columns that are empty.

    ``proven``: where a rule's certainty hangs on the answer (a second leg), whether it is proof.
    """

    status: Status
    facts: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    proven: bool = False


class MissingColumn(Exception):
    """A needed column is empty. ``column``: ``file.column`` as in ``ledger.md``."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


def need(value: T | None, column: str) -> T:
    """The value. Raises MissingColumn when it is empty."""
    if value is None:
        raise MissingColumn(column)
    return value


Condition = Callable[[Question], Outcome]
CONDITIONS: dict[str, Condition] = {}
PARAMETERS: dict[str, tuple[str, ...]] = {}
"""Condition → the parameters of the rule that it reads; the others hang on the subject alone."""


def guarded(function: Condition) -> Condition:
    """An empty column ends the function as missing."""

    @functools.wraps(function)
    def ask(question: Question) -> Outcome:
        try:
            return function(question)
        except MissingColumn as empty:
            return Outcome(Status.MISSING, missing=(empty.column,))

    return ask


def condition(function: Condition) -> Condition:
    """Register a condition by its name."""
    CONDITIONS[function.__name__] = guarded(function)
    return CONDITIONS[function.__name__]


def condition_by(*parameters: str) -> Callable[[Condition], Condition]:
    """Register a condition that reads these parameters of the rule that asks."""

    def register(function: Condition) -> Condition:
        PARAMETERS[function.__name__] = parameters
        return condition(function)

    return register


def contract_condition(function: Condition) -> Condition:
    """Register a condition that hangs on the contract alone: asked once of each contract, whatever record names it."""
    ask, name = guarded(function), function.__name__

    @functools.wraps(function)
    def once(question: Question) -> Outcome:
        number = question.record.contract_no if isinstance(question.record, Payment | Contract | Invoice) else None
        return ask(question) if number is None else question.world.once((name, number), lambda: ask(question))

    CONDITIONS[name] = once
    return once


def answer(met: bool, *evidence: str, **facts: Any) -> Outcome:
    """Met or not, with the records that prove it and the facts that its sentence tells."""
    return Outcome(Status.MET if met else Status.NOT_MET, facts, evidence)


def every(*tests: Callable[[], bool]) -> bool:
    """Whether all tests hold. One that fails decides, whatever columns the others miss. Raises MissingColumn."""
    empty: MissingColumn | None = None
    for test in tests:
        try:
            if not test():
                return False
        except MissingColumn as missing:
            empty = empty or missing
    if empty:
        raise empty
    return True


def those(candidates: Iterable[T], test: Callable[[T], bool]) -> list[T]:
    """The candidates that pass. Where none does and one could if a column were filled, raises MissingColumn."""
    passed, empty = [], None
    for candidate in candidates:
        try:
            if test(candidate):
                passed.append(candidate)
        except MissingColumn as missing:
            empty = empty or missing
    if not passed and empty:
        raise empty
    return passed


def kind_of(world: World, party: str) -> str:
    """What kind of body the party is. Raises MissingColumn."""
    known = world.organisations.get(party)
    return need(known.kind if known else None, "organisations.kind")


def subject(q: Question, kind: type[R]) -> R:
    """The subject, of the kind that the condition is about. Raises TypeError: a rule row asks it of something else."""
    if not isinstance(q.record, kind):
        raise TypeError(f"{type(q.record).__name__} is no {kind.__name__}")
    return q.record


def contract_of(q: Question) -> Contract:
    """The contract that the subject is or names. Raises MissingColumn."""
    if isinstance(q.record, Contract):
        return q.record
    number = q.record.contract_no if isinstance(q.record, Payment | Invoice) else None
    return need(q.world.contracts.get(number or ""), "contracts.contract_no")


def case_of(world: World, contract: Contract) -> Case:
    """The contract's case. Raises MissingColumn."""
    return need(world.cases.get(need(contract.case_no, "contracts.case_no")), "cases.case_no")


def item_class_of(world: World, contract: Contract) -> str | None:
    """The class of the contract's item on the day it was commissioned; None: not listed. Raises MissingColumn."""
    code = need(contract.item_code, "contracts.item_code")
    return listed_class(world, code, contract.commissioned_on, "contracts.commissioned_on")


def listed_class(world: World, code: str, on: date | None, date_column: str) -> str | None:
    """The item's class on a date; None: not listed. A class that the catalogue never changed needs no date. Raises MissingColumn."""
    editions = world.editions(code)
    if len(editions) == 1 and editions[0].catalogue and editions[0].covers(date.min) and editions[0].covers(date.max):
        return need(editions[0].item_class, "item_classes.item_class")
    edition = next((e for e in editions if e.covers(need(on, date_column))), None)
    return need(edition.item_class, "item_classes.item_class") if edition else None


def side_of(world: World, case: Case, party: str, on: date) -> Side:
    """Where the party stands in the case on a date. Raises MissingColumn."""
    if party in applicant_side(world, need(case.applicant_id, "cases.applicant_id"), on):
        return Side.APPLICANT
    return Side.AGENCY if party in agency_side(world, need(case.agency_id, "cases.agency_id"), on) else Side.THIRD_PARTY


def side_of_payer(world: World, case: Case, payment: Payment) -> Side:
    """Where the payer stood when it paid. Raises MissingColumn."""
    payer, on = need(payment.payer_id, "payments.payer_id"), need(payment.paid_on, "payments.paid_on")
    return world.once(("side", case.case_no, payer, on), lambda: side_of(world, case, payer, on))


def side_of_client(world: World, case: Case, contract: Contract) -> Side:
    """Where the client stood when it commissioned. Raises MissingColumn."""
    on = need(contract.commissioned_on, "contracts.commissioned_on")
    return side_of(world, case, need(contract.client_id, "contracts.client_id"), on)


def serves_approval(contract: Contract) -> bool:
    """Approval work; the applicant's own order never is. Raises MissingColumn."""
    return need(contract.purpose, "contracts.purpose") == "approval"


def is_hard(payment: Payment) -> bool:
    """Whether the payment's evidence proves it. Raises MissingColumn."""
    return need(payment.grade, "payments.grade") in HARD_GRADES


def net_of(world: World, payment: Payment) -> int:
    """The payment less its refunds up to the as-of date, in fen. A record without a date is there. Raises MissingColumn."""
    refunds = sum(need(r.amount_fen, "payments.amount_yuan") for r in world.refunds_of(payment.payment_no))
    return need(payment.amount_fen, "payments.amount_yuan") - refunds


def net_paid_under(world: World, contract: Contract) -> int:
    """The nets of all payments under the contract, by anyone, in fen. Raises MissingColumn."""
    return sum(net_of(world, p) for p in world.payments_under(contract.contract_no))


def agreed_fen(world: World, contract: Contract) -> int:
    """The contract's amount with the amendments filed by the as-of date, in fen. Raises MissingColumn."""
    changes = (need(a.amount_change_fen, "amendments.amount_change_yuan") for a in world.amendments_of(contract.contract_no))
    return need(contract.amount_fen, "contracts.amount_yuan") + sum(changes)


def references(payments: Iterable[Payment]) -> tuple[str, ...]:
    """As evidence names them."""
    return tuple(f"payment:{p.payment_no}" for p in payments)


def within(one: date, other: date, days: int) -> bool:
    """At most so many days apart, either way."""
    return abs((one - other).days) <= days
