"""Rows of audits: when every rule was run over everything, as of which day, and what it found."""

from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class AuditRun(Model):
    """One audit.

    ``key``: what there is one of, a day's own audit or a request. ``rules`` empty: all.
    A day's own audit brings the findings up to date; a requested one, of whatever day, keeps its results by itself.
    ``counts``: rule → {proof, lead, not_computable}. ``lease_until``: until when a worker has it; one
    whose worker died is taken up again.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    key = fields.CharField(max_length=60, unique=True)
    as_of = fields.DateField(db_index=True)
    daily = fields.BooleanField(default=False)
    rules: fields.Field[list[str]] = fields.JSONField(default=list)
    purpose = fields.CharField(max_length=300, default="")
    requested_by_id = fields.UUIDField(null=True)
    requested_at = fields.DatetimeField()
    lease_until = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True, db_index=True)
    counts: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)

    class Meta:
        table = "audit_runs"
        indexes = (("requested_at", "id"),)


class AuditResult(Model):
    """What a requested audit found: as a finding, but of its own day, and never changed."""

    id = fields.BigIntField(primary_key=True)
    run: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.AuditRun", related_name="results", on_delete=fields.CASCADE
    )
    run_id: UUID
    rule = fields.CharField(max_length=10)
    rule_version = fields.CharField(max_length=20)
    subject = fields.CharField(max_length=80)
    certainty = fields.CharField(max_length=10)
    severity = fields.CharField(max_length=4)
    amount_fen = fields.BigIntField(null=True)
    item_code = fields.CharField(max_length=60, default="")
    because: fields.Field[list[dict[str, Any]]] = fields.JSONField()
    evidence: fields.Field[list[str]] = fields.JSONField()

    class Meta:
        table = "audit_results"
