"""The world that facts make up on a day, by the keys that rules look them up with."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from market.rules.facts import (
    Amendment,
    Award,
    Case,
    Contract,
    Demand,
    Fact,
    HeldQualification,
    Invoice,
    ItemClassPeriod,
    ItemPrice,
    ItemTerms,
    Operator,
    Organisation,
    Payment,
    Project,
    Relation,
)

T = TypeVar("T")

_MADE_ON: dict[type, Callable[[Any], date | None]] = {
    Contract: lambda c: c.commissioned_on or c.signed_on,
    Amendment: lambda a: a.filed_on,
    Payment: lambda p: p.paid_on,
    Invoice: lambda i: i.issued_on,
    Demand: lambda d: d.demanded_on,
    Project: lambda p: p.published_on,
    Award: lambda a: a.confirmed_on,
}
_LATER_DATES: dict[type, tuple[str, ...]] = {
    # Not due_on: when something will be due is known from the signing.
    Contract: ("signed_on", "delivered_on", "accepted_on"),
    Case: ("accepted_on", "decided_on"),
    Award: ("signed_on",),
}
_FIRST_DAY = date.min


def _as_of(fact: Any, on: date) -> Any | None:
    """The fact as it stood on a day: a later record does not exist, a later date in a record counts as empty."""
    made_on = _MADE_ON[type(fact)](fact) if type(fact) in _MADE_ON else None
    if made_on is not None and made_on > on:
        return None
    later = [name for name in _LATER_DATES.get(type(fact), ()) if (getattr(fact, name) or on) > on]
    return replace(fact, **dict.fromkeys(later)) if later else fact


def _lists(
    facts: Iterable[Any], key: Callable[[Any], str | None], order: Callable[[Any], str] | None = None
) -> dict[str | None, list[Any]]:
    """The facts by key, each list by ``order``, so that a verdict never hangs on the order in which records came."""
    lists: dict[str | None, list[Any]] = defaultdict(list)
    for fact in facts:
        lists[key(fact)].append(fact)
    for found in lists.values() if order else ():
        found.sort(key=order)
    return dict(lists)


def _number(payment: Payment) -> str:
    return payment.payment_no


def _reference(relation: Relation) -> str:
    return relation.reference


def _newest_first(periods: Iterable[Any]) -> dict[str | None, list[Any]]:
    """By item code; of two editions in force on a day, the one that started later counts."""
    return _lists(sorted(periods, key=lambda p: (p.valid_from or _FIRST_DAY, repr(p)), reverse=True), lambda p: p.item_code)


class Market:
    """What no ledger holds: the market's projects and confirmed awards, its catalogue's terms, certificates, its operators."""

    def __init__(self, known: Mapping[type, list[Any]]) -> None:
        self.projects: dict[str, Project] = {p.code: p for p in known[Project]}
        self.awards: dict[str, Award] = {a.project_code: a for a in known[Award]}
        self._award_of: dict[str, Award] = {a.contract_no: a for a in known[Award] if a.contract_no}
        self._awards_to = _lists(known[Award], lambda a: a.supplier_id, lambda a: a.project_code)
        self._terms = _newest_first(known[ItemTerms])
        self._held = _lists(known[HeldQualification], lambda h: h.holder_id, repr)
        self._holders = _lists(known[HeldQualification], lambda h: h.qualification, repr)
        self._operators = _lists(known[Operator], lambda o: o.party_id, repr)

    def award_of(self, contract_no: str) -> Award | None:
        """The award that the contract was filed under; None for one from elsewhere."""
        return self._award_of.get(contract_no)

    def awards_to(self, supplier: str) -> list[Award]:
        """The confirmed awards of an intermediary."""
        return self._awards_to.get(supplier, [])

    def terms(self, code: str, on: date) -> ItemTerms | None:
        """What the catalogue asks of the item on a date; None: not in it."""
        return next((t for t in self._terms.get(code, ()) if t.covers(on)), None)

    def held(self, party: str, qualification: str) -> list[HeldQualification]:
        """The party's certificates of a qualification, of whatever date."""
        return [h for h in self._held.get(party, ()) if h.qualification == qualification]

    def is_certified(self, party: str) -> bool:
        """Whether any certificate of the party is on record."""
        return party in self._held

    def holders(self, qualification: str, on: date) -> list[str]:
        """Who holds the qualification on a date, each once."""
        return sorted({h.holder_id for h in self._holders.get(qualification, ()) if h.covers(on)})

    def operates(self, party: str, on: date) -> bool:
        """Whether the party operates the market on a date."""
        return any(o.in_force(on) for o in self._operators.get(party, ()))


# budget: one look-up for each key that rules ask by
class World:
    """All facts as of a day. Never changed once made, so that what is worked out once may be remembered (``once``)."""

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
        self._relations_from = _lists(known[Relation], lambda r: r.from_id, _reference)
        self._relations_to = _lists(known[Relation], lambda r: r.to_id, _reference)
        self._classes = _newest_first(p for p in known[ItemClassPeriod] if not p.catalogue)
        self._catalogue = _newest_first(p for p in known[ItemClassPeriod] if p.catalogue)
        self._prices = _newest_first(known[ItemPrice])
        self._amendments = _lists(known[Amendment], lambda a: a.contract_no)
        self._contracts_of = _lists(self.contracts.values(), lambda c: c.case_no, lambda c: c.contract_no)
        kept = [p for p in self.payments.values() if not p.refund_of]
        self._refunds = _lists((p for p in self.payments.values() if p.refund_of), lambda p: p.refund_of, _number)
        self._paid = _lists((p for p in kept if p.contract_no), lambda p: p.contract_no, _number)
        self._loose = _lists((p for p in kept if not p.contract_no), lambda p: p.payer_id, _number)
        self._red_lettered = {i.red_letter_of for i in known[Invoice] if i.red_letter_of}
        self._loose_of_case = _lists((p for p in kept if p.case_no and not p.contract_no), lambda p: p.case_no, _number)
        standing = (i for i in known[Invoice] if i.contract_no and not i.red_letter_of and i.invoice_no not in self._red_lettered)
        self.invoices_under: dict[str | None, list[Invoice]] = _lists(standing, lambda i: i.contract_no, lambda i: i.invoice_no)
        self.market = Market(known)
        self._worked_out: dict[Any, Any] = {}

    def once(self, key: Any, work: Callable[[], T]) -> T:
        """What ``work`` returns, never None, worked out the first time that ``key`` is asked for."""
        answer: T | None = self._worked_out.get(key)
        if answer is None:
            answer = self._worked_out[key] = work()
        return answer

    def name(self, party: str) -> str:
        """The party's name with its code, the code alone when the name is not known."""
        return self.once(("name", party), lambda: self._name(party))

    def _name(self, party: str) -> str:
        known = self.organisations.get(party)
        return f"{known.name}（{party}）" if known and known.name else party

    def editions(self, code: str) -> list[ItemClassPeriod]:
        """The list editions that have the item, the newest first. The catalogue speaks where no other list does."""
        return self._classes.get(code) or self._catalogue.get(code, [])

    def in_catalogue(self, code: str) -> bool:
        """Whether the catalogue has the code, on whatever date."""
        return code in self._catalogue

    def prices(self, code: str) -> list[ItemPrice]:
        """The prices that the government guides or sets, the newest first."""
        return self._prices.get(code, [])

    def is_related(self, party: str) -> bool:
        """Whether any relation, of any date, names the party."""
        return party in self._relations_from or party in self._relations_to

    def relations_from(self, party: str, on: date) -> list[Relation]:
        """Relations in force on a date that run from the party."""
        return [r for r in self._relations_from.get(party, ()) if r.in_force(on)]

    def relations_of(self, party: str, on: date) -> list[Relation]:
        """Relations in force on a date with the party at either end."""
        return [*self.relations_from(party, on), *(r for r in self._relations_to.get(party, ()) if r.in_force(on))]

    def contracts_of(self, case_no: str) -> list[Contract]:
        """The contracts of a case."""
        return self._contracts_of.get(case_no, [])

    def payments_under(self, contract_no: str) -> list[Payment]:
        """Payments that name the contract, by anyone, without refunds."""
        return self._paid.get(contract_no, [])

    def loose_payments(self, payer: str | None) -> list[Payment]:
        """Payments of the party that name no contract, without refunds; None: those whose payer is not known."""
        return self._loose.get(payer, [])

    def loose_of_case(self, case_no: str) -> list[Payment]:
        """Payments that name the case and no contract, without refunds."""
        return self._loose_of_case.get(case_no, [])

    def refunds_of(self, payment_no: str) -> list[Payment]:
        """Refunds that name the payment, whoever sent them."""
        return self._refunds.get(payment_no, [])

    def amendments_of(self, contract_no: str) -> list[Amendment]:
        """Amendments filed by the as-of date."""
        return self._amendments.get(contract_no, [])

    def red_lettered(self, invoice_no: str) -> bool:
        """Whether a red-letter invoice cancels it."""
        return invoice_no in self._red_lettered
