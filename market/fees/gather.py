"""The plain facts around a contract or a single payment, in a constant number of queries, for the rules to judge."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tortoise.expressions import Q

from market.catalogue import read as catalogue
from market.contracts.models import Contract, ContractAmendment
from market.fees.models import FeeRecord, Invoice
from market.parties import read as parties
from market.parties.models import Organisation, OrganisationKind
from market.projects.models import ApprovalCase
from market.rules import facts


@dataclass(frozen=True)
class Scene:
    """What the rules judge together: the world, its subjects, who is concerned, and whose money came back."""

    world: facts.World
    subjects: tuple[str, ...]
    refunded: frozenset[str]
    parties: dict[UUID, str]


# budget: gathers lists by comprehension; dividing it would hide what belongs together
async def scene(contract_id: UUID | None, fee_id: UUID | None, as_of: date) -> Scene:
    """Around the contract, or around the one payment when there is none. Reversed records and reversals do not exist here."""
    contract = await Contract.get(id=contract_id).select_related("case", "client", "supplier") if contract_id else None
    own = Q(contract_id=contract_id) if contract else Q(id=fee_id) | Q(refund_of_id=fee_id) | Q(reverses_id=fee_id)
    every = await FeeRecord.filter(own).select_related("payer", "payee", "case", "refund_of")
    gone = {f.reverses_id for f in every} | {f.id for f in every if f.reverses_id}
    fees = [f for f in every if f.id not in gone]
    involved = Q(fee_id__in=[f.id for f in every]) | Q(contract_id=contract_id or UUID(int=0))
    invoices = await Invoice.filter(involved).select_related("seller", "fee", "red_letter_of")
    concerned = _concerned(contract, every)
    plain = [fact async for fact in _surroundings(contract, concerned)]
    number = contract.contract_no if contract else None
    plain += [_payment(f, number) for f in fees] + [_invoice(i, number, gone) for i in invoices]
    subjects = [f"payment:{f.record_no}" for f in every if not f.refund_of_id]
    subjects += [f"invoice:{i.invoice_no}" for i in invoices] + ([f"contract:{number}"] if number else [])
    return Scene(facts.World(plain, as_of), tuple(subjects), _refunded(fees, number), concerned)


def _concerned(contract: Contract | None, fees: Iterable[FeeRecord]) -> dict[UUID, str]:
    sides = {f.payer_id: "payer" for f in fees if not f.refund_of_id} | {f.payee_id: "payee" for f in fees if not f.refund_of_id}
    if contract:
        sides |= {contract.client_id: "client", contract.supplier_id: "supplier"}
        if contract.case:
            sides |= {contract.case.agency_id: "agency", contract.case.applicant_id: "applicant"}
    return sides


# budget: one loop per kind of fact
async def _surroundings(contract: Contract | None, concerned: dict[UUID, str]) -> AsyncIterator[facts.Fact]:
    relations = await parties.relations_around(concerned)
    near = set(concerned) | {r.source_org_id for r in relations} | {r.target_org_id for r in relations}
    codes = {}
    for row in await Organisation.filter(id__in=near):
        codes[row.id] = row.code
        # A natural person stays a pseudonym: what is found is read by the other parties, too.
        yield facts.Organisation(row.code, "" if row.kind == OrganisationKind.PERSON else row.name, row.kind)
    for r in relations:
        yield facts.Relation(codes[r.source_org_id], codes[r.target_org_id], r.relation, r.since, r.until, r.source)
    if contract:
        yield _contract(contract, codes)
        for period in await _classes(contract.item_code):
            yield period
        for change in await ContractAmendment.filter(contract_id=contract.id):
            yield facts.Amendment(contract.contract_no, change.filed_on, change.amount_change_fen, change.reason)
        if contract.case:
            yield _case(contract.case, codes)


async def _classes(code: str) -> list[facts.ItemClassPeriod]:
    """The catalogue's versions; before the first one, the first one's class (ledger.md, Exactly)."""
    versions = await catalogue.history(code)
    starts = [None, *(v.valid_from for v in versions[1:])]
    return [facts.ItemClassPeriod(code, v.item_class, s, v.valid_to) for v, s in zip(versions, starts, strict=False)]


def _contract(row: Contract, codes: dict[UUID, str]) -> facts.Contract:
    plain = (
        "contract_no item_code method valid_quotes purpose amount_fen commissioned_on signed_on due_on delivered_on accepted_on"
    )
    return facts.Contract(
        case_no=row.case.case_no if row.case else None,
        client_id=codes[row.client_id],
        supplier_id=codes[row.supplier_id],
        **{name: getattr(row, name) for name in plain.split()},
    )


def _case(row: ApprovalCase, codes: dict[UUID, str]) -> facts.Case:
    return facts.Case(row.case_no, row.approval_item, codes[row.agency_id], codes[row.applicant_id], row.object)


def _payment(row: FeeRecord, contract_no: str | None) -> facts.Payment:
    return facts.Payment(
        payment_no=row.record_no,
        paid_on=row.paid_on,
        payer_id=row.payer.code,
        payee_id=row.payee.code,
        amount_fen=row.amount_fen,
        contract_no=contract_no,
        case_no=row.case.case_no if row.case else None,
        purpose_text=row.purpose_text,
        grade=row.grade,
        refund_of=row.refund_of.record_no if row.refund_of else None,
    )


def _invoice(row: Invoice, contract_no: str | None, gone: set[UUID | None]) -> facts.Invoice:
    return facts.Invoice(
        invoice_no=row.invoice_no,
        issued_on=row.issued_on,
        seller_id=row.seller.code,
        buyer_id=row.buyer_code,
        amount_fen=row.amount_fen,
        contract_no=contract_no if row.contract_id else None,
        payment_no=row.fee.record_no if row.fee and row.fee.id not in gone else None,
        red_letter_of=row.red_letter_of.invoice_no if row.red_letter_of else None,
    )


def _refunded(fees: list[FeeRecord], contract_no: str | None) -> frozenset[str]:
    """Payments of which nothing remains after refunds, and the contract when anything was refunded under it."""
    back: dict[UUID | None, int] = {}
    for fee in fees:
        if fee.refund_of_id:
            back[fee.refund_of_id] = back.get(fee.refund_of_id, 0) + fee.amount_fen
    done = {f"payment:{f.record_no}" for f in fees if back.get(f.id, 0) >= f.amount_fen and not f.refund_of_id}
    return frozenset(done | ({f"contract:{contract_no}"} if back else set()))
