"""Rows of ratings."""

from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class Rating(Model):
    """服务评价: what a client says of a result that it accepted, once a contract. Public, with the intermediary's one reply.

    Five marks of 1 to 5 stars. ``decide_by``: until when an appeal must be decided. ``withdrawn``: an appeal found it wrong: it stays
    in the list with the reason, its words are not shown, and it no longer counts.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    code = fields.CharField(max_length=40, unique=True)
    contract: fields.OneToOneRelation[Any] = fields.OneToOneField(
        "market.Contract", related_name="rating", on_delete=fields.RESTRICT
    )
    contract_id: UUID
    intermediary: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="ratings", on_delete=fields.RESTRICT
    )
    intermediary_id: UUID
    quality = fields.SmallIntField()
    timeliness = fields.SmallIntField()
    attitude = fields.SmallIntField()
    charges = fields.SmallIntField()
    conduct = fields.SmallIntField()
    comment = fields.CharField(max_length=500, default="")
    rated_at = fields.DatetimeField()
    rated_by_id = fields.UUIDField()
    reply = fields.CharField(max_length=500, default="")
    replied_at = fields.DatetimeField(null=True)
    appeal_reason = fields.CharField(max_length=500, default="")
    appealed_at = fields.DatetimeField(null=True)
    decide_by = fields.DatetimeField(null=True)
    decided_at = fields.DatetimeField(null=True)
    decided_by_id = fields.UUIDField(null=True)
    withdrawn = fields.BooleanField(default=False)
    decision_reason = fields.CharField(max_length=500, default="")

    class Meta:
        table = "ratings"
        indexes = (("intermediary_id", "rated_at", "id"), ("rated_at", "id"))
