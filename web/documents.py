"""Stored GraphQL documents: what may be asked with GET, named by the SHA-256 of its text.

Pages and the schema's examples register theirs at start; a client sends ``documentId`` instead of the text.
"""

import hashlib

_PREFIX = "sha256:"

_texts: dict[str, str] = {}


def register(text: str) -> str:
    """Store a document; the same text always has the same id. Returns the id (64 hexadecimal digits)."""
    key = hashlib.sha256(text.encode()).hexdigest()
    _texts[key] = text
    return key


def find(document_id: str) -> str | None:
    """The text stored under the id (``sha256:`` before it is allowed), or None."""
    return _texts.get(document_id.removeprefix(_PREFIX).lower())
