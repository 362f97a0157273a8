"""A key on every submission: a request that is sent twice is done once, and other content under the same key is refused."""

import hashlib
import hmac
import json
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from market.errors import IdempotencyKeyReused, InvalidInput


class IdempotencyKey(Model):
    """What a party did under a key. ``fingerprint`` is keyed with a secret, so that a sealed price cannot be guessed from it."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    party_id = fields.UUIDField()
    key = fields.CharField(max_length=255)
    operation = fields.CharField(max_length=40)
    fingerprint = fields.CharField(max_length=64)
    subject_id = fields.UUIDField()

    class Meta:
        table = "idempotency_keys"
        unique_together = (("party_id", "key"),)


def fingerprint(secret: bytes, operation: str, content: dict[str, Any]) -> str:
    """HMAC-SHA-256 over operation and canonical JSON, hexadecimal."""
    text = json.dumps([operation, content], sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


async def seen(party_id: UUID, key: str, print_: str) -> UUID | None:
    """The subject of the first call with this key, or None. Raises IdempotencyKeyReused when its content was another."""
    if not 1 <= len(key) <= 255 or not key.isprintable():
        raise InvalidInput.one("idempotencyKey", "idempotency_key")
    row = await IdempotencyKey.get_or_none(party_id=party_id, key=key)
    if row is None:
        return None
    if not hmac.compare_digest(row.fingerprint, print_):
        raise IdempotencyKeyReused(key)
    return row.subject_id


async def remember(party_id: UUID, key: str, operation: str, print_: str, subject_id: UUID) -> None:
    """Keep the key with what it made, in the caller's transaction."""
    await IdempotencyKey.create(party_id=party_id, key=key, operation=operation, fingerprint=print_, subject_id=subject_id)
