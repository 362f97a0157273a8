"""The public log as a file that can be checked without us: one JSON object a line, in the form that ``offline`` reads."""

import json
from collections.abc import AsyncIterator

from market.log import models, notes, offline, read

_BATCH = 1000


async def lines() -> AsyncIterator[str]:
    """The key, then every entry up to the newest checkpoint, each checkpoint after the last entry that it covers."""
    last = await read.last_checkpoint()
    size = last.size if last else 0
    yield _line(format=offline.FORMAT, key=notes.verifier())
    seq = 0
    while seq < size:
        rows = await models.LogEntry.filter(seq__gt=seq, seq__lte=min(seq + _BATCH, size)).order_by("seq")
        signed = {row.size: row.note for row in await read.checkpoints().filter(size__gt=seq, size__lte=seq + _BATCH)}
        for row in rows:
            shown = {"body": row.body} if row.action in read.PUBLIC else {}
            yield _line(seq=row.seq, leaf=row.hash, **shown)
            if row.seq in signed:
                yield _line(checkpoint=signed[row.seq])
        seq += _BATCH


def _line(**row: object) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"
