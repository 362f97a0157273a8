"""Rows of contracts and their amendments."""

from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class Contract(Model):
    """合同, as the ledger format describes it. A native one is locked to its award, an imported one has none."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    contract_no = fields.CharField(max_length=60, unique=True)
    award: fields.OneToOneNullableRelation[Any] = fields.OneToOneField(
        "market.Award", related_name="contract", on_delete=fields.RESTRICT, null=True
    )
    award_id: UUID | None
    item_code = fields.CharField(max_length=40, db_index=True)
    case: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.ApprovalCase", related_name="contracts", on_delete=fields.RESTRICT, null=True
    )
    case_id: UUID | None
    client: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="client_contracts", on_delete=fields.RESTRICT
    )
    client_id: UUID
    supplier: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="supplier_contracts", on_delete=fields.RESTRICT
    )
    supplier_id: UUID
    method = fields.CharField(max_length=20)
    valid_quotes = fields.IntField(null=True)
    purpose = fields.CharField(max_length=20)
    amount_fen = fields.BigIntField(null=True)
    commissioned_on = fields.DateField(null=True)
    signed_on = fields.DateField(null=True)
    due_on = fields.DateField(null=True)
    delivered_on = fields.DateField(null=True)
    accepted_on = fields.DateField(null=True)
    retest_of: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.Contract", related_name="retests", on_delete=fields.RESTRICT, null=True
    )
    retest_of_id: UUID | None
    filed_at = fields.DatetimeField()
    filed_by_id = fields.UUIDField()

    class Meta:
        table = "contracts"


class ContractAmendment(Model):
    """合同变更: a numbered change of the amount, with its reason."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    contract: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Contract", related_name="amendments", on_delete=fields.RESTRICT
    )
    contract_id: UUID
    filed_on = fields.DateField()
    amount_change_fen = fields.BigIntField()
    reason = fields.CharField(max_length=500)

    class Meta:
        table = "contract_amendments"
