"""Uploaded files in the API: what they are and say; their content goes over ``/documents``, not through GraphQL."""

from datetime import date, datetime
from typing import Self

import strawberry

from market.documents import models, read
from market.documents.parse import InvoiceFacts
from schema.context import Info
from schema.errors import sentence
from schema.scalars import Yuan


@strawberry.type(description="从电子发票文件读到的内容。 What an e-invoice file says.")
class InvoiceRead:
    """As read when it was uploaded."""

    number: str
    issued_on: date
    buyer_name: str
    buyer_code: str
    seller_name: str
    seller_code: str
    amount: Yuan

    @classmethod
    def of(cls, facts: InvoiceFacts) -> Self:
        """From what was read."""
        plain = ("number", "issued_on", "buyer_name", "buyer_code", "seller_name", "seller_code")
        return cls(**{name: getattr(facts, name) for name in plain}, amount=Yuan(facts.amount_fen))


@strawberry.type(description="上传的文件,内容在 /documents/ID。 An uploaded file; its content is at /documents/ID.")
class Document:
    """``mediaType``: found by content. ``size``: bytes. ``sha256``: of the content."""

    row: strawberry.Private[models.Document]
    id: strawberry.ID
    sha256: str
    media_type: str
    size: int
    uploaded_at: datetime

    @classmethod
    def of(cls, row: models.Document) -> Self:
        """From its row."""
        plain = {name: getattr(row, name) for name in ("sha256", "media_type", "size", "uploaded_at")}
        return cls(row=row, id=strawberry.ID(str(row.id)), **plain)

    @strawberry.field(description="读到的发票;读不出为 null。 The invoice that it is; null when none was read.")
    async def invoice(self) -> InvoiceRead | None:
        """What was read when it came."""
        said = read.outcome(self.row)
        return InvoiceRead.of(said) if isinstance(said, InvoiceFacts) else None

    @strawberry.field(description="为什么读不出。 Why nothing was read.")
    async def unreadable(self, info: Info) -> str | None:
        """A sentence in the reader's language."""
        said = read.outcome(self.row)
        return None if isinstance(said, InvoiceFacts) else sentence(said, info.context.translate)


@strawberry.type
class Queries:
    """Reads of documents."""

    @strawberry.field(description="本单位上传的一个文件;没有则为 null。 One of the party's own uploads; null when there is none.")
    async def document(self, info: Info, id: strawberry.ID) -> Document | None:
        """By its id."""
        row = await read.own(info.context.actor.party_id, str(id))
        return Document.of(row) if row else None
