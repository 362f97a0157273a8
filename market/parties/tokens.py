"""Session tokens and secrets of one-time links: handed out once, kept as their SHA-256. Source: ASVS 5.0 7.2.3, 11.5.1."""

import hashlib
import secrets


def new_token() -> str:
    """256 random bits as URL-safe text: 43 characters."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored: hexadecimal SHA-256. No salt and no slow hash: a random token cannot be guessed from it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
