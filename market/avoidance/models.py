"""Rows of the avoidance list."""

import hashlib
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from market.log.canonical import canonical


class Ground(StrEnum):
    """公职人员任职、兼职 · 公职人员近亲属 · 承担过前期工作(既编又审) · 其他利害关系."""

    OFFICIAL_POST = "official_post"
    OFFICIAL_RELATIVE = "official_relative"
    EARLIER_STAGE = "earlier_stage"
    OTHER_INTEREST = "other_interest"


class Avoidance(Model):
    """回避. An intermediary that must stand back from an agency's projects, where ``case`` is given from that case only.

    ``reason`` may name people: for the two sides and the supervisors. ``until``: the last day, None: open.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    code = fields.CharField(max_length=40, unique=True)
    agency: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="avoidances", on_delete=fields.RESTRICT
    )
    agency_id: UUID
    intermediary: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="avoided_by", on_delete=fields.RESTRICT
    )
    intermediary_id: UUID
    case: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.ApprovalCase", related_name="avoidances", on_delete=fields.RESTRICT, null=True
    )
    case_id: UUID | None
    ground = fields.CharField(max_length=20)
    reason = fields.TextField()
    since = fields.DateField()
    until = fields.DateField(null=True)
    recorded_by_id = fields.UUIDField()
    recorded_at = fields.DatetimeField()
    lifted_at = fields.DatetimeField(null=True)
    lifted_by_id = fields.UUIDField(null=True)
    lift_reason = fields.TextField(default="")

    def commitment(self) -> str:
        """What the log says of an entry without telling whom it is about: hexadecimal SHA-256, its random id is the salt.

        ``agency``, ``intermediary`` and ``case`` must have been loaded.
        """
        about = {
            "id": str(self.id),
            "agency": self.agency.code,
            "intermediary": self.intermediary.code,
            "case": self.case and self.case.case_no,
            "ground": str(self.ground),
            "reason": self.reason,
        }
        return hashlib.sha256(canonical(about).encode()).hexdigest()

    class Meta:
        table = "avoidances"
        indexes = (("intermediary_id", "agency_id"), ("recorded_at", "id"))
