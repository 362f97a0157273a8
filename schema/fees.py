"""Fee records in the API: who paid whom, who should have, and what the rules say of it."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from typing import Any, Self, cast
from uuid import UUID

import strawberry
from strawberry import relay

from market import errors
from market.catalogue.models import ItemClass
from market.contracts import read as contract_reads
from market.documents.read import documents_by_attachment
from market.fees import declarations, forms, models, read, service
from market.fees.models import Channel, EvidenceGrade
from market.findings import read as findings
from market.rules import words
from market.rules.engine import Decision, Verdict
from schema.context import Info
from schema.contracts import Contract
from schema.declarations import FeeDeclaration
from schema.documents import Document
from schema.errors import result
from schema.findings import Finding
from schema.inputs import node_key
from schema.pagination import Connection, Page, connection
from schema.parties import Organisation
from schema.scalars import Yuan

strawberry.enum(Channel)
strawberry.enum(EvidenceGrade)
strawberry.enum(Decision)


@strawberry.type(description="发票,只给当事人和监管部门看。 Only for the parties and the regulator.")
class Invoice:
    """``buyerTitle`` as printed."""

    number: str
    issued_on: date
    buyer_title: str
    buyer_code: str
    amount: Yuan
    seller: Organisation
    red_letter_of: str | None
    key: strawberry.Private[str]

    @strawberry.field
    async def document(self, info: Info) -> Document | None:
        """The file that it was filed with; its content is at ``/documents/ID``."""
        row = await info.context.load(documents_by_attachment, self.key)
        return Document.of(row) if row else None

    @strawberry.field
    async def verified(self, info: Info) -> bool:
        """Whether what is shown here was read from the file, not only typed."""
        row = await info.context.load(documents_by_attachment, self.key)
        return row is not None and row.facts is not None

    @classmethod
    def of(cls, row: models.Invoice) -> Self:
        """From its row, loaded with its seller."""
        return cls(
            number=row.invoice_no,
            issued_on=row.issued_on,
            buyer_title=row.buyer_title,
            buyer_code=row.buyer_code,
            amount=Yuan(row.amount_fen),
            seller=Organisation.of(row.seller),
            red_letter_of=row.red_letter_of.invoice_no if row.red_letter_of else None,
            key=read.invoice_key(row),
        )


@strawberry.type(description="付费记录:一笔钱一条,写明付款人。 One per movement of money, naming its payer.")
class FeeRecord(relay.Node):  # budget: one record, and each of its facts is a field
    """Visible to the parties and the regulator; a mistake is reversed, never deleted."""

    id: relay.NodeID[str]
    row: strawberry.Private[models.FeeRecord]
    record_no: str
    paid_on: date
    amount: Yuan
    channel: Channel
    grade: EvidenceGrade
    voucher_no: str
    item_code: str
    item_class: ItemClass | None
    purpose_text: str
    reason: str
    recorded_at: datetime

    @classmethod
    def of(cls, row: models.FeeRecord) -> Self:
        """From its row, loaded with everything that it names."""
        plain = "record_no paid_on voucher_no item_code purpose_text reason recorded_at"
        values: dict[str, Any] = {name: getattr(row, name) for name in plain.split()}
        return cls(
            id=cast(Any, str(row.id)),
            row=row,
            amount=Yuan(row.amount_fen),
            channel=Channel(row.channel),
            grade=EvidenceGrade(row.grade),
            item_class=ItemClass(row.item_class) if row.item_class else None,
            **values,
        )

    @classmethod
    async def resolve_nodes(cls, *, info: Info, node_ids: Iterable[str], required: bool = False) -> list[Self | None]:  # type: ignore[override]
        """By global id, for those who may read it."""
        actor, ids = info.context.actor, [node_key(i) for i in node_ids]
        if read.reads_all(actor):
            await service.log_look(actor, {"ids": ids})
        rows = await read.fees_by_id(ids)
        return [cls.of(row) if row and read.may_see(info.context.actor, row) else None for row in rows]

    @strawberry.field(
        description="是否由本单位(本人)登记。 Whether the reader's own party recorded it: it alone may take it back."
    )
    async def is_own(self, info: Info) -> bool:
        """False for everybody else."""
        return self.row.recorded_for_id is not None and self.row.recorded_for_id == info.context.actor.party_id

    @strawberry.field
    async def payer(self) -> Organisation:
        """Who paid."""
        return Organisation.of(self.row.payer)

    @strawberry.field
    async def payee(self) -> Organisation:
        """Who was paid."""
        return Organisation.of(self.row.payee)

    @strawberry.field
    async def on_behalf_of(self) -> Organisation | None:
        """For whom the payer paid, where it says so."""
        return Organisation.of(self.row.on_behalf_of) if self.row.on_behalf_of else None

    @strawberry.field
    async def case_no(self) -> str | None:
        """The approval case."""
        return self.row.case.case_no if self.row.case else None

    @strawberry.field
    async def contract(self, info: Info) -> Contract | None:
        """Under which contract."""
        row = await info.context.load(contract_reads.contracts_by_id, self.row.contract_id) if self.row.contract_id else None
        return Contract.of(row) if row and contract_reads.may_see(info.context.actor, row) else None

    @strawberry.field
    async def net_amount(self, info: Info) -> Yuan:
        """What remains after refunds."""
        return Yuan(await info.context.load(read.nets_by_fee, self.row.id))

    @strawberry.field
    async def invoices(self, info: Info) -> list[Invoice]:
        """Its invoices."""
        return [Invoice.of(row) for row in await info.context.load(read.invoices_by_fee, self.row.id)]

    @strawberry.field
    async def declarations(self, info: Info) -> list[FeeDeclaration]:
        """What payer and payee declared of it by themselves, the oldest first; corrected ones stay."""
        return [FeeDeclaration.of(said) for said in await info.context.load(declarations.statements_by_fee, self.row.id)]

    @strawberry.field
    async def refund_of(self) -> str | None:
        """The record number that this one pays back."""
        return self.row.refund_of.record_no if self.row.refund_of else None

    @strawberry.field
    async def refunds(self, info: Info) -> list["FeeRecord"]:
        """What came back."""
        return [FeeRecord.of(row) for row in await info.context.load(read.refunds_by_fee, self.row.id)]

    @strawberry.field
    async def reverses(self) -> str | None:
        """The mistaken record number that this one takes back."""
        return self.row.reverses.record_no if self.row.reverses else None

    @strawberry.field
    async def reversed_by(self, info: Info) -> str | None:
        """The record number that takes this one back."""
        row = await info.context.load(read.reversals_by_fee, self.row.id)
        return row.record_no if row else None

    @strawberry.field
    async def findings(self, info: Info) -> list[Finding]:
        """What the rules found about this payment."""
        return [Finding.of(row) for row in await info.context.load(findings.findings_by_subject, f"payment:{self.row.record_no}")]


@strawberry.type(description="一条规则对一个对象的结论。 What one rule says of one subject.")
class Assessment:
    """``missing``: the columns without which it cannot be computed."""

    rule: str
    version: str
    subject: str
    outcome: Decision
    missing: list[str]
    because: list[str]

    @classmethod
    def of(cls, verdict: Verdict, lang: str) -> Self:
        """In words."""
        because = words.render(verdict.because, verdict.missing, lang)
        missing = list(verdict.missing)
        plain = {name: getattr(verdict, name) for name in ("rule", "version", "subject", "outcome")}
        return cls(**plain, missing=missing, because=because)


@strawberry.type
class FeeRecorded:
    """The record, the findings around it, and every rule's answer."""

    fee_record: FeeRecord
    findings: list[Finding]
    assessment: list[Assessment]

    @classmethod
    async def of(cls, done: service.Recorded, info: Info) -> Self:
        """From the use case's answer."""
        [row] = await read.fees_by_id([done.fee.id])
        return cls(
            fee_record=FeeRecord.of(cast(models.FeeRecord, row)),
            findings=[Finding.of(f) for f in done.findings],
            assessment=[Assessment.of(v, info.context.lang) for v in done.verdicts],
        )


@strawberry.input
class InvoiceInput:
    """An invoice as printed, its file, or both. ``documentId``: of a file sent to ``POST /documents``, from which is read what
    is left out here; where both are given they must agree. Without a file only ``redLetterOf`` may be left out."""

    document_id: strawberry.ID | None = None
    number: str | None = None
    issued_on: date | None = None
    buyer_title: str | None = None
    buyer_code: str | None = None
    seller_code: str | None = None
    amount: Yuan | None = None
    red_letter_of: str | None = None


@strawberry.input
class RecordFeeInput:
    """One movement of money. ``voucherNo``: of the bank or the treasury, where the grade says so."""

    idempotency_key: str
    payer_code: str
    payee_code: str
    amount: Yuan
    paid_on: date
    channel: Channel
    grade: EvidenceGrade
    voucher_no: str = ""
    contract_no: str | None = None
    case_no: str | None = None
    on_behalf_of_code: str | None = None
    purpose_text: str = ""
    invoice: InvoiceInput | None = None

    def form(self) -> forms.RecordFee:
        """As the domain takes it."""
        values = _fen(vars(self)) | {"invoice": forms.InvoiceClaim(**_fen(vars(self.invoice))) if self.invoice else None}
        return forms.RecordFee(**values)


@strawberry.input
class RecordRefundInput:
    """Money back for a record."""

    idempotency_key: str
    refund_of: str
    amount: Yuan
    paid_on: date
    channel: Channel
    grade: EvidenceGrade
    voucher_no: str = ""

    def form(self) -> forms.RecordRefund:
        """As the domain takes it."""
        return forms.RecordRefund(**_fen(vars(self)))


@strawberry.input
class ReverseFeeInput:
    """Which record was a mistake, and why."""

    record_no: str
    reason: str


def _fen(values: dict[str, Any]) -> dict[str, Any]:
    return {"amount_fen" if name == "amount" else name: value for name, value in values.items()}


@strawberry.input(description="留空表示不限。 Leave out what does not matter.")
class FeeRecordFilter:
    """Which records. ``disputed``: payer and payee say different things of it. ``purpose``: why a supervisor looks; it is logged."""

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
    disputed: bool | None = None
    record_no: str | None = None
    purpose: str | None = None

    def wanted(self) -> read.FeeFilter:
        """As the domain takes it."""
        plain = {k: v.value if isinstance(v, Enum) else v for k, v in vars(self).items() if k != "purpose"}
        return read.FeeFilter(**plain)


@strawberry.type
class Queries:
    """Reads of fee records."""

    @strawberry.field(
        description="本平台的付费记录:监管部门看全部(每次查看留痕),当事人看自己的;连同导入的台账见 payments。 "
        "Each look of a supervisor is logged. With imported ledgers: payments."
    )
    async def fee_records(
        self,
        info: Info,
        filter: FeeRecordFilter | None = None,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[FeeRecord]:
        """One page, the newest payment first."""
        page, actor, asked = Page.of(first, after), info.context.reader, filter or FeeRecordFilter()
        if read.reads_all(actor):
            await service.log_look(actor, vars(asked))
        query = read.listing(actor, asked.wanted())
        rows = await read.page(query, page.after_keys(date, UUID), page.limit)
        return connection(rows, page, FeeRecord.of, read.position, query.count)


_PAID = (errors.GradeNotAttestable, errors.IdempotencyKeyReused)


@strawberry.type
class Mutations:
    """Writes of fee records; the rules judge each in the same transaction."""

    @result("RecordFeeResult", FeeRecorded, *_PAID, errors.AlreadyFiled, errors.InvoiceMismatch, errors.InvoiceUnreadable)
    async def record_fee(self, info: Info, input: RecordFeeInput) -> FeeRecorded:
        """记录一笔付款。 Record a payment; the answer says at once whether the wrong side paid."""
        return await FeeRecorded.of(await service.record_fee(info.context.actor, input.form()), info)

    @result("RecordRefundResult", FeeRecorded, *_PAID, errors.RefundTooLarge, errors.AlreadyReversed)
    async def record_refund(self, info: Info, input: RecordRefundInput) -> FeeRecorded:
        """记录一笔退款。 Record money that came back."""
        return await FeeRecorded.of(await service.record_refund(info.context.actor, input.form()), info)

    @result("ReverseFeeResult", FeeRecorded, errors.AlreadyReversed)
    async def reverse_fee(self, info: Info, input: ReverseFeeInput) -> FeeRecorded:
        """冲正一条错误记录。 Take back a mistaken record; both stay."""
        return await FeeRecorded.of(await service.reverse_fee(info.context.actor, input.record_no, input.reason), info)
