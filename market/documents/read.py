"""Reads of documents: the uploader's own until they are attached, then those of what they are attached to, the regulator's all."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.functions import Count, Sum

from market.documents.models import Document, DocumentParty
from market.documents.parse import InvoiceFacts
from market.errors import InvoiceUnreadable
from market.permissions import Subject

_MEGABYTE = 1_000_000
DAY = timedelta(days=1)


async def subject(document: Document) -> Subject:
    """Whom it concerns."""
    if document.attached_to is None:
        return Subject.of(document.party_id)
    return Subject.of(*[row.organisation_id for row in await DocumentParty.filter(document_id=document.id)])


def outcome(document: Document) -> InvoiceFacts | InvoiceUnreadable:
    """What was read from it when it came, or why nothing was."""
    if document.facts is not None:
        return InvoiceFacts.from_json(document.facts)
    why = document.unreadable or {}
    return InvoiceUnreadable(why.get("reason", "reader_failed"), why.get("found", ""))


async def own(party_id: UUID | None, document_id: str) -> Document | None:
    """What this party has uploaded under this id; None for anybody else's and for what is no id."""
    try:
        return await Document.get_or_none(id=UUID(document_id), party_id=party_id) if party_id else None
    except ValueError:
        return None


async def known(party_id: UUID | None, sha256: str) -> Document | None:
    """What this party has uploaded with this content already."""
    return await Document.get_or_none(sha256=sha256, party_id=party_id)


async def documents_by_attachment(keys: Sequence[str]) -> list[Document | None]:
    """The document attached to each of these (``invoice:No.``), in key order."""
    rows = {row.attached_to: row for row in await Document.filter(attached_to__in=set(keys))}
    return [rows.get(key) for key in keys]


async def attached_contents(sha256s: Sequence[str]) -> dict[str, str]:
    """Of these contents: those that prove something, and what."""
    rows = await Document.filter(attached_sha256__in=sha256s).values_list("sha256", "attached_to") if sha256s else []
    return dict(rows)


async def used(account_id: UUID, now: datetime) -> dict[tuple[str, str], int]:
    """What the account has uploaded: (files, day), (megabytes, day), (megabytes, total); megabytes rounded up."""
    own = Document.filter(uploaded_by_id=account_id)
    [day] = await own.filter(uploaded_at__gt=now - DAY).annotate(files=Count("id"), bytes=Sum("size")).values("files", "bytes")
    [total] = await own.annotate(bytes=Sum("size")).values("bytes")
    sizes = {"day": day["bytes"] or 0, "total": total["bytes"] or 0}
    return {("files", "day"): day["files"] or 0} | {("megabytes", name): -(-size // _MEGABYTE) for name, size in sizes.items()}
