"""Rows of findings: what a rule found, about which record."""

from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class FindingState(StrEnum):
    """``refunded`` when the money is back, ``cleared`` when a correcting record took the ground away; the row stays."""

    OPEN = "open"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    CLEARED = "cleared"


class Finding(Model):
    """线索 (lead) or 认定 (proof). ``subject``: ``payment:No.``, ``contract:No.``, ``invoice:No.`` as in the ledger.

    ``amount_fen``: at issue when found; ``refunded_fen``: returned since. ``because``: the conditions with their facts.
    ``scope``: what findings about the same fact share, ``contract:No.``, else the subject.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    rule = fields.CharField(max_length=10)
    rule_version = fields.CharField(max_length=20)
    subject = fields.CharField(max_length=80)
    certainty = fields.CharField(max_length=10)
    severity = fields.CharField(max_length=4)
    state = fields.CharField(max_length=20, db_index=True)
    amount_fen = fields.BigIntField()
    refunded_fen = fields.BigIntField(default=0)
    because: fields.Field[list[dict[str, Any]]] = fields.JSONField()
    evidence: fields.Field[list[str]] = fields.JSONField()
    item_code = fields.CharField(max_length=40, default="", db_index=True)
    scope = fields.CharField(max_length=80, default="")
    found_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "findings"
        unique_together = (("rule", "subject"),)
        indexes = (("found_at", "id"), ("updated_at",))


class FindingParty(Model):
    """An organisation that a finding concerns, it may read the finding."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    finding: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Finding", related_name="parties", on_delete=fields.CASCADE
    )
    finding_id: UUID
    organisation: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="findings", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    side = fields.CharField(max_length=20)

    class Meta:
        table = "finding_parties"
        unique_together = (("finding", "organisation"),)
