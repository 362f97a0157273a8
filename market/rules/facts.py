"""The plain facts that rules judge: one frozen dataclass per file of ``ledger.md``, and the world that they make up on a day.

Columns keep the ledger's names; an amount in yuan is ``…_fen`` here. None is "empty". Parties are named by their code.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

HARD_GRADES = frozenset({"treasury", "bank", "platform"})
"""Evidence that proves a payment; ``invoice`` and ``declaration`` are soft. Source: ledger.md, Words used by the rules."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """A party. ``id``: unified social credit code, or ``P`` + pseudonym."""

    id: str
    name: str = ""
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """``from_id`` is the stronger side, the branch, the paying centre or the agent. Empty dates are open."""

    from_id: str
    to_id: str
    relation: str
    since: date | None = None
    until: date | None = None
    source: str = ""

    def in_force(self, on: date) -> bool:
        """since ≤ on ≤ until."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)

    def other_end(self, party: str) -> str:
        """The end that is not ``party``."""
        return self.to_id if party == self.from_id else self.from_id

    @property
    def reference(self) -> str:
        """As evidence names it."""
        return f"relation:{self.from_id}>{self.relation}>{self.to_id}"


@dataclass(frozen=True, slots=True)
class ItemClassPeriod:
    """A code's class in one list edition. No dates: on every date."""

    item_code: str
    item_class: str
    valid_from: date | None = None
    valid_to: date | None = None

    def covers(self, on: date) -> bool:
        """valid_from ≤ on ≤ valid_to."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Case:
    """An approval case."""

    case_no: str
    approval_item: str | None = None
    agency_id: str | None = None
    applicant_id: str | None = None
    object: str | None = None
    accepted_on: date | None = None
    decided_on: date | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract. Empty ``retest_of``, ``delivered_on``, ``accepted_on`` are facts; any other empty column is unknown."""

    contract_no: str
    item_code: str | None = None
    case_no: str | None = None
    client_id: str | None = None
    supplier_id: str | None = None
    method: str | None = None
    valid_quotes: int | None = None
    purpose: str | None = None
    amount_fen: int | None = None
    commissioned_on: date | None = None
    signed_on: date | None = None
    due_on: date | None = None
    delivered_on: date | None = None
    accepted_on: date | None = None
    retest_of: str | None = None


@dataclass(frozen=True, slots=True)
class Amendment:
    """A filed change of a contract's amount."""

    contract_no: str
    filed_on: date | None = None
    amount_change_fen: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """A movement of money, or with ``refund_of`` its return. Empty ``contract_no`` and ``refund_of`` are facts."""

    payment_no: str
    paid_on: date | None = None
    payer_id: str | None = None
    payee_id: str | None = None
    amount_fen: int | None = None
    contract_no: str | None = None
    case_no: str | None = None
    purpose_text: str = ""
    grade: str | None = None
    refund_of: str | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice. Empty ``contract_no`` and ``red_letter_of`` are facts."""

    invoice_no: str
    issued_on: date | None = None
    seller_id: str | None = None
    buyer_id: str | None = None
    amount_fen: int | None = None
    contract_no: str | None = None
    payment_no: str | None = None
    red_letter_of: str | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """What an agency asked of an applicant."""

    demand_no: str
    case_no: str | None = None
    item_code: str | None = None
    demanded_on: date | None = None
    reason: str | None = None
    named_supplier_id: str | None = None


Fact = Organisation | Relation | ItemClassPeriod | Case | Contract | Amendment | Payment | Invoice | Demand

_MADE_ON: dict[type, Callable[[Any], date | None]] = {
    Contract: lambda c: c.commissioned_on or c.signed_on,
    Amendment: lambda a: a.filed_on,
    Payment: lambda p: p.paid_on,
    Invoice: lambda i: i.issued_on,
    Demand: lambda d: d.demanded_on,
}
_LATER_DATES: dict[type, tuple[str, ...]] = {
    Contract: ("signed_on", "due_on", "delivered_on", "accepted_on"),
    Case: ("accepted_on", "decided_on"),
}


def _as_of(fact: Any, on: date) -> Any | None:
    """The fact as it stood on a day: a later record does not exist, a later date in a record counts as empty."""
    made_on = _MADE_ON[type(fact)](fact) if type(fact) in _MADE_ON else None
    if made_on is not None and made_on > on:
        return None
    later = [name for name in _LATER_DATES.get(type(fact), ()) if (getattr(fact, name) or on) > on]
    return replace(fact, **dict.fromkeys(later)) if later else fact


def _lists(facts: Iterable[Any], key: Callable[[Any], str | None]) -> dict[str, list[Any]]:
    lists: dict[str, list[Any]] = defaultdict(list)
    for fact in facts:
        if (name := key(fact)) is not None:
            lists[name].append(fact)
    return dict(lists)


class World:
    """All facts as of a day, by the keys that rules look them up with. Never changed once made."""

    # budget: one index per kind of fact, by comprehension
    def __init__(self, facts: Iterable[Fact], as_of: date) -> None:
        self.as_of = as_of
        known: dict[type, list[Any]] = defaultdict(list)
        for fact in facts:
            if (stood := _as_of(fact, as_of)) is not None:
                known[type(stood)].append(stood)
        self.organisations: dict[str, Organisation] = {o.id: o for o in known[Organisation]}
        self.cases: dict[str, Case] = {c.case_no: c for c in known[Case]}
        self.contracts: dict[str, Contract] = {c.contract_no: c for c in known[Contract]}
        self.payments: dict[str, Payment] = {p.payment_no: p for p in known[Payment]}
        self.invoices: dict[str, Invoice] = {i.invoice_no: i for i in known[Invoice]}
        self.demands: dict[str, Demand] = {d.demand_no: d for d in known[Demand]}
        self._relations_from: dict[str, list[Relation]] = _lists(known[Relation], lambda r: r.from_id)
        self._relations_to: dict[str, list[Relation]] = _lists(known[Relation], lambda r: r.to_id)
        self._classes: dict[str, list[ItemClassPeriod]] = _lists(known[ItemClassPeriod], lambda p: p.item_code)
        self._amendments: dict[str, list[Amendment]] = _lists(known[Amendment], lambda a: a.contract_no)
        self._refunds: dict[str, list[Payment]] = _lists(known[Payment], lambda p: p.refund_of)
        self._paid: dict[str, list[Payment]] = _lists(known[Payment], lambda p: None if p.refund_of else p.contract_no)
        self._red_lettered = {i.red_letter_of for i in known[Invoice] if i.red_letter_of}

    def name(self, party: str) -> str:
        """The party's name with its code, the code alone when the name is not known."""
        known = self.organisations.get(party)
        return f"{known.name}（{party}）" if known and known.name else party

    def item_class(self, code: str, on: date) -> str | None:
        """The item's class on a date; None when it is in no list edition then."""
        return next((p.item_class for p in self._classes.get(code, ()) if p.covers(on)), None)

    def relations_of(self, party: str, on: date) -> list[Relation]:
        """Relations in force on a date with the party at either end."""
        both = [*self._relations_from.get(party, ()), *self._relations_to.get(party, ())]
        return [r for r in both if r.in_force(on)]

    def payments_under(self, contract_no: str) -> list[Payment]:
        """Payments that name the contract, by anyone, without refunds."""
        return self._paid.get(contract_no, [])

    def refunds_of(self, payment_no: str) -> list[Payment]:
        """Refunds that name the payment, whoever sent them."""
        return self._refunds.get(payment_no, [])

    def amendments_of(self, contract_no: str) -> list[Amendment]:
        """Amendments filed by the as-of date."""
        return self._amendments.get(contract_no, [])

    def red_lettered(self, invoice_no: str) -> bool:
        """Whether a red-letter invoice cancels it."""
        return invoice_no in self._red_lettered
