"""The plain facts around cases, contracts and payments, in a constant number of queries, for the rules to judge.

What is judged together is a ``Unit``: everything of some cases, and what belongs to no case. The facts may hold more
than the unit: a payment of another case that an invoice names, the money that the applicant's side paid elsewhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from market.catalogue import read as catalogue
from market.fees import records
from market.rules import facts, sides
from market.rules.engine import subjects
from market.rules.world import World

T = TypeVar("T")
Facts = list[facts.Fact]


@dataclass(frozen=True)
class Unit:
    """What is judged together: cases, and contracts, payments, invoices and demands of no case; projects with their awards."""

    cases: Sequence[str] = ()
    contracts: Sequence[str] = ()
    payments: Sequence[str] = ()
    invoices: Sequence[str] = ()
    demands: Sequence[str] = ()
    projects: Sequence[str] = ()


@dataclass(frozen=True)
class Scene:
    """A world, and the records in it that are judged: for all others it may lack facts."""

    world: World
    subjects: tuple[str, ...]


async def scene(unit: Unit, as_of: date) -> Scene:
    """Everything that the rules need for the records of the unit."""
    cases = await records.select(facts.Case, records.CASES, "case_no IN $1", unit.cases)
    contracts = await records.select(
        facts.Contract, records.CONTRACTS, "case_no IN $1 OR contract_no IN $2", unit.cases, unit.contracts
    )
    payments = await _payments(unit, contracts)
    invoices = await _invoices(unit, contracts, payments)
    demands = await records.select(facts.Demand, records.DEMANDS, "case_no IN $1 OR demand_no IN $2", unit.cases, unit.demands)
    tenders = await _tenders(unit)
    judged = subjects(World([*contracts, *payments, *invoices, *demands, *tenders], as_of))
    named = await _paid_elsewhere(payments, invoices)
    refunds = await records.select(facts.Payment, records.PAYMENTS, "refund_of IN $1", [p.payment_no for p in payments])
    known: Facts = [*cases, *contracts, *payments, *invoices, *demands, *tenders, *named, *refunds]
    known += await _lists(known)
    known += await _market(known)
    known += await _surroundings(known, cases)
    return Scene(World(known, as_of), tuple(judged))


async def _payments(unit: Unit, contracts: Iterable[facts.Contract]) -> list[facts.Payment]:
    """Under the contracts, and of the cases without a contract; what a contract of another case pays is judged there."""
    numbers = [c.contract_no for c in contracts]
    return await records.select(
        facts.Payment,
        records.PAYMENTS,
        "refund_of IS NULL AND (contract_no IN $1 OR (contract_no IS NULL AND (case_no IN $2 OR payment_no IN $3)))",
        numbers,
        unit.cases,
        unit.payments,
    )


async def _invoices(unit: Unit, contracts: Iterable[facts.Contract], payments: Iterable[facts.Payment]) -> list[facts.Invoice]:
    """An invoice is judged with its contract, without one with its payment, without either by itself; and what cancels it."""
    found = await records.select(
        facts.Invoice,
        records.INVOICES,
        "contract_no IN $1 OR (contract_no IS NULL AND (payment_no IN $2 OR invoice_no IN $3))",
        [c.contract_no for c in contracts],
        [p.payment_no for p in payments],
        unit.invoices,
    )
    here = {i.invoice_no for i in found}
    red = await records.select(facts.Invoice, records.INVOICES, "red_letter_of IN $1", list(here))
    return [*found, *(i for i in red if i.invoice_no not in here)]


async def _paid_elsewhere(payments: Iterable[facts.Payment], invoices: Iterable[facts.Invoice]) -> Facts:
    """The payments of other cases that invoices name: facts, but not judged here."""
    here = {p.payment_no for p in payments}
    elsewhere = {i.payment_no for i in invoices if i.payment_no} - here
    return await records.select(facts.Payment, records.PAYMENTS, "payment_no IN $1", list(elsewhere))


async def _tenders(unit: Unit) -> Facts:
    """The projects and their awards."""
    return [
        *await records.select(facts.Project, records.PROJECTS, "code IN $1", unit.projects),
        *await records.select(facts.Award, records.AWARDS, "project_code IN $1", unit.projects),
    ]


async def _market(known: Facts) -> Facts:
    """The awards behind the contracts, the other awards of those who won, certificates, and which payees operate the market."""
    here = {a.project_code for a in _of(facts.Award, known)}
    numbers, winners = _named(facts.Contract, "contract_no", known), _named(facts.Award, "supplier_id", known)
    awards = await records.select(facts.Award, records.AWARDS, "contract_no IN $1 OR supplier_id IN $2", numbers, winners)
    loose = [p for p in _of(facts.Payment, known) if not p.contract_no and not p.refund_of]
    return [
        *(a for a in awards if a.project_code not in here),
        *await _certificates(known),
        *await records.select(facts.Operator, records.OPERATORS, "party_id IN $1", _named(facts.Payment, "payee_id", loose)),
    ]


async def _certificates(known: Facts) -> Facts:
    """Of the suppliers, where an item asks for a qualification; and of everybody who could have bid for the projects."""
    asked = {t.item_code for t in _of(facts.ItemTerms, known) if t.qualification}
    tendered = asked & set(_named(facts.Project, "item_code", known))
    pools = {t.qualification for t in _of(facts.ItemTerms, known) if t.item_code in tendered and t.qualification}
    suppliers = _named(facts.Contract, "supplier_id", [c for c in _of(facts.Contract, known) if c.item_code in asked])
    return await records.select(
        facts.HeldQualification, records.HELD, "holder_id IN $1 OR qualification IN $2", suppliers, sorted(pools)
    )


def _of(kind: type[T], known: Iterable[facts.Fact]) -> list[T]:
    return [fact for fact in known if isinstance(fact, kind)]


def _named(kind: type[facts.Fact], column: str, known: Iterable[facts.Fact]) -> list[str]:
    """What the facts of a kind have in a column, each once."""
    return sorted({value for fact in _of(kind, known) if (value := getattr(fact, column))})


async def _lists(known: Facts) -> Facts:
    """Classes, terms and prices of the items, and the amendments of the contracts."""
    named = {f.item_code for f in known if isinstance(f, facts.Contract | facts.Demand | facts.Project)}
    numbers = [c.contract_no for c in _of(facts.Contract, known)]
    amended = await records.select(facts.Amendment, records.AMENDMENTS, "contract_no IN $1", numbers)
    return [*await lists(sorted(code for code in named if code)), *amended]


async def lists(codes: Sequence[str]) -> Facts:
    """Classes, terms and prices of the items, on whatever date."""
    return [
        *await item_classes(codes),
        *await records.select(facts.ItemPrice, records.PRICES, "item_code IN $1", codes),
    ]


async def item_classes(codes: Sequence[str]) -> Facts:
    """Which class each item had when, by the catalogue and by other lists."""
    return [
        *await _catalogue(codes),
        *await records.select(facts.ItemClassPeriod, records.CLASSES, "item_code IN $1", codes),
    ]


async def _catalogue(codes: Sequence[str]) -> Facts:
    """The catalogue's versions; before the first one, what the first one says (ledger.md, Exactly)."""
    periods: Facts = []
    for code, versions in zip(codes, await catalogue.histories_by_code(codes), strict=True):
        starts = [None, *(v.valid_from for v in versions[1:])]
        for v, since in zip(versions, starts, strict=False):
            periods.append(facts.ItemClassPeriod(code, v.item_class, since, v.valid_to, catalogue=True))
            periods.append(facts.ItemTerms(code, v.self_preparation, v.qualification_zh, since, v.valid_to))
    return periods


async def _surroundings(known: Facts, cases: Iterable[facts.Case]) -> Facts:
    """The parties, how they are related, and what the applicants' sides paid without a contract."""
    parties = _parties(known)
    relations = await records.relations_around(sorted(parties))
    here = {f.payment_no for f in known if isinstance(f, facts.Payment)}
    loose = [p for p in await _loose(cases, relations) if p.payment_no not in here]
    purses = {p.payee_id for p in loose if p.payee_id} - parties
    relations = list(dict.fromkeys([*relations, *await records.relations_around(sorted(purses))]))
    everyone = parties | _ends(relations) | _parties(loose)
    organisations = await records.select(facts.Organisation, records.ORGANISATIONS, "id IN $1", sorted(everyone))
    return [*organisations, *relations, *loose]


def _ends(relations: Iterable[facts.Relation]) -> set[str]:
    return {end for r in relations for end in (r.from_id, r.to_id)}


async def _loose(cases: Iterable[facts.Case], relations: Iterable[facts.Relation]) -> list[facts.Payment]:
    """What the applicants' sides, whatever the date, paid without a contract; and payments to the agencies by nobody knows whom."""
    payers = _side_on_any_date({c.applicant_id for c in cases if c.applicant_id}, relations)
    return await records.select(
        facts.Payment,
        records.PAYMENTS,
        "contract_no IS NULL AND refund_of IS NULL AND (payer_id IN $1 OR (payer_id IS NULL AND payee_id IN $2))",
        sorted(payers),
        sorted({c.agency_id for c in cases if c.agency_id}),
    )


def _side_on_any_date(applicants: set[str], relations: Iterable[facts.Relation]) -> set[str]:
    """Who is on the side of one of the applicants on some day: a superset of ``sides.applicant_side``."""
    linked: dict[str, set[str]] = defaultdict(set)
    agents: dict[str, set[str]] = defaultdict(set)
    for r in relations:
        if r.relation in sides.GROUPING:
            linked[r.from_id].add(r.to_id)
            linked[r.to_id].add(r.from_id)
        elif r.relation == "agent_of":
            agents[r.to_id].add(r.from_id)
    todo = list(applicants)
    members = set(todo)
    for here in todo:
        new = linked[here] - members
        members |= new
        todo += new
    return members | {agent for member in members for agent in agents[member]}


_ENDS = ("client_id", "supplier_id", "payer_id", "payee_id", "seller_id", "buyer_id", "agency_id", "applicant_id")


def _parties(known: Iterable[facts.Fact]) -> set[str]:
    """Everybody whom the facts name."""
    return {party for fact in known for end in _ENDS if (party := getattr(fact, end, None))}


async def unit_around(payment: facts.Payment, contract: facts.Contract | None) -> Unit:
    """All that a new or changed payment can affect: its case or contract, and the cases that its money may have gone round."""
    if contract:
        return Unit(cases=[contract.case_no]) if contract.case_no else Unit(contracts=[contract.contract_no])
    cases = {payment.case_no} if payment.case_no else set()
    if payment.payer_id:
        principals = [payment.payer_id, *await records.principals_of(payment.payer_id)]
        members = _side_on_any_date(set(principals), await records.relations_around(principals))
        around = await records.select(facts.Case, records.CASES, "applicant_id IN $1", sorted(members))
        cases |= {case.case_no for case in around}
    return Unit(cases=sorted(cases), payments=[] if payment.case_no else [payment.payment_no])


def concerned(world: World, subject: str) -> dict[str, str]:
    """Whom a finding about the subject concerns, by code, and as what: they may read it."""
    if (tender := _tender(world, subject)) is not None:
        return tender
    payment, contract, case_no = _named_by(world, subject)
    case = world.cases.get(case_no or "")
    sides: dict[str, str | None] = {}
    if payment:
        sides |= {"payer": payment.payer_id, "payee": payment.payee_id}
    if contract:
        sides |= {"client": contract.client_id, "supplier": contract.supplier_id}
    if case:
        sides |= {"agency": case.agency_id, "applicant": case.applicant_id}
    return {party: side for side, party in sides.items() if party}


def _tender(world: World, subject: str) -> dict[str, str] | None:
    """Of a project its buyer, of an award the intermediary, too; None for other subjects."""
    kind, _, key = subject.partition(":")
    tenders: Mapping[str, Mapping[str, facts.Project | facts.Award]] = {
        "project": world.market.projects,
        "award": world.market.awards,
    }
    if kind not in tenders:
        return None
    tender = tenders[kind][key]
    known = world.organisations.get(tender.buyer_id or "")
    side = "agency" if known and known.kind == "agency" else "client"
    named = {tender.buyer_id: side, getattr(tender, "supplier_id", None): "supplier"}
    return {party: side for party, side in named.items() if party}


Named = tuple[facts.Payment | None, facts.Contract | None, str | None]


def _named_by(world: World, subject: str) -> Named:
    """The payment, contract and case number that the subject is or names."""
    kind, _, key = subject.partition(":")
    if kind == "demand":
        return None, None, world.demands[key].case_no
    if kind == "contract":
        return _under(world, None, key)
    if kind == "invoice":
        invoice = world.invoices[key]
        return _under(world, world.payments.get(invoice.payment_no or ""), invoice.contract_no)
    payment = world.payments[key]
    return _under(world, payment, payment.contract_no)


def _under(world: World, payment: facts.Payment | None, number: str | None) -> Named:
    contract = world.contracts.get(number or "")
    own = payment.case_no if payment else None
    return payment, contract, contract.case_no if contract else own


def came_back(world: World, subject: str) -> bool:
    """Whether the payment was refunded in full, or for a contract: anything that was paid under it."""
    kind, _, key = subject.partition(":")
    if kind == "contract":
        return any(world.refunds_of(p.payment_no) for p in world.payments_under(key))
    payment = world.payments.get(key)
    return kind == "payment" and payment is not None and _left(world, payment) <= 0


def _left(world: World, payment: facts.Payment) -> int:
    return (payment.amount_fen or 0) - sum(r.amount_fen or 0 for r in world.refunds_of(payment.payment_no))
