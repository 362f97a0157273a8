"""Rows of framework agreements: their terms, who is in them, and who had which turn."""

from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class CallOff(StrEnum):
    """轮候 · 抽取 · 小额竞价: how each order is placed. The values are those of the projects' selection methods."""

    ROTATION = "rotation"
    RANDOM_DRAW = "random_draw"
    LOWEST_PRICE = "lowest_price"


class TurnCause(StrEnum):
    """Got the call-off, or stood before whoever got it and did not offer."""

    AWARDED = "awarded"
    PASSED = "passed"


class Framework(Model):
    """开放式框架协议. Entry stays open until ``ends_at``. ``item_class``: the one class of all its items, at the posting.

    ``ceiling_fen``: the most that one call-off may cost. ``discount_bp``: what is taken off each call-off's price, basis points.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    code = fields.CharField(max_length=40, unique=True)
    title = fields.CharField(max_length=200)
    requirements = fields.TextField()
    owner: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="frameworks", on_delete=fields.RESTRICT
    )
    owner_id: UUID
    item_class = fields.CharField(max_length=32)
    call_off = fields.CharField(max_length=20)
    ceiling_fen = fields.BigIntField(null=True)
    discount_bp = fields.IntField(null=True)
    ends_at = fields.DatetimeField()
    state = fields.CharField(max_length=20)
    posted_by_id = fields.UUIDField()
    posted_at = fields.DatetimeField()
    reviewed_by_id = fields.UUIDField(null=True)
    review_note = fields.CharField(max_length=500, default="")
    published_at = fields.DatetimeField(null=True)

    class Meta:
        table = "frameworks"
        indexes = (("posted_at", "id"),)


class FrameworkItem(Model):
    """One service item that a framework covers."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    framework: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Framework", related_name="items", on_delete=fields.RESTRICT
    )
    framework_id: UUID
    item_code = fields.CharField(max_length=40, db_index=True)

    class Meta:
        table = "framework_items"
        unique_together = (("framework", "item_code"),)


class FrameworkEntry(Model):
    """An intermediary's application and what became of it. ``admitted``: None until decided. ``reason``: published.

    ``live``: True while it counts, None once refused or left, so that the database holds "one live entry per intermediary".
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    framework: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Framework", related_name="entries", on_delete=fields.RESTRICT
    )
    framework_id: UUID
    member: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="framework_entries", on_delete=fields.RESTRICT
    )
    member_id: UUID
    live = fields.BooleanField(null=True, default=True)
    applied_by_id = fields.UUIDField()
    applied_at = fields.DatetimeField()
    decided_by_id = fields.UUIDField(null=True)
    decided_at = fields.DatetimeField(null=True)
    admitted = fields.BooleanField(null=True)
    reason = fields.CharField(max_length=500, default="")
    left_at = fields.DatetimeField(null=True)

    class Meta:
        table = "framework_entries"
        unique_together = (("framework", "member", "live"),)


class FrameworkTurn(Model):
    """轮次. Who had which turn, in the order of the call-offs' openings. Numbers run from 1 in each framework, without gaps."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    framework: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Framework", related_name="turns", on_delete=fields.RESTRICT
    )
    framework_id: UUID
    number = fields.IntField()
    member: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="framework_turns", on_delete=fields.RESTRICT
    )
    member_id: UUID
    project_code = fields.CharField(max_length=40)
    cause = fields.CharField(max_length=20)
    at = fields.DatetimeField()

    class Meta:
        table = "framework_turns"
        unique_together = (("framework", "number"),)
