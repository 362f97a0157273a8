"""Rows of oversight cases, of their parties, orders and steps, of complaints and jurisdiction."""

from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class Outcome(StrEnum):
    """What was decided of one finding of a case."""

    PENDING = "pending"
    UPHELD = "upheld"
    NOT_UPHELD = "not_upheld"


class OrderKind(StrEnum):
    """What somebody must do by a day: the regulator take a case, accept a complaint and decide it, the party explain,
    rectify, see that the money goes back.
    """

    TAKE = "take"
    ACCEPT = "accept"
    DECIDE = "decide"
    EXPLAIN = "explain"
    RECTIFY = "rectify"
    REFUND = "refund"


DEMANDS = frozenset({OrderKind.EXPLAIN, OrderKind.RECTIFY, OrderKind.REFUND})
"""What is asked of the parties. The rest is the regulator's own: parties do not see it, it would tell that there is a complaint."""


class Audience(StrEnum):
    """Who reads a step: supervisors alone, or the case's parties too."""

    SUPERVISORS = "supervisors"
    PARTIES = "parties"


class OversightCase(Model):
    """督办件: the findings about one fact, followed until the money is back.

    ``scope``: the fact, ``contract:No.`` or else the finding's subject. ``live_scope``: the same while the case is not closed, so
    that the database itself lets no second case be opened beside it. ``region``: six digits of the administrative division.
    ``next_check_at``: when time alone moves or escalates it. ``escalation``: how many due dates passed unmet, as recorded.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    code = fields.CharField(max_length=40, unique=True)
    scope = fields.CharField(max_length=120, db_index=True)
    live_scope = fields.CharField(max_length=120, null=True, unique=True)
    state = fields.CharField(max_length=30, db_index=True)
    version = fields.IntField(default=1)
    item_code = fields.CharField(max_length=40, default="")
    agency: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="oversight_cases", on_delete=fields.RESTRICT, null=True
    )
    agency_id: UUID | None
    department_code = fields.CharField(max_length=20, default="", db_index=True)
    region = fields.CharField(max_length=6, default="", db_index=True)
    handler: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="handled_cases", on_delete=fields.RESTRICT, null=True
    )
    handler_id: UUID | None
    taken_by_id = fields.UUIDField(null=True)
    asked_by_id = fields.UUIDField(null=True)
    confirmed_by_id = fields.UUIDField(null=True)
    opened_at = fields.DatetimeField()
    opened_on = fields.DateField(db_index=True)
    asked_at = fields.DatetimeField(null=True)
    answer_due_at = fields.DatetimeField(null=True)
    decided_at = fields.DatetimeField(null=True)
    decision_reason = fields.CharField(max_length=2000, default="")
    referred_to = fields.CharField(max_length=200, default="")
    closed_at = fields.DatetimeField(null=True)
    escalation = fields.IntField(default=0)
    next_check_at = fields.DatetimeField(null=True, db_index=True)

    class Meta:
        table = "oversight_cases"
        indexes = (("opened_at", "id"), ("handler_id",))


class CaseFinding(Model):
    """A finding in a case, and what was decided of it. ``settled_fen``: what was left at issue when the case was closed."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    case: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.OversightCase", related_name="links", on_delete=fields.RESTRICT
    )
    case_id: UUID
    finding: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Finding", related_name="case_links", on_delete=fields.RESTRICT
    )
    finding_id: UUID
    outcome = fields.CharField(max_length=20)
    joined_at = fields.DatetimeField()
    settled_fen = fields.BigIntField(null=True)

    class Meta:
        table = "oversight_case_findings"
        unique_together = (("case", "finding"),)
        indexes = (("finding_id",),)


class CaseParty(Model):
    """Whom a case concerns. ``respondent``: must answer. The others are those who bore the cost."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    case: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.OversightCase", related_name="parties", on_delete=fields.RESTRICT
    )
    case_id: UUID
    organisation: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="oversight_parties", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    side = fields.CharField(max_length=20)
    respondent = fields.BooleanField()

    class Meta:
        table = "oversight_parties"
        unique_together = (("case", "organisation"),)
        indexes = (("organisation_id",),)


class OversightOrder(Model):
    """Something due. ``done_at``: when it was done, ``escalated_at``: when it was noticed that it was late."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    case: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.OversightCase", related_name="orders", on_delete=fields.RESTRICT
    )
    case_id: UUID
    kind = fields.CharField(max_length=20)
    text = fields.CharField(max_length=2000, default="")
    ordered_at = fields.DatetimeField()
    due_on = fields.DateField()
    due_at = fields.DatetimeField(db_index=True)
    provisional = fields.BooleanField()
    done_at = fields.DatetimeField(null=True)
    escalated_at = fields.DatetimeField(null=True)

    class Meta:
        table = "oversight_orders"
        indexes = (("case_id",),)


class OversightStep(Model):
    """What happened to a case, by whom, with which words. Never changed."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    case: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.OversightCase", related_name="steps", on_delete=fields.RESTRICT
    )
    case_id: UUID
    number = fields.IntField()
    at = fields.DatetimeField()
    name = fields.CharField(max_length=30)
    account_id = fields.UUIDField(null=True)
    organisation: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="oversight_steps", on_delete=fields.RESTRICT, null=True
    )
    organisation_id: UUID | None
    text = fields.TextField(default="")
    audience = fields.CharField(max_length=20)

    class Meta:
        table = "oversight_steps"
        unique_together = (("case", "number"),)


class Complaint(Model):
    """投诉. ``receipt_hash``: SHA-256 of the receipt that the complainant keeps. Text, contact and who it was are for the
    regulator that handles the case, for nobody else. What it names is kept as it was typed.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    receipt_hash = fields.CharField(max_length=64, unique=True)
    case: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.OversightCase", related_name="complaints", on_delete=fields.RESTRICT
    )
    case_id: UUID
    complainant: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="complaints", on_delete=fields.RESTRICT, null=True
    )
    complainant_id: UUID | None
    item_code = fields.CharField(max_length=40)
    contract_no = fields.CharField(max_length=60, default="")
    record_no = fields.CharField(max_length=60, default="")
    case_no = fields.CharField(max_length=60, default="")
    amount_fen = fields.BigIntField(null=True)
    demand_reason = fields.CharField(max_length=500, default="")
    demand: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.Demand", related_name="complaints", on_delete=fields.RESTRICT, null=True
    )
    demand_id: UUID | None
    text = fields.TextField()
    contact = fields.CharField(max_length=200, default="")
    filed_at = fields.DatetimeField()
    accept_due_at = fields.DatetimeField()
    decide_due_at = fields.DatetimeField()
    accepted_at = fields.DatetimeField(null=True)
    decided_at = fields.DatetimeField(null=True)
    outcome = fields.CharField(max_length=2000, default="")

    class Meta:
        table = "complaints"
        indexes = (("case_id",),)


class Jurisdiction(Model):
    """Which cases a regulator organisation may take: of these departments, in these regions. An empty list means any.

    A region is six digits; trailing pairs of zeros cover what is below: 330900 is the whole city of Zhoushan.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    organisation: fields.OneToOneRelation[Any] = fields.OneToOneField(
        "market.Organisation", related_name="jurisdiction", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    departments: fields.Field[list[str]] = fields.JSONField()
    regions: fields.Field[list[str]] = fields.JSONField()
    set_at = fields.DatetimeField()

    class Meta:
        table = "jurisdictions"
