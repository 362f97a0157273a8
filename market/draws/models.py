"""Rows of draws."""

from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class Draw(Model):
    """抽取. Made when a project's list of quotes is closed. ``closing``: that list, secret until ``transcript`` is there.

    The beacon's value is typed in by one official and confirmed by another.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    project: fields.OneToOneRelation[Any] = fields.OneToOneField("market.Project", related_name="draw", on_delete=fields.RESTRICT)
    project_id: UUID
    closing: fields.Field[dict[str, Any]] = fields.JSONField()
    reveal_until = fields.DatetimeField()
    beacon_value = fields.CharField(max_length=500, default="")
    beacon_link = fields.CharField(max_length=500, default="")
    beacon_recorded_by_id = fields.UUIDField(null=True)
    beacon_recorded_at = fields.DatetimeField(null=True)
    beacon_confirmed_by_id = fields.UUIDField(null=True)
    beacon_confirmed_at = fields.DatetimeField(null=True)
    transcript: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)

    class Meta:
        table = "draws"
