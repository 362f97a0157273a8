"""Rows of awards."""

from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class Award(Model):
    """中选. One per project. ``reasons``: method and its version, the ranking, how a tie was broken."""

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
