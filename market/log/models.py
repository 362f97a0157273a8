"""Rows of the append-only log: its entries with the tree's hashes, what waits sealed, and signed checkpoints."""

from uuid import uuid4

from tortoise import fields
from tortoise.models import Model


class LogEntry(Model):
    """One change. ``body`` is the canonical JSON that was hashed, the other columns repeat parts of it for queries.

    ``hash``: the leaf's. ``subtrees``: hashes of the perfect subtrees that this leaf completes, level 1 first, run together.
    """

    seq = fields.BigIntField(primary_key=True, generated=False)
    at = fields.DatetimeField()
    action = fields.CharField(max_length=60, db_index=True)
    subject = fields.CharField(max_length=120, db_index=True)
    body = fields.TextField()
    hash = fields.CharField(max_length=64, unique=True)
    subtrees = fields.TextField(db_default="")

    class Meta:
        table = "log_entries"


class LogHead(Model):
    """The one row that serialises the log: last sequence number and the perfect subtrees of the tree's right edge."""

    id = fields.SmallIntField(primary_key=True, generated=False)
    seq = fields.BigIntField()
    peaks = fields.TextField(db_default="")

    class Meta:
        table = "log_head"


class SealedAct(Model):
    """A commitment that tells nothing. ``batch``: sequence number of the entry that took it in, None while it waits.

    ``body``: what it commits to where nothing else keeps that; never shown.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    at = fields.DatetimeField()
    commitment = fields.CharField(max_length=64, unique=True)
    body = fields.TextField(default="")
    batch = fields.BigIntField(null=True, db_index=True)
    place = fields.IntField(null=True)

    class Meta:
        table = "sealed_acts"


class SealedBatch(Model):
    """The secret that fills the empty places of a batch's tree. ``seq``: of its entry."""

    seq = fields.BigIntField(primary_key=True, generated=False)
    secret = fields.CharField(max_length=64)

    class Meta:
        table = "sealed_batches"


class LogCheckpoint(Model):
    """A signed checkpoint. One a size: the platform itself never says two roots for one."""

    size = fields.BigIntField(primary_key=True, generated=False)
    root = fields.CharField(max_length=64)
    at = fields.DatetimeField()
    note = fields.TextField()

    class Meta:
        table = "log_checkpoints"
