"""Rows of witnesses: which checkpoints others say they were shown."""

from uuid import uuid4

from tortoise import fields
from tortoise.models import Model


class WitnessedCheckpoint(Model):
    """见证: a checkpoint under our signature that somebody brought back. ``witness``: the organisation's code, empty if unnamed.

    ``agrees``: whether the log has that root at that size. There is nothing to fill the table with but what we signed.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    size = fields.BigIntField()
    root = fields.CharField(max_length=64)
    witness = fields.CharField(max_length=40, default="")
    at = fields.DatetimeField()
    note = fields.TextField()
    agrees = fields.BooleanField()

    class Meta:
        table = "witnessed_checkpoints"
        unique_together = (("size", "root", "witness"),)
        indexes = (("at", "id"),)
