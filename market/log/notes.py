"""Signed notes: what the platform says under its own key, checkpoints and receipts alike.

Form: C2SP signed-note and tlog-checkpoint (origin, size, root in base64, then a line of our own with the time); Ed25519.
The key lies beside the sealing key, apart from the database. Whoever has the public key needs nothing else to check a note.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
_key: list[Ed25519PrivateKey] = []


class KeyMissing(RuntimeError):
    """No signing key is set: restore the keys folder."""


class NoteRefused(ValueError):
    """The text is no note, or not under this key. ``reason``: form, key or signature."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def use(secret: bytes) -> None:
    """Set this process's signing key from its 32 secret bytes."""
    _key[:] = [Ed25519PrivateKey.from_private_bytes(secret)]


def _current() -> Ed25519PrivateKey:
    if not _key:
        raise KeyMissing("no signing key is set")
    return _key[0]


def _public() -> bytes:
    return _current().public_key().public_bytes_raw()


def origin() -> str:
    """The log's name. It holds a part of the key's hash, so that two installations never share one."""
    return f"zhoushan-market/log/{hashlib.sha256(_public()).hexdigest()[:16]}"


def _key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(f"{name}\n".encode() + _ED25519 + public).digest()[:4]


def verifier() -> str:
    """The public key as one line: name, key id, key. Source: C2SP signed-note."""
    name, public = origin(), _public()
    return f"{name}+{_key_id(name, public).hex()}+{base64.b64encode(_ED25519 + public).decode()}"


def sign(text: str) -> str:
    """The text, which ends with a line break, with our signature below it."""
    name, public = origin(), _public()
    signature = _key_id(name, public) + _current().sign(text.encode())
    return f"{text}\n— {name} {base64.b64encode(signature).decode()}\n"


def opened(note: str) -> str:
    """The text of a note that carries our signature. Raises NoteRefused."""
    text, separator, below = note.replace("\r\n", "\n").rpartition("\n\n")
    if not separator:
        raise NoteRefused("form")
    text, name, public = f"{text}\n", origin(), _public()
    ours = [line.split(" ")[2] for line in below.splitlines() if line.startswith(f"— {name} ") and line.count(" ") == 2]
    if not ours:
        raise NoteRefused("key")
    if not any(_holds(text, signature, _key_id(name, public), public) for signature in ours):
        raise NoteRefused("signature")
    return text


def _holds(text: str, signature: str, key_id: bytes, public: bytes) -> bool:
    try:
        raw = base64.b64decode(signature, validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], text.encode())
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return raw[:4] == key_id


@dataclass(frozen=True)
class Checkpoint:
    """The log at one moment: so many entries, with this root."""

    size: int
    root: bytes
    at: datetime

    def note(self) -> str:
        """Signed by us."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        return sign(f"{origin()}\n{self.size}\n{base64.b64encode(self.root).decode()}\ntime {at}\n")

    @classmethod
    def of(cls, note: str) -> "Checkpoint":
        """From a note under our signature. Raises NoteRefused."""
        lines = opened(note).splitlines()
        try:
            name, size, root, at, *_ = lines
            found = cls(int(size), base64.b64decode(root, validate=True), datetime.fromisoformat(at.removeprefix("time ")))
        except ValueError:
            raise NoteRefused("form") from None
        if name != origin() or len(found.root) != 32 or str(found.size) != size or found.at.tzinfo is None:
            raise NoteRefused("form")
        return found


def receipt(project_code: str, bidder_code: str, commitment: str, received_at: datetime) -> str:
    """A signed note: we took this commitment from this bidder at this time, and owe it a place in the log."""
    at = received_at.astimezone(UTC).isoformat(timespec="microseconds")
    return sign(f"{origin()}/receipt\n{project_code}\n{bidder_code}\n{commitment}\ntime {at}\n")
