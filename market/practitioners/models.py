"""Rows of practitioners."""

from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class Practitioner(Model):
    """从业人员. A person who practises for an intermediary. Readers know it by ``code``: name and certificate are never public.

    ``identity``: keyed hash of the ID number, which is never stored. ``live``: True while it belongs there, None afterwards:
    with the unique key below the database itself holds "one intermediary at a time". ``valid_to``: of the certificate, None: no end.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    code = fields.CharField(max_length=40, unique=True)
    identity = fields.CharField(max_length=64)
    organisation: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="practitioners", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    name = fields.CharField(max_length=100)
    title = fields.CharField(max_length=100)
    certificate_no = fields.CharField(max_length=60)
    valid_to = fields.DateField(null=True)
    live = fields.BooleanField(null=True, default=True)
    registered_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "practitioners"
        unique_together = (("identity", "live"),)
