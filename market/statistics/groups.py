"""From contracts to what each indicator asks: groups of item × region, and the plain numbers of every agency, body or contract.

Pure. A deal is a contract as it stood on the day of the run, inside the window. The order of deals never matters.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from market.statistics import exact
from market.statistics.screens import Parameters
from market.statistics.tenders import Tender


@dataclass(frozen=True, slots=True)
class Deal:
    """A contract with what belongs to it. ``agency``: of its case. ``buyer``: the client where that is an agency, else None.

    ``region``: of the buyer, else of the case's agency; empty when its code names none. ``item_class``: on the day it was made.
    ``paid_fen``: net of refunds; None where a payment's amount is unknown. ``changes_fen``: of the amendments filed.
    """

    contract_no: str
    item_code: str
    made_on: date
    region: str = ""
    agency: str | None = None
    applicant: str | None = None
    buyer: str | None = None
    client: str | None = None
    supplier: str | None = None
    item_class: str | None = None
    method: str | None = None
    valid_quotes: int | None = None
    purpose: str | None = None
    amount_fen: int | None = None
    paid_fen: int | None = 0
    changes_fen: int = 0
    amendments: int = 0


@dataclass(frozen=True, slots=True)
class LostQuote:
    """An opened, valid quote that has led to no contract."""

    subject: str
    item_code: str
    region: str
    agency: str
    supplier: str
    method: str
    amount_fen: int


@dataclass(frozen=True)
class Candidate:
    """What one value is about, and the numbers that its screen takes."""

    indicator: str
    subject: str
    item_code: str
    region: str
    inputs: Mapping[str, Any]
    agency: str = ""
    supplier: str = ""


@dataclass(frozen=True)
class Scene:
    """All deals and opened contests of some items. ``later``: contract → applicants of its buyer that its supplier served afterwards."""

    deals: Sequence[Deal]
    lost_quotes: Sequence[LostQuote] = ()
    later: Mapping[str, int] = field(default_factory=dict)
    tenders: Sequence[Tender] = ()


Grouping = Callable[[Scene, Parameters], Iterator[Candidate]]
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


def by(things: Iterable[T], key: Callable[[T], K | None]) -> dict[K, list[T]]:
    """The things by key; without those whose key is None."""
    found: dict[K, list[T]] = defaultdict(list)
    for thing in things:
        if (k := key(thing)) is not None:
            found[k].append(thing)
    return dict(found)


def markets(scene: Scene) -> dict[tuple[str, str], list[Deal]]:
    """(item, region) → its deals."""
    return by(scene.deals, lambda d: (d.item_code, d.region))


def _suppliers(deals: Iterable[Deal]) -> int:
    return len({d.supplier for d in deals if d.supplier})


def _bought(deals: Iterable[Deal]) -> dict[tuple[str, str], list[Deal]]:
    """(agency, item) → what the agency bought."""
    return by(deals, lambda d: (d.buyer, d.item_code) if d.buyer else None)


# --- applicants' choices -------------------------------------------------------------------------------------------------------


def _choices(deals: Iterable[Deal], classes: Collection[str]) -> list[Deal]:
    """Approval work that applicants pay for and chose a body for themselves."""
    return [
        d
        for d in deals
        if d.item_class in classes and d.purpose == "approval" and d.agency and d.applicant and d.supplier and not d.buyer
    ]


Users = dict[str, set[str]]


def _users(deals: Iterable[Deal]) -> Users:
    """Supplier → the applicants that used it."""
    users: Users = defaultdict(set)
    for d in deals:
        users[d.supplier or ""].add(d.applicant or "")
    return users


def _most_used(users: Users) -> str:
    """Of equals the first by code, so that the order of contracts decides nothing."""
    return min(users, key=lambda s: (-len(users[s]), s))


@dataclass(frozen=True)
class Choices:
    """Of one market: supplier → its applicants at each agency; how many agencies each pair of supplier and applicant has."""

    at: Mapping[str, Users]
    pairs: Counter[tuple[str, str]]
    agencies: Counter[str]

    @classmethod
    def of(cls, deals: Iterable[Deal]) -> "Choices":
        """Counted once for all agencies."""
        at = {agency: _users(own) for agency, own in by(deals, lambda d: d.agency).items()}
        pairs = Counter((s, a) for users in at.values() for s, applicants in users.items() for a in applicants)
        agencies = Counter(a for users in at.values() for a in set().union(*users.values()))
        return cls(at, pairs, agencies)

    def elsewhere(self, agency: str, supplier: str) -> tuple[int, int]:
        """Applicants of the other agencies, and those of them that use the supplier there."""
        own = set().union(*self.at[agency].values())
        only_here = sum(self.agencies[a] == 1 for a in own)
        using_here = self.at[agency].get(supplier, set())
        using_elsewhere = self.using[supplier] - sum(self.pairs[supplier, a] == 1 for a in using_here)
        return len(self.agencies) - only_here, using_elsewhere

    @cached_property
    def using(self) -> Counter[str]:
        """Supplier → applicants that use it, anywhere in the region."""
        return Counter(supplier for supplier, _ in self.pairs)


def _designated(
    name: str, scene: Scene, p: Parameters, others: Callable[[Choices, str, str], dict[str, int]]
) -> Iterator[Candidate]:
    for (item, region), deals in markets(scene).items():
        choices, active = Choices.of(_choices(deals, p["applicant_classes"])), _suppliers(deals)
        for agency, users in choices.at.items():
            supplier = _most_used(users)
            inputs = {"applicants": len(set().union(*users.values())), "using": len(users[supplier]), "active_suppliers": active}
            inputs |= others(choices, agency, supplier)
            yield Candidate(name, f"{agency}/{item}", item, region, inputs, agency, supplier)


def designation(scene: Scene, p: Parameters) -> Iterator[Candidate]:
    """Per agency and item: the most used body, against the whole region."""

    def region(choices: Choices, agency: str, supplier: str) -> dict[str, int]:
        return {"regional_applicants": len(choices.agencies), "regional_using": choices.using[supplier]}

    return _designated("designation", scene, p, region)


def disguised_designation(scene: Scene, p: Parameters) -> Iterator[Candidate]:
    """Per agency and item: the most used body, against the region's other agencies."""

    def others(choices: Choices, agency: str, supplier: str) -> dict[str, int]:
        applicants, using = choices.elsewhere(agency, supplier)
        return {"elsewhere_applicants": applicants, "elsewhere_using": using}

    return _designated("disguised_designation", scene, p, others)


# --- prices --------------------------------------------------------------------------------------------------------------------


def _amounts(deals: Iterable[Deal]) -> list[int]:
    return [d.amount_fen for d in deals if d.amount_fen]


def price_gap(scene: Scene, p: Parameters) -> Iterator[Candidate]:
    """Per supplier, item and region, where it worked for both."""
    for (item, region), deals in markets(scene).items():
        for supplier, sold in by(deals, lambda d: d.supplier).items():
            if inputs := _gap(sold):
                yield Candidate("price_gap", f"{supplier}/{item}/{region}", item, region, inputs, supplier=supplier)


def _gap(sold: Sequence[Deal]) -> dict[str, Any]:
    """Both sides' prices; nothing where there is one side only."""
    agencies = _amounts(d for d in sold if d.buyer)
    applicants = _amounts(d for d in sold if d.client and not d.buyer)
    if not agencies or not applicants:
        return {}
    return {
        "applicant_contracts": len(applicants),
        "agency_contracts": len(agencies),
        "applicant_median": str(exact.median(applicants)),
        "agency_median": str(exact.median(agencies)),
    }


def token_suspects(scene: Scene, p: Parameters) -> list[Deal]:
    """What agencies bought at a token of the item's median: asked before it is looked up whom the supplier served later."""
    found = []
    for deals in markets(scene).values():
        amounts = _amounts(deals)
        if len(amounts) >= p["min_contracts"]:
            most = exact.median(amounts) * p["max_part"]
            found += [d for d in deals if d.buyer and d.supplier and d.amount_fen is not None and d.amount_fen <= most]
    return found


def token_price(scene: Scene, p: Parameters) -> Iterator[Candidate]:
    """Per contract of an agency."""
    for (item, region), deals in markets(scene).items():
        amounts = _amounts(deals)
        around = {"item_contracts": len(amounts), "median": str(exact.median(amounts) if amounts else 0)}
        for d in deals:
            if d.buyer and d.supplier and d.amount_fen is not None:
                inputs = around | {"price_fen": d.amount_fen, "later_applicants": scene.later.get(d.contract_no, 0)}
                yield Candidate("token_price", f"contract:{d.contract_no}", item, region, inputs, d.buyer, d.supplier)


def below_cost(scene: Scene, p: Parameters) -> Iterator[Candidate]:
    """Per contract that a price decided, and per quote that lost, beside the quartiles of the item's contracts."""
    lost = by(scene.lost_quotes, lambda q: (q.item_code, q.region))
    for (item, region), deals in markets(scene).items():
        around = _quartiles(_amounts(deals))
        for priced in _priced(deals, lost.get((item, region), ())):
            if priced.amount_fen is not None and priced.method in p["price_methods"]:
                inputs = around | {"price_fen": priced.amount_fen}
                yield Candidate("below_cost", priced.subject, item, region, inputs, priced.agency or "", priced.supplier or "")


class Priced(NamedTuple):
    """A price that was asked for."""

    subject: str
    agency: str | None
    supplier: str | None
    method: str | None
    amount_fen: int | None


def _priced(deals: Iterable[Deal], quotes: Iterable[LostQuote]) -> Iterator[Priced]:
    for d in deals:
        yield Priced(f"contract:{d.contract_no}", d.buyer or d.agency, d.supplier, d.method, d.amount_fen)
    for q in quotes:
        yield Priced(q.subject, q.agency, q.supplier, q.method, q.amount_fen)


def _quartiles(amounts: Sequence[int]) -> dict[str, Any]:
    marks = exact.quartiles(amounts) if amounts else (0, 0, 0)
    return {"item_contracts": len(amounts)} | dict(zip(("q1", "median", "q3"), map(str, marks), strict=True))


# --- what agencies buy ---------------------------------------------------------------------------------------------------------


def concentration(scene: Scene, p: Parameters) -> Iterator[Candidate]:
    """Per agency and item."""
    for (_, region), deals in markets(scene).items():
        active = _suppliers(deals)
        valued = [d for d in deals if d.amount_fen and d.supplier]
        for (agency, item), own in _bought(valued).items():
            inputs = {"contracts": len(own), "by_supplier": _spent(own), "active_suppliers": active}
            yield Candidate("concentration", f"{agency}/{item}", item, region, inputs, agency)


def _spent(deals: Iterable[Deal]) -> dict[str, int]:
    """Supplier → what it was paid for, by its code."""
    spent: Counter[str] = Counter()
    for d in deals:
        spent[d.supplier or ""] += d.amount_fen or 0
    return dict(sorted(spent.items()))


def _listed(deals: Iterable[Deal]) -> dict[str, Any]:
    return {"contracts": sorted([d.made_on.isoformat(), d.amount_fen, d.contract_no] for d in deals if d.amount_fen)}


def splitting(scene: Scene, p: Parameters) -> Iterator[Candidate]:
    """Per agency and item: its contracts of the whole window."""
    for (agency, item), deals in _bought(scene.deals).items():
        yield Candidate("splitting", f"{agency}/{item}", item, deals[0].region, _listed(deals), agency)


def year_splitting(scene: Scene, p: Parameters) -> Iterator[Candidate]:
    """Per agency, item and fiscal year that begins in the window."""
    for (agency, item), bought in _bought(scene.deals).items():
        for year, deals in by(
            bought, lambda d: d.made_on.year if date(d.made_on.year, 1, 1) > p["window_start"] else None
        ).items():
            subject = f"{agency}/{item}/{year}"
            yield Candidate("year_splitting", subject, item, deals[0].region, _listed(deals), agency)


def single_quote(scene: Scene, p: Parameters) -> Iterator[Candidate]:
    """Per agency and item: competitions of agencies whose number of valid quotes is known."""
    for (_, region), deals in markets(scene).items():
        contests = [d for d in deals if d.buyer and d.method in p["competitive_methods"] and d.valid_quotes is not None]
        around = {"regional_projects": len(contests), "regional_single": _single(contests)}
        for (agency, item), own in _bought(contests).items():
            inputs = around | {"projects": len(own), "single": _single(own)}
            yield Candidate("single_quote", f"{agency}/{item}", item, region, inputs, agency)


def _single(deals: Iterable[Deal]) -> int:
    return sum(d.valid_quotes == 1 for d in deals)


def contract_drift(scene: Scene, p: Parameters) -> Iterator[Candidate]:
    """Per contract."""
    for d in scene.deals:
        inputs = {"award_fen": d.amount_fen, "changes_fen": d.changes_fen, "amendments": d.amendments, "paid_fen": d.paid_fen}
        subject, agency = f"contract:{d.contract_no}", d.buyer or d.agency or ""
        yield Candidate("contract_drift", subject, d.item_code, d.region, inputs, agency, d.supplier or "")


GROUPINGS: dict[str, Grouping] = {
    g.__name__: g
    for g in (
        *(designation, disguised_designation, price_gap, single_quote, splitting, year_splitting, concentration),
        *(contract_drift, token_price, below_cost),
    )
}
"""Indicator → who makes its candidates."""
