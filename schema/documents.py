"""Uploaded files in the API: what they are; their content goes over ``/documents``, not through GraphQL."""

from datetime import datetime
from typing import Self

import strawberry

from market.documents import models


@strawberry.type(description="上传的文件,内容在 /documents/ID。 An uploaded file; its content is at /documents/ID.")
class Document:
    """``mediaType``: found by content. ``size``: bytes. ``sha256``: of the content."""

    id: strawberry.ID
    sha256: str
    media_type: str
    size: int
    uploaded_at: datetime

    @classmethod
    def of(cls, row: models.Document) -> Self:
        """From its row."""
        plain = {name: getattr(row, name) for name in ("sha256", "media_type", "size", "uploaded_at")}
        return cls(id=strawberry.ID(str(row.id)), **plain)
