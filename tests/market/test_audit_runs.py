"""Audits that are kept: done once whoever works, taken up again, and the day's own brings findings up to date."""

import asyncio
import csv
from datetime import date, timedelta
from typing import Any

import pytest

from market import clock
from market.actors import Role
from market.audit import service
from market.audit.models import AuditResult, AuditRun
from market.contracts.models import Contract
from market.errors import InvalidInput
from market.findings.models import Finding, FindingParty, FindingState
from market.log.models import LogEntry
from market.oversight import following
from market.oversight.models import CaseParty, OversightCase
from tests import factories_oversight
from tests.contest import member
from tests.factories_regulator import AS_OF, DAY, SAMPLE, audited, sample_imported

pytestmark = pytest.mark.usefixtures("shipped_catalogue")


def expected() -> set[tuple[str, str, str]]:
    """What the sample says must be found."""
    with (SAMPLE / "expected.csv").open(encoding="utf-8-sig") as file:
        return {(row["rule"], row["subject"], row["certainty"]) for row in csv.DictReader(file)}


def told(rows: list[Any]) -> set[tuple[str, str, str]]:
    """Rule, number, certainty."""
    return {(row.rule, row.subject.partition(":")[2], row.certainty) for row in rows}


async def test_a_worker_does_what_was_asked_for(database: str) -> None:
    """Results and counts of a requested audit are the sample's, by some rules or by all; what is not due stays as it is."""
    await sample_imported()
    regulator = await member(Role.REGULATOR)
    whole = await audited(regulator, database)
    part = await audited(regulator, database, rules=("V01",), at=DAY + timedelta(minutes=1))
    assert told(await AuditResult.filter(run_id=whole.id)) >= expected()
    assert told(await AuditResult.filter(run_id=part.id)) == {row for row in expected() if row[0] == "V01"}
    assert part.finished_at and part.lease_until is None and set(part.counts) == {"V01"}
    assert sum(part.counts["V01"].get(c, 0) for c in ("proof", "lead")) == await AuditResult.filter(run_id=part.id).count()


async def test_two_workers_at_once_do_it_once(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever gets the lease works, the other goes home; there is one day's own audit."""
    done: list[Any] = []
    original = service._do

    async def counted(run: AuditRun, url: str, workers: int) -> None:
        done.append(run.id)
        await original(run, url, workers)

    monkeypatch.setattr(service, "_do", counted)
    regulator = await member(Role.REGULATOR)
    with clock.fixed(DAY):
        run = await service.request_audit(regulator, service.RequestAudit(AS_OF, "检查"))
        await asyncio.gather(*(service.run_due(database, 1) for _ in range(4)))
    [daily] = await AuditRun.filter(daily=True)
    assert sorted(done) == sorted([run.id, daily.id])
    assert await LogEntry.filter(action="audit:done").count() == 2


async def test_a_dead_workers_run_is_taken_up_again(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not before its lease is over; what it had kept is replaced, not doubled."""
    await sample_imported()
    regulator = await member(Role.REGULATOR)
    original = service._finish

    async def dies(*_: object) -> None:
        raise RuntimeError("power cut")

    with clock.fixed(DAY):
        run = await service.request_audit(regulator, service.RequestAudit(AS_OF, "检查", ("V01",)))
        await AuditRun.create(key=await service._day(AS_OF), as_of=AS_OF, daily=True, requested_at=DAY, finished_at=DAY)
        monkeypatch.setattr(service, "_finish", dies)
        with pytest.raises(RuntimeError):
            await service.run_due(database, 1)
        kept = await AuditResult.filter(run_id=run.id).count()
        monkeypatch.setattr(service, "_finish", original)
        await service.run_due(database, 1)
        assert kept and (await AuditRun.get(id=run.id)).finished_at is None
    with clock.fixed(DAY + service.LEASE + timedelta(seconds=1)):
        await service.run_due(database, 1)
    assert (await AuditRun.get(id=run.id)).finished_at and await AuditResult.filter(run_id=run.id).count() == kept


async def test_time_alone_brings_a_finding_and_a_quiet_day_writes_none(database: str) -> None:
    """Not delivered 30 days after it was due (V25), not paid 30 days after acceptance (V36): found by the day's own audit."""
    cast = await factories_oversight.cast()
    late = {"due_on": date(2026, 9, 10)}
    await Contract.filter(contract_no=cast.contract_no).update(**late)
    await factories_oversight.paid(cast, cast.agency)
    twin = await factories_oversight.cast()
    accepted = date(2026, 9, 20)
    await Contract.filter(contract_no=twin.contract_no).update(delivered_on=accepted, accepted_on=accepted)
    seen: list[list[tuple[str, str]]] = []
    for on in (date(2026, 10, 10), date(2026, 10, 11), date(2026, 10, 21)):
        with clock.fixed(clock.day_begins(on) + timedelta(hours=1)):
            await service.run_due(database, 1)
        seen.append(sorted(await Finding.all().values_list("rule", "subject")))
    v25, v36 = ("V25", f"contract:{cast.contract_no}"), ("V36", f"contract:{twin.contract_no}")
    assert (v25 in seen[0], v25 in seen[1], v36 in seen[1], v36 in seen[2]) == (False, True, False, True)
    before = await Finding.all().order_by("id").values()
    with clock.fixed(clock.day_begins(date(2026, 10, 22)) + timedelta(hours=1)):
        await service.run_due(database, 1)
        logged = await LogEntry.filter(action__startswith="finding:").count()
        await service.run_due(database, 1)
    assert await Finding.all().order_by("id").values() == before
    assert logged == len(before) and await AuditRun.filter(daily=True).count() == 4


async def test_an_imported_ledgers_findings_are_findings(database: str) -> None:
    """After the day's own audit: with their parties, and followed up by a case each fact."""
    await sample_imported()
    with clock.fixed(DAY):
        await service.run_due(database, 1)
        while await following.settle_due(factories_oversight.EVER):
            pass
    rows = await Finding.filter(state=FindingState.OPEN)
    assert told(rows) >= expected()
    for row in rows:
        assert await FindingParty.filter(finding_id=row.id).exists(), row.subject
        assert await OversightCase.filter(links__finding_id=row.id, live_scope=row.scope).count() == 1, row.subject
    named = await FindingParty.filter(finding__rule="V01").values_list("side", flat=True)
    assert set(named) >= {"applicant", "agency", "supplier"}
    assert await CaseParty.filter(side="applicant").exists()


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"purpose": " "}, "purpose"),
        ({"purpose": "x" * 301}, "purpose"),
        ({"as_of": date(2026, 11, 2)}, "asOf"),
        ({"rules": ("V99",)}, "rules"),
    ],
)
async def test_what_cannot_be_asked_for(database: str, changed: dict[str, Any], path: str) -> None:
    """No reason, a day to come, a rule that does not exist: refused by field, nothing is kept."""
    form = service.RequestAudit(**({"as_of": AS_OF, "purpose": "检查"} | changed))
    with clock.fixed(DAY), pytest.raises(InvalidInput) as refusal:
        await service.request_audit(await member(Role.REGULATOR), form)
    assert [problem.path for problem in refusal.value.fields] == [path] and not await AuditRun.exists()
