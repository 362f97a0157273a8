"""The conditions that rules are made of: small, named, pure. Each answers met, not met, or which column is missing.

A condition is a function of a ``Question``; what it needs and does not find, it asks for with ``need``, which ends it
as "missing". Numbers and lists of words come from the rule's parameters.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from market.rules import sides
from market.rules.facts import Case, Contract, Demand, Invoice, Payment, World

T = TypeVar("T")
R = TypeVar("R")
Record = Payment | Contract | Invoice | Demand


class Status(StrEnum):
    """What a condition can answer."""

    MET = "met"
    NOT_MET = "not_met"
    MISSING = "missing"


@dataclass(frozen=True)
class Question:
    """A subject in its world, and the parameters of the rule that asks."""

    world: World
    record: Record
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """An answer with the facts that words are made of, the records that prove it, or the columns that are empty."""

    status: Status
    facts: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


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


def _guarded(function: Condition) -> Condition:
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
    CONDITIONS[function.__name__] = _guarded(function)
    return CONDITIONS[function.__name__]


def _answer(met: bool, *evidence: str, **facts: Any) -> Outcome:
    return Outcome(Status.MET if met else Status.NOT_MET, facts, evidence)


def _subject(q: Question, kind: type[R]) -> R:
    """The subject, of the kind that the condition is about. Raises TypeError: a rule row asks it of something else."""
    if not isinstance(q.record, kind):
        raise TypeError(f"{type(q.record).__name__} is no {kind.__name__}")
    return q.record


def contract_of(q: Question) -> Contract:
    """The contract that the subject is or names."""
    if isinstance(q.record, Contract):
        return q.record
    number = q.record.contract_no if isinstance(q.record, Payment | Invoice) else None
    return need(q.world.contracts.get(number or ""), "contracts.contract_no")


def case_of(q: Question) -> Case:
    """The case of the subject's contract."""
    number = need(contract_of(q).case_no, "contracts.case_no")
    return need(q.world.cases.get(number), "cases.case_no")


def _item_on(q: Question) -> tuple[str, date]:
    """Item code, and the date that its class is taken on."""
    if isinstance(q.record, Demand):
        return need(q.record.item_code, "demands.item_code"), need(q.record.demanded_on, "demands.demanded_on")
    contract = contract_of(q)
    return need(contract.item_code, "contracts.item_code"), need(contract.commissioned_on, "contracts.commissioned_on")


@condition
def under_contract(q: Question) -> Outcome:
    """The payment names a contract; an empty contract number is a fact."""
    if _subject(q, Payment).contract_no is None:
        return _answer(False)
    number = contract_of(q).contract_no
    return _answer(True, f"contract:{number}", contract=number)


@condition
def approval_work(q: Question) -> Outcome:
    """The contract serves an approval; the applicant's own order never does."""
    contract = contract_of(q)
    purpose = need(contract.purpose, "contracts.purpose")
    return _answer(purpose == "approval", f"contract:{contract.contract_no}", contract=contract.contract_no)


def _class_is(q: Question, wanted: str) -> Outcome:
    code, on = _item_on(q)
    found = q.world.item_class(code, on)
    return _answer(found == wanted, f"item:{code}", item=code, on=on.isoformat(), item_class=found or "not_listed")


@condition
def item_agency_commissioned(q: Question) -> Outcome:
    """On the date that counts, the item is commissioned by the agency."""
    return _class_is(q, "agency_commissioned")


@condition
def item_cancelled(q: Question) -> Outcome:
    """On the date that counts, the item is cancelled."""
    return _class_is(q, "cancelled")


@condition
def with_case(q: Question) -> Outcome:
    """The contract belongs to an approval case."""
    number = case_of(q).case_no
    return _answer(True, f"case:{number}", case=number)


def _on_applicant_side(q: Question, party: str, on: date) -> Outcome:
    case = case_of(q)
    applicant = need(case.applicant_id, "cases.applicant_id")
    chain = sides.applicant_side(q.world, applicant, on).get(party)
    links = [[q.world.name(r.from_id), r.relation, q.world.name(r.to_id)] for r in chain or ()]
    return _answer(
        chain is not None,
        *(r.reference for r in chain or ()),
        party=q.world.name(party),
        applicant=q.world.name(applicant),
        side=sides.side_of(q.world, case, party, on),
        on=on.isoformat(),
        chain=links,
    )


@condition
def payer_on_applicant_side(q: Question) -> Outcome:
    """On the date of the payment, the payer is the applicant, of its group, or an agent of a member."""
    payment = _subject(q, Payment)
    payer = need(payment.payer_id, "payments.payer_id")
    return _on_applicant_side(q, payer, need(payment.paid_on, "payments.paid_on"))


@condition
def client_on_applicant_side(q: Question) -> Outcome:
    """On the date of commissioning, the client is the applicant, of its group, or an agent of a member."""
    contract = contract_of(q)
    client = need(contract.client_id, "contracts.client_id")
    return _on_applicant_side(q, client, need(contract.commissioned_on, "contracts.commissioned_on"))


def net_of(world: World, payment: Payment) -> int:
    """The payment less its refunds up to the as-of date, in fen. Raises MissingColumn."""
    refunds = (need(r.amount_fen, "payments.amount_yuan") for r in world.refunds_of(payment.payment_no))
    return need(payment.amount_fen, "payments.amount_yuan") - sum(refunds)


@condition
def net_paid(q: Question) -> Outcome:
    """After refunds, something of the payment remains."""
    payment = _subject(q, Payment)
    net = net_of(q.world, payment)
    refunds = [f"payment:{r.payment_no}" for r in q.world.refunds_of(payment.payment_no)]
    return _answer(net > 0, *refunds, paid_fen=payment.amount_fen, net_fen=net)


@condition
def client_is_agency(q: Question) -> Outcome:
    """The client is an agency."""
    contract = contract_of(q)
    client = need(contract.client_id, "contracts.client_id")
    known = q.world.organisations.get(client)
    kind = need(known.kind if known else None, "organisations.kind")
    return _answer(kind == "agency", client=q.world.name(client))


@condition
def chosen_without_competition(q: Question) -> Outcome:
    """Chosen directly, or competitively with fewer valid quotes than the rule asks for."""
    contract = contract_of(q)
    method = need(contract.method, "contracts.method")
    evidence = f"contract:{contract.contract_no}"
    if method not in q.parameters["competitive_methods"]:
        return _answer(method in q.parameters["direct_methods"], evidence, method=method)
    quotes = need(contract.valid_quotes, "contracts.valid_quotes")
    least = q.parameters["minimum_quotes"]
    return _answer(quotes < least, evidence, method=method, quotes=quotes, least=least)


@dataclass(frozen=True)
class Bill:
    """What a contract may cost and what was paid under it, in fen."""

    agreed_fen: int
    paid_fen: int
    evidence: tuple[str, ...]


def bill_of(world: World, contract: Contract) -> Bill:
    """Amount with the amendments filed by the as-of date, and the nets of all payments, by anyone. Raises MissingColumn."""
    changes = [need(a.amount_change_fen, "amendments.amount_change_yuan") for a in world.amendments_of(contract.contract_no)]
    agreed = need(contract.amount_fen, "contracts.amount_yuan") + sum(changes)
    payments = world.payments_under(contract.contract_no)
    paid = sum(net_of(world, p) for p in payments)
    return Bill(agreed, paid, tuple(f"payment:{p.payment_no}" for p in payments))


@condition
def paid_more_than_agreed(q: Question) -> Outcome:
    """The net paid is above the amount with its filed amendments."""
    bill = bill_of(q.world, contract_of(q))
    return _answer(bill.paid_fen > bill.agreed_fen, *bill.evidence, paid_fen=bill.paid_fen, agreed_fen=bill.agreed_fen)


@condition
# budget: comprehensions that merge two answers
def invoice_names_another(q: Question) -> Outcome:
    """The buyer differs from the payer or from the client, and nothing between the two excuses it. Each needs its own excuse."""
    answers = (_differs_from_payer(q), _differs_from_client(q))
    status = next(s for s in (Status.MET, Status.MISSING, Status.NOT_MET) if s in {a.status for a in answers})
    same = [a for a in answers if a.status == status]
    return Outcome(
        status,
        {"invoice": _subject(q, Invoice).invoice_no, "compared": [a.facts["compared"] for a in same if a.facts]},
        tuple(e for a in same for e in a.evidence),
        tuple(m for a in same for m in a.missing),
    )


@_guarded
def _differs_from_payer(q: Question) -> Outcome:
    number = need(_subject(q, Invoice).payment_no, "invoices.payment_no")
    payment = need(q.world.payments.get(number), "payments.payment_no")
    payer = need(payment.payer_id, "payments.payer_id")
    return _compare(q, payer, "payer", f"payment:{number}")


@_guarded
def _differs_from_client(q: Question) -> Outcome:
    if _subject(q, Invoice).contract_no is None:
        return _answer(False)
    contract = contract_of(q)
    client = need(contract.client_id, "contracts.client_id")
    return _compare(q, client, "client", f"contract:{contract.contract_no}")


def _compare(q: Question, party: str, role: str, reference: str) -> Outcome:
    invoice = _subject(q, Invoice)
    buyer = need(invoice.buyer_id, "invoices.buyer_id")
    compared = [q.world.name(buyer), role, q.world.name(party)]
    if buyer == party:
        return _answer(False, compared=compared)
    link = sides.excusing_link(q.world, buyer, party, need(invoice.issued_on, "invoices.issued_on"))
    return _answer(link is None, reference if link is None else link.reference, compared=compared)
