"""Rows of awards."""

from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class Award(Model):
    """中选. One per project. ``reasons``: method and its version, the ranking, how a tie was broken.

    ``turn``: 1 for the first in order, one more for each that gave the award up.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    project: fields.OneToOneRelation[Any] = fields.OneToOneField(
        "market.Project", related_name="award", on_delete=fields.RESTRICT
    )
    project_id: UUID
    quote: fields.OneToOneRelation[Any] = fields.OneToOneField("market.Quote", related_name="award", on_delete=fields.RESTRICT)
    quote_id: UUID
    supplier: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="awards", on_delete=fields.RESTRICT
    )
    supplier_id: UUID
    amount_fen = fields.BigIntField()
    service_working_days = fields.IntField()
    reasons: fields.Field[dict[str, Any]] = fields.JSONField()
    published_at = fields.DatetimeField()
    standstill_until = fields.DatetimeField()
    standstill_provisional = fields.BooleanField()
    confirmed_at = fields.DatetimeField(null=True)
    confirmed_by_id = fields.UUIDField(null=True)
    turn = fields.IntField(default=1, db_default=1)

    class Meta:
        table = "awards"


class Evaluator(Model):
    """评审人: an account that the buyer named for a project of 方案择优. ``number``: how readers see it, never by name."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    project: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Project", related_name="evaluators", on_delete=fields.RESTRICT
    )
    project_id: UUID
    account: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Account", related_name="evaluations", on_delete=fields.RESTRICT
    )
    account_id: UUID
    number = fields.IntField()
    named_at = fields.DatetimeField()
    scored_at = fields.DatetimeField(null=True)

    class Meta:
        table = "evaluators"
        unique_together = (("project", "account"), ("project", "number"))


class Score(Model):
    """One evaluator's points for one quote, in the order of the notice's criteria. Nobody else reads them before all are in."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    evaluator: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Evaluator", related_name="scores", on_delete=fields.RESTRICT
    )
    evaluator_id: UUID
    quote: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Quote", related_name="scores", on_delete=fields.RESTRICT
    )
    quote_id: UUID
    points: fields.Field[list[int]] = fields.JSONField()
    note = fields.CharField(max_length=500, default="")

    class Meta:
        table = "scores"
        unique_together = (("evaluator", "quote"),)


class Objection(Model):
    """异议. A bidder's, during the standstill, answered by the buyer. While one is open the award cannot be confirmed.

    ``turn``: of the award. ``upheld``: what the buyer found, empty until the answer.
    ``answer_due_at``: an answer after it is late, not lost.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    code = fields.CharField(max_length=40, unique=True)
    award: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Award", related_name="objections", on_delete=fields.RESTRICT
    )
    award_id: UUID
    bidder: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="objections", on_delete=fields.RESTRICT
    )
    bidder_id: UUID
    text = fields.TextField()
    turn = fields.IntField()
    raised_by_id = fields.UUIDField()
    raised_at = fields.DatetimeField()
    answer_due_at = fields.DatetimeField()
    answer = fields.TextField(default="")
    upheld = fields.BooleanField(null=True)
    answered_by_id = fields.UUIDField(null=True)
    answered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "objections"
        unique_together = (("award", "bidder", "turn"),)


class AwardForfeiture(Model):
    """弃选. Who had the award in a turn and gave it up, or did not sign in time. The next in order has it now, if there is one."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    award: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Award", related_name="forfeitures", on_delete=fields.RESTRICT
    )
    award_id: UUID
    turn = fields.IntField()
    supplier: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="forfeitures", on_delete=fields.RESTRICT
    )
    supplier_id: UUID
    amount_fen = fields.BigIntField()
    cause = fields.CharField(max_length=20)
    reason = fields.CharField(max_length=500)
    awarded_at = fields.DatetimeField()
    forfeited_at = fields.DatetimeField()
    forfeited_by_id = fields.UUIDField()

    class Meta:
        table = "award_forfeitures"
        unique_together = (("award", "turn"),)


class AwardSuspension(Model):
    """暂停. A regulator's, published with its reason. ``live``: True until it is lifted, None afterwards: one at a time.

    ``turn``: of the award. In each an organisation suspends once: a lifted suspension is not renewed.
    ``ends_at``: when it ends by itself, None for one from before there was a longest term.
    ``standstill_before``: when the standstill would have ended, None where it did not run.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    code = fields.CharField(max_length=40, unique=True)
    project: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Project", related_name="suspensions", on_delete=fields.RESTRICT
    )
    project_id: UUID
    live = fields.BooleanField(null=True, default=True)
    reason = fields.TextField()
    turn = fields.IntField(default=1, db_default=1)
    organisation: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="suspensions", on_delete=fields.RESTRICT, null=True
    )
    organisation_id: UUID | None
    suspended_by_id = fields.UUIDField()
    suspended_at = fields.DatetimeField()
    ends_at = fields.DatetimeField(null=True)
    standstill_before = fields.DatetimeField(null=True)
    lifted_by_id = fields.UUIDField(null=True)
    lifted_at = fields.DatetimeField(null=True)
    lift_reason = fields.TextField(default="")

    class Meta:
        table = "award_suspensions"
        unique_together = (("project", "live"), ("project", "turn", "organisation"))


class OpeningWitness(Model):
    """见证人. An organisation that recomputed the outcome. ``agrees``: with what was published.

    ``turn``: of the award that it was shown: who had it next needs a witness of its own.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    project: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Project", related_name="opening_witnesses", on_delete=fields.RESTRICT
    )
    project_id: UUID
    organisation: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="witnessed_openings", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    account_id = fields.UUIDField()
    at = fields.DatetimeField()
    agrees = fields.BooleanField()
    turn = fields.IntField(default=1, db_default=1)

    class Meta:
        table = "opening_witnesses"
        unique_together = (("project", "organisation", "turn"),)
