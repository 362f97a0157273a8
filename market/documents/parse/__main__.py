"""``python -m market.documents.parse``: one file on standard input, JSON on standard output, within hard limits of the system.

Run by ``market/documents/reader.py``: whatever a hostile file does to a parser, it does it here.
"""

import json
import sys
from contextlib import suppress
from typing import Any

from attrs import asdict

from market.documents import parse
from market.documents.parse import media
from market.errors import InvoiceUnreadable

CPU_S = 3
MEMORY_BYTES = 512 * 1024 * 1024


def _limit() -> None:
    """Time, memory, no files written, no children. Where the system has no such limits the parent's patience remains."""
    try:
        import resource
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_CPU, CPU_S), (resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_FSIZE, 0)):
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def answer(content: bytes) -> dict[str, Any]:
    """``facts`` or ``unreadable``."""
    try:
        return {"facts": parse.read_invoice(content).to_json()}
    except InvoiceUnreadable as why:
        return {"unreadable": asdict(why)}
    except MemoryError:
        return {"unreadable": asdict(InvoiceUnreadable("too_large", "memory"))}


if __name__ == "__main__":
    _limit()
    print(json.dumps(answer(sys.stdin.buffer.read(media.MAX_BYTES + 1)), ensure_ascii=True))  # noqa: T201 - that is its job
