"""The log at length: ``python -m tests.bench.log [N]`` fills N entries and measures appending, proving and reading at the end.

The figures at 1,000 entries are the yardstick: nothing may grow with N but the verification.
"""

import asyncio
import secrets
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from market import db
from market.actors import SYSTEM
from market.log import models, notes, read, service, tree

AT = datetime(2026, 11, 24, 4, tzinfo=UTC)
ROUNDS = 200


async def timed(one: Callable[[int], Awaitable[object]]) -> float:
    """Milliseconds of one call, the mean of ROUNDS."""
    start = time.perf_counter()
    for number in range(ROUNDS):
        await one(number)
    return (time.perf_counter() - start) / ROUNDS * 1000


async def fill(count: int) -> None:
    """That many entries, the fast way: the same rows that the product writes."""
    edge = tree.Frontier(0, [])
    for start in range(0, count, 5000):
        rows = []
        for seq in range(start + 1, min(start + 5000, count) + 1):
            body = f'{{"seq":{seq},"action":"test","subject":"t","at":"{AT.isoformat()}"}}'
            leaf = tree.leaf_hash(body.encode())
            row = {"seq": seq, "at": AT, "action": "test", "subject": "t", "body": body, "hash": leaf.hex()}
            rows.append(models.LogEntry(**row, subtrees=b"".join(edge.add(leaf)).hex()))
        await models.LogEntry.bulk_create(rows, batch_size=1000)
    await models.LogHead.filter(id=1).update(seq=count, peaks=b"".join(edge.peaks).hex())


async def main(count: int) -> None:
    """Print the figures; the proofs of the last round must hold."""
    url = f"sqlite://{Path(tempfile.mkdtemp()) / 'log.sqlite3'}"
    await db.migrate(url)
    notes.use(secrets.token_bytes(32))
    async with await db.connect(url, shared=False):
        await fill(count)
        root, spread = await read.root_at(count), count // ROUNDS
        include = await timed(lambda n: read.inclusion(n * spread + 1, count))
        extend = await timed(lambda n: read.consistency(n * spread + 1, count))
        page = await timed(lambda n: read.feed(n * spread, 100))
        row, path = await models.LogEntry.get(seq=spread), await read.inclusion(spread, count)
        assert tree.includes(spread - 1, count, bytes.fromhex(row.hash), path, root)
        append = await timed(lambda n: service.append(SYSTEM, AT, [service.Record("test", f"t:{n}")]))
        start = time.perf_counter()
        verdict = await service.verify()
        whole = time.perf_counter() - start
    assert verdict.broken is None
    print(
        f"log of {count}: append {append:.2f} ms, inclusion {include:.2f} ms, consistency {extend:.2f} ms, feed page {page:.2f} ms"
    )
    print(f"verify all: {whole:.1f} s, {verdict.entries / whole:.0f} entries/s")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000))
