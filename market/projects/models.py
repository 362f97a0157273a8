"""Rows of approval cases, projects and their amendments."""

from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class SelectionMethod(StrEnum):
    """Names as in ``ledger.md``; the other methods follow with the issue that builds them."""

    LOWEST_PRICE = "lowest_price"
    REVERSE_AUCTION = "reverse_auction"
    DIRECT = "direct"


class Purpose(StrEnum):
    """``own_order``: the applicant's own, separate order, never approval work and never fee-shifting."""

    APPROVAL = "approval"
    OWN_ORDER = "own_order"


class ApprovalCase(Model):
    """办件: an applicant's application at an agency. ``object``: the site or thing that it is about."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    case_no = fields.CharField(max_length=60, unique=True)
    approval_item = fields.CharField(max_length=300)
    agency: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="agency_cases", on_delete=fields.RESTRICT
    )
    agency_id: UUID
    applicant: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="applicant_cases", on_delete=fields.RESTRICT
    )
    applicant_id: UUID
    object = fields.CharField(max_length=300, default="")
    accepted_on = fields.DateField(null=True)
    decided_on = fields.DateField(null=True)

    class Meta:
        table = "approval_cases"


class Project(Model):
    """采购项目. ``item_class``: at the moment of review. ``terms``: the notice's frozen constants (minimum, grace, tie rule).

    ``next_check_at``: when time alone moves it; None when it does not. ``version`` counts changes.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    code = fields.CharField(max_length=40, unique=True)
    title = fields.CharField(max_length=200)
    requirements = fields.TextField()
    item_code = fields.CharField(max_length=40, db_index=True)
    item_class = fields.CharField(max_length=32)
    purpose = fields.CharField(max_length=20)
    buyer: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="projects", on_delete=fields.RESTRICT
    )
    buyer_id: UUID
    case: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.ApprovalCase", related_name="projects", on_delete=fields.RESTRICT, null=True
    )
    case_id: UUID | None
    budget_line = fields.CharField(max_length=100, default="")
    method = fields.CharField(max_length=20)
    invited: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="invitations", on_delete=fields.RESTRICT, null=True
    )
    invited_id: UUID | None
    ceiling_fen = fields.BigIntField(null=True)
    service_working_days = fields.IntField()
    told_not_obliged_at = fields.DatetimeField(null=True)
    state = fields.CharField(max_length=20, db_index=True)
    version = fields.IntField(default=1)
    terms: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)
    posted_by_id = fields.UUIDField()
    posted_at = fields.DatetimeField()
    submitted_by_id = fields.UUIDField(null=True)
    reviewed_by_id = fields.UUIDField(null=True)
    review_note = fields.CharField(max_length=500, default="")
    published_at = fields.DatetimeField(null=True)
    wanted_closes_at = fields.DatetimeField(null=True)
    closes_at = fields.DatetimeField(null=True)
    auction_starts_at = fields.DatetimeField(null=True)
    opened_at = fields.DatetimeField(null=True)
    next_check_at = fields.DatetimeField(null=True, db_index=True)
    outcome_reason = fields.CharField(max_length=500, default="")
    previous_round: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.Project", related_name="next_rounds", on_delete=fields.RESTRICT, null=True
    )
    previous_round_id: UUID | None

    class Meta:
        table = "projects"
        indexes = (("published_at", "id"),)


class ProjectAmendment(Model):
    """修订: what changed after publication, why, by whom. ``changes``: field → [before, after]."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    project: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Project", related_name="amendments", on_delete=fields.RESTRICT
    )
    project_id: UUID
    number = fields.IntField()
    changes: fields.Field[dict[str, Any]] = fields.JSONField()
    reason = fields.CharField(max_length=500)
    amended_by_id = fields.UUIDField()
    amended_at = fields.DatetimeField()

    class Meta:
        table = "project_amendments"
        unique_together = (("project", "number"),)
