"""Sealing: AES-256-GCM under a key per project, derived from a secret that is kept apart from the database.

Commitment = SHA-256 over length-prefixed (domain, project, bidder, canonical JSON, 32-byte salt): it binds the bidder
and, with the salt, tells nothing. Source: integrity.md §6.3; key derivation RFC 5869.
"""

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_SECRET_BYTES = 32
PADDED = 4096
"""Every sealed content has this length, so that a ciphertext does not tell how many digits the price has."""
PADDED_PROPOSAL = 32_768
"""The same where the notice asks for a proposal."""

_secret: list[bytes] = []


class KeyMissing(RuntimeError):
    """No sealing secret is set, or it is not the one that the project's quotes were sealed with: restore the keys folder."""


def load_or_create(folder: Path, name: str = "seal.key") -> bytes:
    """The 32-byte secret in ``folder/name`` (mode 0600); made at the first start, by whichever process comes first."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    if not path.exists():
        draft = folder / f".{name}.{secrets.token_hex(8)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_bytes()


def use(secret: bytes) -> None:
    """Set this process's sealing secret."""
    if len(secret) != _SECRET_BYTES:
        raise KeyMissing(f"the sealing secret must be {_SECRET_BYTES} bytes")
    _secret[:] = [secret]


def key_id() -> str:
    """Which secret is in use, without telling it: written into each notice's terms."""
    return hashlib.sha256(b"zhoushan-market seal key id\x00" + _current()).hexdigest()[:16]


def fingerprint_secret() -> bytes:
    """For the fingerprints of sealed submissions: a price cannot be guessed from one."""
    return HKDF(SHA256(), 32, None, b"zhoushan-market idempotency").derive(_current())


def identity_secret() -> bytes:
    """For the keyed hashes of ID numbers: there are too few numbers for a plain hash to hide one."""
    return HKDF(SHA256(), 32, None, b"zhoushan-market identity").derive(_current())


def receipt_secret() -> bytes:
    """For the receipts of what was sent under a key: sent twice, it gets the same one, which the database alone does not tell."""
    return HKDF(SHA256(), 32, None, b"zhoushan-market complaint receipts").derive(_current())


def draw_secret(project_id: UUID) -> bytes:
    """Where the chain of a project's draw codes starts; never stored, so that nobody with the database alone knows the draw."""
    return HKDF(SHA256(), 32, project_id.bytes, b"zhoushan-market draw").derive(_current())


def _current() -> bytes:
    if not _secret:
        raise KeyMissing("no sealing secret is set")
    return _secret[0]


def _cipher(project_id: UUID) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, project_id.bytes, b"zhoushan-market sealed quotes").derive(_current()))


def commitment(project_code: str, bidder_code: str, content: str, salt: bytes) -> str:
    """Hexadecimal SHA-256; anyone with the content and the salt can recompute it after the opening."""
    digest = hashlib.sha256()
    for part in (b"zhoushan-market quote v1", project_code.encode(), bidder_code.encode(), content.encode(), salt):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def seal(project_id: UUID, quote_id: UUID, content: bytes, padded: int = PADDED) -> bytes:
    """Nonce and ciphertext; bound to this project and this quote. Raises ValueError when the content is too long."""
    if len(content) > padded:
        raise ValueError("content too long to seal")
    nonce = secrets.token_bytes(12)
    return nonce + _cipher(project_id).encrypt(nonce, content.ljust(padded), quote_id.bytes)


def unseal(project_id: UUID, quote_id: UUID, sealed: bytes) -> bytes:
    """The content. Raises cryptography's InvalidTag when it was altered or sealed for another quote."""
    return _cipher(project_id).decrypt(sealed[:12], sealed[12:], quote_id.bytes).rstrip()
