"""Rows of approval cases, projects and their amendments."""

from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class SelectionMethod(StrEnum):
    """Names as in ``ledger.md``; how each decides: ``market/selection``."""

    LOWEST_PRICE = "lowest_price"
    REFERENCE_PRICE = "reference_price"
    AVERAGE_PRICE = "average_price"
    CREDIT_MERIT = "credit_merit"
    PROPOSAL_MERIT = "proposal_merit"
    RANDOM_DRAW = "random_draw"
    REVERSE_AUCTION = "reverse_auction"
    DIRECT = "direct"
    ROTATION = "rotation"


class Quoting(StrEnum):
    """What bidders quote: an amount for the whole, or 下浮率, a discount on the ceiling in basis points."""

    AMOUNT = "amount"
    DISCOUNT_RATE = "discount_rate"


class SealMode(StrEnum):
    """Until the opening a quote lies here encrypted, or its bidder keeps it and only its commitment is here."""

    ESCROWED = "escrowed"
    BIDDER_HELD = "bidder_held"


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

    ``framework``: the agreement that this calls off from. ``parameters``: what the buyer chose for the method; see ``projects.parameters``.
    ``beacon_name``, ``beacon_at``: the public random value that its draw waits for, "" where it waits for none.
    ``next_check_at``: when time alone moves it; None when it does not. ``version`` counts changes.
    ``able_count``: how many intermediaries, of a call-off how many members, can fulfil its requirements, None where it has none.
    ``narrow_reason``: why few are enough.
    ``excluded``: who may not serve it, as found when its quotes were first opened: bidder's code → reason. None before.
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
    quoting = fields.CharField(max_length=20, default=Quoting.AMOUNT.value)
    seal_mode = fields.CharField(max_length=20, default=SealMode.ESCROWED.value, db_default=SealMode.ESCROWED.value)
    parameters: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)
    framework: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.Framework", related_name="projects", on_delete=fields.RESTRICT, null=True
    )
    framework_id: UUID | None
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
    beacon_name = fields.CharField(max_length=200, default="")
    beacon_at = fields.DatetimeField(null=True)
    wanted_closes_at = fields.DatetimeField(null=True)
    closes_at = fields.DatetimeField(null=True)
    auction_starts_at = fields.DatetimeField(null=True)
    opened_at = fields.DatetimeField(null=True)
    next_check_at = fields.DatetimeField(null=True, db_index=True)
    able_count = fields.IntField(null=True)
    narrow_reason = fields.CharField(max_length=500, default="", db_default="")
    excluded: fields.Field[dict[str, str] | None] = fields.JSONField(null=True)
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


class Question(Model):
    """提问. What an intermediary asked about a notice, and the buyer's answer to all. Who asked is never published."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    code = fields.CharField(max_length=40, unique=True)
    project: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Project", related_name="questions", on_delete=fields.RESTRICT
    )
    project_id: UUID
    asker: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="questions", on_delete=fields.RESTRICT
    )
    asker_id: UUID
    text = fields.TextField()
    asked_by_id = fields.UUIDField()
    asked_at = fields.DatetimeField()
    answer = fields.TextField(default="")
    answered_by_id = fields.UUIDField(null=True)
    answered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "questions"
