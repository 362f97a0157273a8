"""Payments in the API: the market's own fee records and imported ledgers in one list, for supervisors."""

from datetime import date
from enum import Enum
from typing import Self

import strawberry

from market.catalogue.models import ItemClass
from market.fees import payments as reads
from market.fees import read as fee_reads
from market.fees import service
from market.fees.models import EvidenceGrade
from market.fees.payments import Source
from market.findings import read as findings
from market.parties import read as parties
from schema.context import Info
from schema.fees import FeeRecord
from schema.findings import Finding
from schema.pagination import Connection, Page, connection, day_or_none
from schema.parties import Organisation
from schema.scalars import Yuan

strawberry.enum(Source, name="PaymentSource")


@strawberry.type(description="一笔付款:本平台的付费记录,或导入台账中的一行。 One movement of money, recorded here or imported.")
class Payment:
    """What a ledger leaves open is null. ``feeRecord``: the whole record, where it is one of ours."""

    row: strawberry.Private[reads.Payment]
    source: Source
    payment_no: str
    paid_on: date | None
    amount: Yuan | None
    payer_code: str | None
    payee_code: str | None
    contract_no: str | None
    case_no: str | None
    item_code: str | None
    item_class: ItemClass | None
    grade: EvidenceGrade | None
    purpose_text: str
    refund_of: str | None
    reverses: str | None
    reversed_by: str | None

    @classmethod
    def of(cls, row: reads.Payment) -> Self:
        """From its row."""
        plain = "source payment_no paid_on contract_no case_no item_code purpose_text refund_of reverses reversed_by"
        return cls(
            row=row,
            amount=None if row.amount_fen is None else Yuan(row.amount_fen),
            payer_code=row.payer,
            payee_code=row.payee,
            item_class=ItemClass(row.item_class) if row.item_class else None,
            grade=EvidenceGrade(row.grade) if row.grade else None,
            **{name: getattr(row, name) for name in plain.split()},
        )

    @strawberry.field
    async def payer(self, info: Info) -> Organisation | None:
        """Who paid."""
        return await _party(info, self.payer_code)

    @strawberry.field
    async def payee(self, info: Info) -> Organisation | None:
        """Who was paid."""
        return await _party(info, self.payee_code)

    @strawberry.field
    async def net_amount(self, info: Info) -> Yuan | None:
        """What remains after refunds."""
        back = await info.context.load(reads.returned_by_no, self.payment_no)
        return None if self.row.amount_fen is None else Yuan(self.row.amount_fen - back)

    @strawberry.field
    async def findings(self, info: Info) -> list[Finding]:
        """What the rules found about this payment."""
        return [Finding.of(row) for row in await info.context.load(findings.findings_by_subject, f"payment:{self.payment_no}")]

    @strawberry.field
    async def fee_record(self, info: Info) -> FeeRecord | None:
        """Null for what was imported."""
        row = await info.context.load(fee_reads.fees_by_no, self.payment_no) if self.source is Source.NATIVE else None
        return FeeRecord.of(row) if row else None


async def _party(info: Info, code: str | None) -> Organisation | None:
    row = await info.context.load(parties.organisations_by_code, code) if code else None
    return Organisation.of(row) if row else None


@strawberry.input(description="留空表示不限。 Leave out what does not matter.")
class PaymentFilter:
    """Which payments. ``flagged``: an open finding is about the payment. ``purpose``: why you look; it is logged."""

    source: Source | None = None
    payer: str | None = None
    payee: str | None = None
    item_code: str | None = None
    item_class: ItemClass | None = None
    paid_from: date | None = None
    paid_to: date | None = None
    grade: EvidenceGrade | None = None
    contract_no: str | None = None
    case_no: str | None = None
    flagged: bool | None = None
    purpose: str | None = None

    def wanted(self) -> reads.PaymentFilter:
        """As the domain takes it."""
        plain = {k: v.value if isinstance(v, Enum) and k != "source" else v for k, v in vars(self).items() if k != "purpose"}
        return reads.PaymentFilter(**plain)


@strawberry.type
class Queries:
    """Reads of payments."""

    @strawberry.field(
        description="全部付款,本平台的与导入的在同一个列表里;只给监管部门,每次查看留痕。 "
        "Everybody's payments, ours and imported ones; supervisors only, each look is logged."
    )
    async def payments(
        self,
        info: Info,
        filter: PaymentFilter | None = None,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[Payment]:
        """One page, the newest first, those without a date last."""
        page, asked = Page.of(first, after), filter or PaymentFilter()
        keys = page.after_keys(day_or_none, str, Source)
        await service.log_look(info.context.reader, vars(asked), "payments")
        wanted = asked.wanted()
        rows = await reads.page(wanted, keys, page.limit)
        return connection(rows, page, Payment.of, reads.position, lambda: reads.count(wanted))
