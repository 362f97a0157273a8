"""Rows of reverse auctions: the auction, its seats, its bids, its ordered events."""

from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class Auction(Model):
    """竞价. ``stage``: which stage of the schedule runs, or, while ``waiting``, is to begin. ``terms``: the notice's constants.

    ``next_check_at``: when time moves it, None once it has ended. ``last_event`` counts its events and guards its changes.
    ``order``: the aliases of this round, first turn first.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    project: fields.OneToOneRelation[Any] = fields.OneToOneField(
        "market.Project", related_name="auction", on_delete=fields.RESTRICT
    )
    project_id: UUID
    terms: fields.Field[dict[str, Any]] = fields.JSONField()
    step_fen = fields.BigIntField()
    order: fields.Field[list[str]] = fields.JSONField()
    stage = fields.IntField()
    waiting = fields.BooleanField()
    begins_at = fields.DatetimeField()
    closes_at = fields.DatetimeField(null=True)
    next_check_at = fields.DatetimeField(null=True, db_index=True)
    last_event = fields.IntField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "auctions"


class AuctionSeat(Model):
    """席位. A bidder under its alias. ``amount_fen``: the last amount that everybody knows of, ``place``: in the draw, hexadecimal."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    auction: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Auction", related_name="seats", on_delete=fields.RESTRICT
    )
    auction_id: UUID
    alias = fields.CharField(max_length=8)
    bidder: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="auction_seats", on_delete=fields.RESTRICT
    )
    bidder_id: UUID
    quote: fields.OneToOneRelation[Any] = fields.OneToOneField(
        "market.Quote", related_name="auction_seat", on_delete=fields.RESTRICT
    )
    quote_id: UUID
    place = fields.CharField(max_length=66)
    amount_fen = fields.BigIntField()

    class Meta:
        table = "auction_seats"
        unique_together = (("auction", "alias"), ("auction", "bidder"))


class AuctionBid(Model):
    """竞价报价. ``live``: True for the one that counts, None for those it replaced, as with quotes. Not shown before its turn has ended."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    seat: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.AuctionSeat", related_name="bids", on_delete=fields.RESTRICT
    )
    seat_id: UUID
    stage = fields.IntField()
    live = fields.BooleanField(null=True, default=True)
    amount_fen = fields.BigIntField()
    received_at = fields.DatetimeField()
    replaced_at = fields.DatetimeField(null=True)
    commitment = fields.CharField(max_length=64)
    content = fields.CharField(max_length=200)
    salt = fields.CharField(max_length=64)

    class Meta:
        table = "auction_bids"
        unique_together = (("seat", "stage", "live"),)


class AuctionEvent(Model):
    """竞价事件. What everybody was told, numbered from 1 without gaps and written in the transaction that made it so."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    auction: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Auction", related_name="events", on_delete=fields.RESTRICT
    )
    auction_id: UUID
    number = fields.IntField()
    kind = fields.CharField(max_length=20)
    at = fields.DatetimeField()
    body: fields.Field[dict[str, Any]] = fields.JSONField()

    class Meta:
        table = "auction_events"
        unique_together = (("auction", "number"),)
