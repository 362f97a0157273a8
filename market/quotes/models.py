"""Rows of sealed quotes."""

from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class Quote(Model):
    """报价. Before opening only the commitment and the ciphertext stand here.

    ``live``: True for the one that counts, None for replaced or withdrawn ones; with the unique key below the database
    itself holds "at most one live quote per intermediary and project". What was sealed is filled in at the opening.
    ``discount_bp``: where the notice asks for a rate; ``amount_fen`` is then what it leaves of the ceiling.

    ``nonce_hash``: for the draw, None where there is none. ``escrowed``: the nonce was made here and lies in the ciphertext
    until the draw; otherwise its bidder keeps it and shows it after the deadline.

    ``held``: its bidder keeps the whole quote, and has not shown it yet: nothing of it is in the ciphertext.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    project: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Project", related_name="quotes", on_delete=fields.RESTRICT
    )
    project_id: UUID
    bidder: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="quotes", on_delete=fields.RESTRICT
    )
    bidder_id: UUID
    live = fields.BooleanField(null=True, default=True)
    commitment = fields.CharField(max_length=64)
    ciphertext = fields.BinaryField()
    received_at = fields.DatetimeField()
    replaced_at = fields.DatetimeField(null=True)
    withdrawn_at = fields.DatetimeField(null=True)
    amount_fen = fields.BigIntField(null=True)
    discount_bp = fields.IntField(null=True)
    service_working_days = fields.IntField(null=True)
    proposal = fields.TextField(default="")
    salt = fields.CharField(max_length=64, null=True)
    nonce_hash = fields.CharField(max_length=64, null=True)
    escrowed = fields.BooleanField(default=True)
    held = fields.BooleanField(default=False, db_default=False)
    nonce = fields.CharField(max_length=64, null=True)
    invalid_reason = fields.CharField(max_length=200, default="")
    rank = fields.IntField(null=True)

    class Meta:
        table = "quotes"
        unique_together = (("project", "bidder", "live"),)
