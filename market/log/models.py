"""Rows of the append-only, hash-chained log."""

from tortoise import fields
from tortoise.models import Model


class LogEntry(Model):
    """One change. ``body`` is the canonical JSON that was hashed, the other columns repeat parts of it for queries."""

    seq = fields.BigIntField(primary_key=True, generated=False)
    at = fields.DatetimeField()
    action = fields.CharField(max_length=60, db_index=True)
    subject = fields.CharField(max_length=120, db_index=True)
    body = fields.TextField()
    previous = fields.CharField(max_length=64)
    hash = fields.CharField(max_length=64, unique=True)

    class Meta:
        table = "log_entries"


class LogHead(Model):
    """The one row that serialises the log: last sequence number and hash."""

    id = fields.SmallIntField(primary_key=True, generated=False)
    seq = fields.BigIntField()
    hash = fields.CharField(max_length=64)

    class Meta:
        table = "log_head"
