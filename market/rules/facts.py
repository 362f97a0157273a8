"""The plain facts that rules judge: one frozen dataclass per file of ``ledger.md``, and those that only the market itself records.

Columns keep the ledger's names; an amount in yuan is ``…_fen`` here. None is "empty". Parties are named by their code.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TypeVar, dataclass_transform

C = TypeVar("C")


@dataclass_transform(frozen_default=True)
def plain(cls: type[C]) -> type[C]:
    """A dataclass that nobody changes: the type checker sees to it. Enforced at run time, it would take six times as long to make."""
    return dataclass(slots=True, unsafe_hash=True)(cls)


HARD_GRADES = frozenset({"treasury", "bank", "platform"})
"""Evidence that proves a payment; ``invoice`` and ``declaration`` are soft. Source: ledger.md, Words used by the rules."""


@plain
class Organisation:
    """A party. ``id``: unified social credit code, or ``P`` + pseudonym."""

    id: str
    name: str = ""
    kind: str | None = None


@plain
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


@plain
class ItemClassPeriod:
    """A code's class in one list edition. Empty dates are open.

    ``catalogue``: from the catalogue, which counts only for codes that no other list names.
    """

    item_code: str
    item_class: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    catalogue: bool = False

    def covers(self, on: date) -> bool:
        """valid_from ≤ on ≤ valid_to."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


@plain
class ItemPrice:
    """A price that the government guides or sets, in force from ``valid_from`` to ``valid_to``. ``float_percent``: exact, as 20 or 12.5."""

    item_code: str
    mode: str | None = None
    base_fen: int | None = None
    float_percent: Fraction | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def covers(self, on: date) -> bool:
        """valid_from ≤ on ≤ valid_to."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


@plain
class Case:
    """An approval case."""

    case_no: str
    approval_item: str | None = None
    agency_id: str | None = None
    applicant_id: str | None = None
    object: str | None = None
    accepted_on: date | None = None
    decided_on: date | None = None


@plain
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


@plain
class Amendment:
    """A filed change of a contract's amount."""

    contract_no: str
    filed_on: date | None = None
    amount_change_fen: int | None = None
    reason: str = ""


@plain
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


@plain
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


@plain
class Demand:
    """What an agency asked of an applicant. ``source``: ``record``, or who says so: ``complaint``, ``question`` (a self-check)."""

    demand_no: str
    case_no: str | None = None
    item_code: str | None = None
    demanded_on: date | None = None
    reason: str | None = None
    named_supplier_id: str | None = None
    source: str = "record"


@plain
class ItemTerms:
    """What the catalogue asks of an item besides its class. ``qualification`` empty: none. Empty dates are open."""

    item_code: str
    self_preparation: bool = False
    qualification: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def covers(self, on: date) -> bool:
        """valid_from ≤ on ≤ valid_to."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


@plain
class HeldQualification:
    """A qualification that a party holds, by its catalogue name. Empty dates are open."""

    holder_id: str
    qualification: str
    valid_from: date | None = None
    valid_to: date | None = None

    def covers(self, on: date) -> bool:
        """valid_from ≤ on ≤ valid_to."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


@plain
class Operator:
    """Who operates the market, and when. Empty dates are open."""

    party_id: str
    since: date | None = None
    until: date | None = None

    def in_force(self, on: date) -> bool:
        """since ≤ on ≤ until."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


@plain
class Project:
    """A published project of the market."""

    code: str
    item_code: str | None = None
    buyer_id: str | None = None
    method: str | None = None
    published_on: date | None = None


@plain
class Award:
    """An award that the buyer confirmed. Empty ``contract_no`` and ``signed_on`` are facts: nothing was signed."""

    project_code: str
    item_code: str | None = None
    buyer_id: str | None = None
    supplier_id: str | None = None
    amount_fen: int | None = None
    service_working_days: int | None = None
    confirmed_on: date | None = None
    contract_no: str | None = None
    signed_on: date | None = None


Listed = Organisation | Relation | ItemClassPeriod | ItemPrice | Case | Contract | Amendment | Payment | Invoice | Demand
Market = ItemTerms | HeldQualification | Operator | Project | Award
Fact = Listed | Market
