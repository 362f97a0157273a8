"""The chain's arithmetic, without a database: entry hash = SHA-256(domain ‖ previous hash ‖ canonical JSON of the entry)."""

import hashlib
import json
from typing import Any

GENESIS = hashlib.sha256(b"zhoushan-market log v1").hexdigest()
_DOMAIN = b"zhoushan-market log entry v1\x00"


def canonical(body: dict[str, Any]) -> str:
    """One text for one content: sorted keys, no spaces, UTF-8, no floats."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def entry_hash(previous: str, body: str) -> str:
    """Hexadecimal hash of an entry whose canonical JSON is ``body`` and which follows ``previous``."""
    return hashlib.sha256(_DOMAIN + bytes.fromhex(previous) + body.encode()).hexdigest()
