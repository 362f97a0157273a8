"""Rows of fee records and invoices."""

from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class EvidenceGrade(StrEnum):
    """Who vouches for the movement. Hard: treasury, bank, platform. Soft: invoice, declaration."""

    TREASURY = "treasury"
    BANK = "bank"
    PLATFORM = "platform"
    INVOICE = "invoice"
    DECLARATION = "declaration"


class Channel(StrEnum):
    """How the money went."""

    TREASURY_PAYMENT = "treasury_payment"
    BANK_TRANSFER = "bank_transfer"
    ONLINE_PAYMENT = "online_payment"
    CASH = "cash"
    OTHER = "other"


class FeeRecord(Model):
    """付费记录: one movement of money, payer to payee, never negative.

    A refund is its own record, from payee to payer, naming ``refund_of``. A mistake is taken back by a record that
    names it in ``reverses``, with a reason; both stay. ``item_class``: on the date that the rules use.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    record_no = fields.CharField(max_length=60, unique=True)
    paid_on = fields.DateField(db_index=True)
    payer: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="fees_paid", on_delete=fields.RESTRICT
    )
    payer_id: UUID
    payee: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="fees_received", on_delete=fields.RESTRICT
    )
    payee_id: UUID
    amount_fen = fields.BigIntField()
    channel = fields.CharField(max_length=20)
    grade = fields.CharField(max_length=20)
    voucher_no = fields.CharField(max_length=80, default="")
    contract: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.Contract", related_name="fees", on_delete=fields.RESTRICT, null=True
    )
    contract_id: UUID | None
    case: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.ApprovalCase", related_name="fees", on_delete=fields.RESTRICT, null=True
    )
    case_id: UUID | None
    on_behalf_of: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="fees_behalf", on_delete=fields.RESTRICT, null=True
    )
    on_behalf_of_id: UUID | None
    item_code = fields.CharField(max_length=40, default="", db_index=True)
    item_class = fields.CharField(max_length=32, default="")
    purpose_text = fields.CharField(max_length=300, default="")
    refund_of: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.FeeRecord", related_name="refunds", on_delete=fields.RESTRICT, null=True
    )
    refund_of_id: UUID | None
    reverses: fields.OneToOneNullableRelation[Any] = fields.OneToOneField(
        "market.FeeRecord", related_name="reversed_by", on_delete=fields.RESTRICT, null=True
    )
    reverses_id: UUID | None
    reason = fields.CharField(max_length=500, default="")
    recorded_by_id = fields.UUIDField()
    recorded_for_id = fields.UUIDField()
    recorded_at = fields.DatetimeField()

    class Meta:
        table = "fee_records"
        indexes = (("paid_on", "id"),)


class Invoice(Model):
    """发票. ``buyer_title`` as printed, ``buyer`` when the code is a known party. Never public."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    invoice_no = fields.CharField(max_length=60, unique=True)
    issued_on = fields.DateField()
    seller: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="invoices_sold", on_delete=fields.RESTRICT
    )
    seller_id: UUID
    buyer_title = fields.CharField(max_length=200)
    buyer_code = fields.CharField(max_length=40)
    amount_fen = fields.BigIntField()
    contract: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.Contract", related_name="invoices", on_delete=fields.RESTRICT, null=True
    )
    contract_id: UUID | None
    fee: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.FeeRecord", related_name="invoices", on_delete=fields.RESTRICT, null=True
    )
    fee_id: UUID | None
    red_letter_of: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.Invoice", related_name="red_letters", on_delete=fields.RESTRICT, null=True
    )
    red_letter_of_id: UUID | None

    class Meta:
        table = "invoices"


class FeeDeclaration(Model):
    """What one end of a payment says of it by itself. Never changed: a correction is the party's next ``number``.

    ``agrees``: with the record, when it was declared; the record itself never changes either.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    fee: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.FeeRecord", related_name="declarations", on_delete=fields.RESTRICT
    )
    fee_id: UUID
    party: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="fee_declarations", on_delete=fields.RESTRICT
    )
    party_id: UUID
    number = fields.IntField()
    amount_fen = fields.BigIntField()
    paid_on = fields.DateField()
    payer_code = fields.CharField(max_length=40)
    payee_code = fields.CharField(max_length=40)
    reason = fields.CharField(max_length=500, default="")
    agrees = fields.BooleanField()
    declared_by_id = fields.UUIDField()
    declared_at = fields.DatetimeField()

    class Meta:
        table = "fee_declarations"
        unique_together = (("fee", "party", "number"),)


class Demand(Model):
    """要求: what somebody says an agency demanded, for the rules to judge. Never changed.

    ``source``: ``complaint``. Who said it is not here, and ``case_no`` and ``named_supplier`` are as typed.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    demand_no = fields.CharField(max_length=60, unique=True)
    case_no = fields.CharField(max_length=60, default="")
    item_code = fields.CharField(max_length=60)
    demanded_on = fields.DateField()
    reason = fields.CharField(max_length=32)
    named_supplier = fields.CharField(max_length=100, default="")
    source = fields.CharField(max_length=20)
    stated_at = fields.DatetimeField()

    class Meta:
        table = "demands"
