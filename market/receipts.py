"""What anybody may send without an account: done once under a key, and followed by a secret receipt that is kept as its hash."""

import base64
import hashlib
import hmac
from uuid import UUID

from market import idempotency, vault
from market.actors import Actor
from market.errors import InvalidInput
from market.parties.tokens import new_token, token_hash

_LEAST_KEY = 20
"""Characters of a key: whoever has it and the words gets the receipt, so that it must not be guessed."""


def keeper(actor: Actor) -> UUID:
    """Whose keys these are: the party's, or everybody's who did not sign in."""
    return actor.party_id or UUID(int=0)


async def seen(actor: Actor, key: str | None, print_: str) -> UUID | None:
    """What was done before under the key. Raises InvalidInput, IdempotencyKeyReused."""
    if not key:
        return None
    if len(key) < _LEAST_KEY:
        raise InvalidInput.one("idempotencyKey", "idempotency_key_short", least=_LEAST_KEY)
    return await idempotency.seen(keeper(actor), key, print_)


def new_receipt(actor: Actor, key: str | None) -> str:
    """256 bits that nobody can guess: random, or what follows from the key, so that a second answer has the same."""
    if not key:
        return new_token()
    digest = hmac.new(vault.receipt_secret(), f"{keeper(actor)} {key}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def receipt_hash(receipt: str) -> str:
    """What is kept of it, and looked for."""
    return token_hash(receipt.strip())
