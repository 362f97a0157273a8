"""Reads of fee records: the regulator's all, the parties' own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, RawSQL
from tortoise.functions import Sum
from tortoise.queryset import QuerySet

from market.actors import Actor
from market.contracts.models import Contract
from market.fees.models import FeeDeclaration, FeeRecord, Invoice
from market.parties import read as parties
from market.permissions import Action, Allowed, Subject, may
from market.projects.models import ApprovalCase
from market.text import spellings, wanted_code

RELATED = ("payer", "payee", "contract", "case", "on_behalf_of", "refund_of", "reverses")
_FLAGGED = """(SELECT fee.id FROM fee_records fee JOIN findings found ON found.subject = 'payment:' || fee.record_no
    WHERE found.state IN ('open', 'partly_refunded'))"""


_DISPUTED = """(SELECT said.fee_id FROM fee_declarations said WHERE NOT said.agrees AND NOT EXISTS (SELECT 1
    FROM fee_declarations later WHERE later.fee_id = said.fee_id AND later.party_id = said.party_id AND later.number > said.number))"""


@dataclass(frozen=True)
class FeeFilter:
    """Which records; None means any. ``payer``, ``payee``: codes. ``flagged``: an open finding is about this payment.

    ``disputed``: what one end last declared differs from the record.
    """

    payer: str | None = None
    payee: str | None = None
    item_code: str | None = None
    item_class: str | None = None
    paid_from: date | None = None
    paid_to: date | None = None
    grade: str | None = None
    contract_no: str | None = None
    case_no: str | None = None
    flagged: bool | None = None
    disputed: bool | None = None
    record_no: str | None = None


_COLUMNS = {
    "payer": "payer__code",
    "payee": "payee__code",
    "paid_from": "paid_on__gte",
    "paid_to": "paid_on__lte",
    "contract_no": "contract__contract_no",
    "case_no": "case__case_no__in",
}


def reads_all(actor: Actor) -> bool:
    """Whether the actor sees everybody's records; each such look is logged."""
    return isinstance(may(actor, Action.FEE_READ, Subject()), Allowed)


def subject(fee: FeeRecord) -> Subject:
    """Those whom the record concerns."""
    return ends(fee.payer_id, fee.payee_id, fee.contract, fee.case)


def ends(payer: UUID, payee: UUID, contract: Contract | None, case: ApprovalCase | None) -> Subject:
    """Payer, payee, the contract's parties and the case's."""
    signed = (contract.client_id, contract.supplier_id) if contract else ()
    return Subject.of(payer, payee, *signed, *((case.applicant_id, case.agency_id) if case else ()))


def recorders(payer: UUID, payee: UUID, contract: Contract | None, case: ApprovalCase | None) -> Subject:
    """Who may record a payment: of a contract its parties and the case's, and whoever paid its supplier; of a case alone the case's.

    Else any stranger could name a contract, or a case, and have a payment to itself held against the agency.
    """
    if contract:
        supplier = contract.supplier_id
        return ends(payer if payee == supplier else supplier, supplier, contract, case)
    return Subject.of(case.applicant_id, case.agency_id) if case else Subject.of(payer, payee)


def recorder(fee: FeeRecord) -> Subject:
    """For whom it was recorded: nobody else may say that it was a mistake."""
    return Subject.of(fee.recorded_for_id)


def may_see(actor: Actor, fee: FeeRecord) -> bool:
    """Whether the actor may read it."""
    return isinstance(may(actor, Action.FEE_READ, subject(fee)), Allowed)


def listing(actor: Actor, wanted: FeeFilter) -> QuerySet[FeeRecord]:
    """The records that the actor may read and that fit, unordered."""
    query = FeeRecord.all()
    if not reads_all(actor):
        own = actor.party_id or UUID(int=0)
        ends = ("payer_id", "payee_id", "contract__client_id", "contract__supplier_id", "case__applicant_id", "case__agency_id")
        query = query.filter(Q(**dict.fromkeys(ends, own), join_type="OR"))
    given = {_COLUMNS.get(k, k): v for k, v in _spelt(wanted).items() if v is not None and k not in ("flagged", "disputed")}
    return query.filter(*_among(wanted.flagged, _FLAGGED), *_among(wanted.disputed, _DISPUTED), **given)


def _among(asked: bool | None, ids: str) -> list[Q]:
    """Records that are among the ids of a subquery, or are not."""
    among = Q(id__in=RawSQL(ids))
    return [] if asked is None else [among if asked else ~among]


def _spelt(wanted: FeeFilter) -> dict[str, Any]:
    typed = {"payer": parties.spelling(wanted.payer), "payee": parties.spelling(wanted.payee)}
    numbers = None if wanted.case_no is None else spellings(wanted.case_no)
    return vars(wanted) | typed | {"item_code": wanted_code(wanted.item_code), "case_no": numbers}


async def page(query: QuerySet[FeeRecord], after: Sequence[Any] | None, limit: int) -> list[FeeRecord]:
    """At most ``limit + 1`` rows, the newest payment first, after a position (date, id)."""
    if after is not None:
        on, last = after
        query = query.filter(Q(paid_on__lt=on) | Q(paid_on=on, id__lt=last))
    return await query.order_by("-paid_on", "-id").limit(limit + 1).select_related(*RELATED)


def position(fee: FeeRecord) -> list[str]:
    """The place of a row in the list."""
    return [fee.paid_on.isoformat(), str(fee.id)]


async def fees_by_id(ids: Sequence[UUID]) -> list[FeeRecord | None]:
    """Records in key order, with everything that they name."""
    rows = {f.id: f for f in await FeeRecord.filter(id__in=list(ids)).select_related(*RELATED)}
    return [rows.get(i) for i in ids]


async def fees_by_no(numbers: Sequence[str]) -> list[FeeRecord | None]:
    """Records by their numbers, in key order, with everything that they name."""
    rows = {f.record_no: f for f in await FeeRecord.filter(record_no__in=list(numbers)).select_related(*RELATED)}
    return [rows.get(number) for number in numbers]


async def refunds_by_fee(ids: Sequence[UUID]) -> list[list[FeeRecord]]:
    """The refunds that name each record, in order of date."""
    rows = await FeeRecord.filter(refund_of_id__in=list(ids), reverses_id=None).order_by("paid_on").select_related(*RELATED)
    return [[r for r in rows if r.refund_of_id == i] for i in ids]


# budget: comprehensions over refunds, no nested branches
async def nets_by_fee(ids: Sequence[UUID]) -> list[int]:
    """What remains of each record after refunds that were not reversed, in fen."""
    amounts = dict(await FeeRecord.filter(id__in=list(ids)).values_list("id", "amount_fen"))
    back = await FeeRecord.filter(refund_of_id__in=list(ids)).values("id", "refund_of_id", "amount_fen", "reverses_id")
    taken_back = {r["reverses_id"] for r in back if r["reverses_id"]}
    standing = [r for r in back if r["reverses_id"] is None and r["id"] not in taken_back]
    return [amounts.get(i, 0) - sum(r["amount_fen"] for r in standing if r["refund_of_id"] == i) for i in ids]


async def paid_by_contract(ids: Sequence[UUID]) -> list[int]:
    """What was paid under each contract and has not come back, in fen; a record that was taken back counts on neither side."""
    standing = FeeRecord.filter(contract_id__in=list(ids), reverses_id=None, reversed_by__isnull=True)
    sums = standing.annotate(total=Sum("amount_fen")).group_by("contract_id")
    paid = dict(await sums.filter(refund_of_id=None).values_list("contract_id", "total"))
    back = dict(await sums.filter(refund_of_id__not_isnull=True).values_list("contract_id", "total"))
    return [int(paid.get(i, 0)) - int(back.get(i, 0)) for i in ids]


async def reversals_by_fee(ids: Sequence[UUID]) -> list[FeeRecord | None]:
    """The record that takes each one back, if any."""
    rows = {f.reverses_id: f for f in await FeeRecord.filter(reverses_id__in=list(ids)).select_related(*RELATED)}
    return [rows.get(i) for i in ids]


async def invoices_by_fee(ids: Sequence[UUID]) -> list[list[Invoice]]:
    """The invoices of each record."""
    rows = await Invoice.filter(fee_id__in=list(ids)).order_by("issued_on").select_related("seller", "red_letter_of")
    return [[r for r in rows if r.fee_id == i] for i in ids]


def invoice_key(invoice: Invoice) -> str:
    """Under which its document is attached."""
    return f"invoice:{invoice.invoice_no}"


async def declarations_by_fee(ids: Sequence[UUID]) -> list[list[FeeDeclaration]]:
    """What the ends of each record declared by themselves, oldest first, with their party and the record's ends."""
    rows = FeeDeclaration.filter(fee_id__in=list(ids)).order_by("declared_at", "number")
    said = await rows.select_related("party", "fee__payer", "fee__payee")
    return [[r for r in said if r.fee_id == i] for i in ids]
