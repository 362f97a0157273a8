"""Rows of applications: to join as an intermediary, or of one that is here for a further qualification."""

from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class Wish(StrEnum):
    """入驻 · 增加资质."""

    JOIN = "join"
    QUALIFICATION = "qualification"


class OnboardingApplication(Model):
    """入驻申请: what was typed, as it was typed, until an operator decides. ``receipt_hash``: of the receipt of who asks to join.

    ``organisation``: whose wish it is, of a newcomer once it is admitted. Contact person and phone are for the operator alone.
    ``pledge``: the version that was accepted. ``decide_by``: the end of the last working day on which it should be decided.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    code = fields.CharField(max_length=40, unique=True)
    wish = fields.CharField(max_length=20)
    state = fields.CharField(max_length=20)
    receipt_hash = fields.CharField(max_length=64, null=True, unique=True)
    organisation: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="onboarding", on_delete=fields.RESTRICT, null=True
    )
    organisation_id: UUID | None
    organisation_code = fields.CharField(max_length=40, db_index=True)
    name = fields.CharField(max_length=200)
    kind = fields.CharField(max_length=32)
    contact_name = fields.CharField(max_length=60, default="")
    contact_phone = fields.CharField(max_length=30, default="")
    pledge = fields.CharField(max_length=20, default="")
    applied_at = fields.DatetimeField()
    applied_by_id = fields.UUIDField(null=True)
    decide_by = fields.DatetimeField()
    decided_at = fields.DatetimeField(null=True)
    decided_by_id = fields.UUIDField(null=True)
    reasons = fields.CharField(max_length=500, default="")

    class Meta:
        table = "onboarding_applications"
        indexes = (("state", "applied_at", "id"), ("organisation_id",))


class OnboardingCertificate(Model):
    """A qualification that an application names, with its certificate and dates. ``number``: its place, from 1."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    application: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.OnboardingApplication", related_name="certificates", on_delete=fields.RESTRICT
    )
    application_id: UUID
    number = fields.SmallIntField()
    qualification = fields.CharField(max_length=60)
    level = fields.CharField(max_length=40, default="")
    certificate_no = fields.CharField(max_length=60)
    valid_from = fields.DateField()
    valid_to = fields.DateField(null=True)

    class Meta:
        table = "onboarding_certificates"
        unique_together = (("application", "number"),)
