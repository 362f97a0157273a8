"""Factories of what a regulator reads: the sample ledger imported, payments as rows, an audit done."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from market import clock
from market.actors import SYSTEM, Actor
from market.audit import service
from market.audit.models import AuditRun
from market.imports.service import ImportLedger, import_at_shell
from market.ledger.models import LedgerPayment

SAMPLE = Path(__file__).parent / "unit" / "ledger_sample"
AS_OF = date(2026, 11, 1)
DAY = datetime(2026, 11, 1, 4, tzinfo=UTC)
"""The sample's day, at noon in Zhoushan."""


async def sample_imported() -> None:
    """On a database with the shipped catalogue."""
    with clock.fixed(DAY):
        await import_at_shell(SYSTEM, ImportLedger(SAMPLE))


async def payment(number: str, **values: Any) -> LedgerPayment:
    """An imported payment, as if a ledger had it."""
    return await LedgerPayment.create(payment_no=number, batch_id=1, **({"amount_fen": 100, "grade": "bank"} | values))


async def audited(regulator: Actor, url: str, *, rules: tuple[str, ...] = (), at: datetime = DAY) -> AuditRun:
    """An audit as of the sample's day, asked for and done."""
    with clock.fixed(at):
        run = await service.request_audit(regulator, service.RequestAudit(AS_OF, "年度检查", rules))
        await service.run_due(url, 1)
    return await AuditRun.get(id=run.id)
