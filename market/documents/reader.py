"""Reads an invoice file in a process of its own, which hostile content may exhaust without harm to anybody else."""

import asyncio
import json
import logging
import sys
from contextlib import suppress
from typing import IO

from market.documents.parse import InvoiceFacts
from market.errors import InvoiceUnreadable

log = logging.getLogger("market")

PATIENCE_S = 10.0
"""Waiting time; the process itself gets 3 s of processor time and 512 MiB (``parse/__main__.py``)."""


async def read(file: IO[bytes]) -> InvoiceFacts | InvoiceUnreadable:
    """What the file says, or why that cannot be read; never raises because of its content."""
    file.seek(0)
    # An empty environment: the child needs no settings and must not see the secrets in them.
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "market.documents.parse",
        stdin=file,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONUTF8": "1"},
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            said, _ = await process.communicate()
    except TimeoutError:
        return InvoiceUnreadable("reader_failed", f"> {PATIENCE_S:.0f} s")
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        log.warning("the invoice reader stopped with %s", process.returncode)
        return InvoiceUnreadable("reader_failed", str(process.returncode))
    return _answer(json.loads(said))


def _answer(said: dict[str, dict[str, str]]) -> InvoiceFacts | InvoiceUnreadable:
    if "facts" in said:
        return InvoiceFacts.from_json(said["facts"])
    why = said["unreadable"]
    return InvoiceUnreadable(why["reason"], why["found"])
