"""Rows of platform measures."""

from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class Measure(Model):
    """平台措施: a warning, a pause of sign-up or a removal, from the prior notice to the end of an appeal.

    ``evidence``: the number of a project, a contract or a case. ``ends_at``: when it ends by itself, at the latest when it is no
    longer shown (``shown_until``): nothing weighs longer than it may be told. ``state_by``, ``appeal_by``, ``decide_by``: the limits
    as they were when they began.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    code = fields.CharField(max_length=40, unique=True)
    intermediary: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="measures", on_delete=fields.RESTRICT
    )
    intermediary_id: UUID
    kind = fields.CharField(max_length=10)
    pause_days = fields.IntField(null=True)
    ground = fields.CharField(max_length=40)
    happened_on = fields.DateField()
    facts = fields.CharField(max_length=1000)
    evidence = fields.CharField(max_length=60)
    state = fields.CharField(max_length=20)
    proposed_at = fields.DatetimeField()
    proposed_by_id = fields.UUIDField()
    state_by = fields.DatetimeField()
    statement = fields.CharField(max_length=1000, default="")
    stated_at = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=1000, default="")
    decided_at = fields.DatetimeField(null=True)
    decided_by_id = fields.UUIDField(null=True)
    ends_at = fields.DatetimeField(null=True)
    shown_until = fields.DatetimeField(null=True)
    appeal_by = fields.DatetimeField(null=True)
    appeal_reason = fields.CharField(max_length=1000, default="")
    appealed_at = fields.DatetimeField(null=True)
    decide_by = fields.DatetimeField(null=True)
    appeal_decision = fields.CharField(max_length=1000, default="")
    appeal_decided_at = fields.DatetimeField(null=True)
    appeal_decided_by_id = fields.UUIDField(null=True)
    lift_reason = fields.CharField(max_length=1000, default="")
    lifted_at = fields.DatetimeField(null=True)
    lifted_by_id = fields.UUIDField(null=True)

    class Meta:
        table = "measures"
        indexes = (("intermediary_id", "state"), ("proposed_at", "id"))
