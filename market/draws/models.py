"""Rows of draws."""

from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class Draw(Model):
    """抽取. Made when a project's list of quotes is closed. ``closing``: that list, secret until ``transcript`` is there.

    ``voices``: what officials typed in as the beacon, each once, in the order of receipt. See ``transcript.voice``.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    project: fields.OneToOneRelation[Any] = fields.OneToOneField("market.Project", related_name="draw", on_delete=fields.RESTRICT)
    project_id: UUID
    closing: fields.Field[dict[str, Any]] = fields.JSONField()
    reveal_until = fields.DatetimeField()
    voices: fields.Field[list[dict[str, str]]] = fields.JSONField(default=list, db_default=[])
    transcript: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)

    class Meta:
        table = "draws"
