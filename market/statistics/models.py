"""Rows of indicators: when they were computed, as of which day, and what each said."""

from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class IndicatorRun(Model):
    """One computation of all indicators.

    ``key``: what there is one of, a day's own. ``lease_until``: until when a worker has it; one whose worker died is taken
    up again. ``counts``: indicator → outcome → how many, those among them that are not kept.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    key = fields.CharField(max_length=60, unique=True)
    as_of = fields.DateField(db_index=True)
    requested_at = fields.DatetimeField()
    lease_until = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True, db_index=True)
    counts: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)

    class Meta:
        table = "indicator_runs"


class IndicatorValue(Model):
    """What one indicator said of one subject, and everything to compute it again: ``inputs`` and the version of the rule.

    ``agency``, ``supplier``: party codes, empty where it is not about one. ``region``: six digits; empty: unknown.
    ``value``, ``computed``: decimal text, cut off. ``thresholds``: the parameters as the rule writes them.
    """

    id = fields.BigIntField(primary_key=True)
    run: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.IndicatorRun", related_name="values", on_delete=fields.CASCADE
    )
    run_id: UUID
    indicator = fields.CharField(max_length=40)
    rule_version = fields.CharField(max_length=20)
    subject = fields.CharField(max_length=200)
    agency = fields.CharField(max_length=40, default="")
    supplier = fields.CharField(max_length=40, default="")
    item_code = fields.CharField(max_length=60)
    region = fields.CharField(max_length=6, default="")
    outcome = fields.CharField(max_length=20)
    level = fields.CharField(max_length=20, default="")
    reason = fields.CharField(max_length=40, default="")
    n = fields.IntField()
    need = fields.IntField()
    value = fields.CharField(max_length=40, null=True)
    inputs: fields.Field[dict[str, Any]] = fields.JSONField()
    computed: fields.Field[dict[str, str]] = fields.JSONField()
    thresholds: fields.Field[dict[str, Any]] = fields.JSONField()
    computed_on = fields.DateField()

    class Meta:
        table = "indicator_values"
        unique_together = (("run", "indicator", "subject"),)
        indexes = (("run_id", "outcome"), ("run_id", "agency"))
