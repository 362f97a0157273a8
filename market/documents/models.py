"""Rows of uploaded files; their content is in the store (``store.py``)."""

from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class Document(Model):
    """One party's upload of one content, without a party it came with a ledger. ``media_type``: found by content.

    ``facts``, ``unreadable``: what was read, or why not.

    ``attached_to``: ``invoice:No.``; ``attached_sha256``: the hash again, unique, so that no content vouches for two things.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    sha256 = fields.CharField(max_length=64)
    media_type = fields.CharField(max_length=40)
    size = fields.IntField()
    party: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="documents", on_delete=fields.RESTRICT, null=True
    )
    party_id: UUID | None
    uploaded_by_id = fields.UUIDField()
    uploaded_at = fields.DatetimeField()
    facts: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    unreadable: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    attached_to = fields.CharField(max_length=120, null=True, db_index=True)
    attached_sha256 = fields.CharField(max_length=64, null=True, unique=True)
    attached_at = fields.DatetimeField(null=True)

    class Meta:
        table = "documents"
        unique_together = (("sha256", "party"),)
        indexes = (("uploaded_by_id", "uploaded_at"),)


class DocumentParty(Model):
    """An organisation that may read a document because of what it is attached to."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    document: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Document", related_name="parties", on_delete=fields.CASCADE
    )
    document_id: UUID
    organisation: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "market.Organisation", related_name="document_parties", on_delete=fields.RESTRICT
    )
    organisation_id: UUID

    class Meta:
        table = "document_parties"
        unique_together = (("document", "organisation"),)
