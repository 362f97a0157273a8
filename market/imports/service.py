"""Import a ledger from elsewhere: one transaction, all of it or what is good of it; a second time changes nothing."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from market.actors import Actor
from market.errors import LedgerRefused
from market.imports import checks, einvoices, evidence, staging, storing
from market.imports.einvoices import FOLDER, EInvoices
from market.imports.evidence import Evidence
from market.imports.files import Batch, batches
from market.imports.problems import Problem
from market.imports.sources import Ledger, Source, open_ledger
from market.imports.tables import INVOICES, TABLES
from market.ledger.models import LedgerBatch
from market.permissions import Action
from market.usecase import authorise, require, unit, use_case

Progress = Callable[[str, int, int], None]
"""File or step, how far, of how much."""
CHECKING, STORING = "checking", "storing"
"""The steps after the files are read."""


@dataclass(frozen=True)
class ImportLedger:
    """What to import. ``keep_good``: store every good row, else nothing unless all are good.

    ``tell`` hears of every problem in order, ``progress`` of every step; both must be quick.
    """

    path: Path
    keep_good: bool = False
    label: str = ""
    tell: Callable[[Problem], None] = lambda problem: None
    progress: Progress = lambda name, done, total: None


@dataclass
class Counts:
    """Of one table, in rows. ``refused`` lines were read but not stored, ``unchanged`` rows were stored before."""

    read: int = 0
    stored: int = 0
    unchanged: int = 0
    refused: int = 0


@dataclass
class Imported:
    """What came of it. ``batch_id`` is None when nothing was new; ``ignored``: files that are no table of the format.

    ``files``: of e-invoices, None when there are none.
    """

    counts: dict[str, Counts] = field(default_factory=dict)
    files: Counts | None = None
    ignored: tuple[str, ...] = ()
    problems: int = 0
    batch_id: int | None = None


async def import_ledger(actor: Actor, form: ImportLedger) -> Imported:
    """Store a ledger with its e-invoice files. Raises LedgerRefused with the number of problems, each told before; NotPermitted."""
    require(actor, Action.LEDGER_IMPORT)
    return await store_ledger(actor, form, await einvoices.read_all(form.path, form.progress))


async def import_at_shell(actor: Actor, form: ImportLedger) -> Imported:
    """As ``import_ledger``, by whoever has the server's command line. Raises LedgerRefused."""
    return await store_at_shell(actor, form, await einvoices.read_all(form.path, form.progress))


@use_case(Action.LEDGER_IMPORT)
async def store_ledger(actor: Actor, form: ImportLedger, found: EInvoices) -> Imported:
    """The part of ``import_ledger`` that writes: files are read before it, for as long as nobody waits for the transaction."""
    authorise(Action.LEDGER_IMPORT)
    return await _import(actor, form, found)


@use_case(None)
async def store_at_shell(actor: Actor, form: ImportLedger, found: EInvoices) -> Imported:
    """As ``store_ledger``."""
    return await _import(actor, form, found)


async def _import(actor: Actor, form: ImportLedger, found: EInvoices) -> Imported:
    with open_ledger(form.path) as ledger:
        return await _import_from(ledger, actor, form, found)


async def _import_from(ledger: Ledger, actor: Actor, form: ImportLedger, found: EInvoices) -> Imported:
    outcome = Imported(ignored=(*ledger.ignored, *found.hidden))
    await staging.create()
    await staging.add_problems(-1, ledger.problems)
    broken = {source.table for source in ledger.sources if not await _read(source, form, outcome)}
    file = next((source.file for source in ledger.sources if source.table == INVOICES.name), "")
    proof = await evidence.compare(found, file, broken=INVOICES.name in broken)
    await _check(ledger, broken, form, outcome)
    await _tell(form, outcome)
    await _store(actor, ledger, form, outcome, proof)
    await staging.drop()
    return outcome


async def _read(source: Source, form: ImportLedger, outcome: Imported) -> bool:
    """Put a source's rows aside, reading on in a thread meanwhile. False: the file as a whole cannot be used."""
    table, counts, usable = TABLES[source.table], Counts(), True
    outcome.counts[source.table] = counts
    rows = batches(source)
    coming = asyncio.create_task(_next(rows))
    try:
        while batch := await coming:
            coming = asyncio.create_task(_next(rows))
            await staging.add(table, batch)
            usable = usable and not batch.whole
            counts.read += batch.lines
            form.progress(source.file, batch.done, source.total)
    finally:
        await asyncio.wait([coming])
    await staging.ready(table)
    return usable


async def _next(rows: Iterator[Batch]) -> Batch | None:
    return await asyncio.to_thread(next, rows, None)


async def _check(ledger: Ledger, broken: set[str], form: ImportLedger, outcome: Imported) -> None:
    files = {source.table: source.file for source in ledger.sources}
    kinds = {kind for name in broken if (kind := TABLES[name].kind)}
    for done, name in enumerate(files):
        form.progress(CHECKING, done, len(files))
        if name in broken:
            await staging.discard(TABLES[name])
        else:
            outcome.counts[name].unchanged = await checks.collapse(TABLES[name])
            await checks.check(TABLES[name], files, kinds)
        counts = outcome.counts[name]
        counts.refused = counts.read if name in broken else await staging.refused(TABLES[name])
    form.progress(CHECKING, len(files), len(files))


async def _tell(form: ImportLedger, outcome: Imported) -> None:
    outcome.problems = await staging.refused()
    if outcome.problems:
        async for problem in staging.listed():
            form.tell(problem)
        if not form.keep_good:
            raise LedgerRefused(outcome.problems)


async def _store(actor: Actor, ledger: Ledger, form: ImportLedger, outcome: Imported, proof: Evidence) -> None:
    filled = await storing.fill_in()
    for name, counts in outcome.counts.items():
        counts.unchanged += await storing.drop_unchanged(TABLES[name])
    new_files = await evidence.waiting(proof)
    outcome.files = _of_files(proof)
    if not (filled or new_files or await storing.waiting()):
        unit().replayed = True
        return
    label = (form.label or form.path.name).strip()[:200]
    batch = await LedgerBatch.create(at=unit().now, account_id=actor.account_id, label=label, files=ledger.hashes, counts={})
    for done, (name, counts) in enumerate(outcome.counts.items(), 1):
        counts.stored = await storing.store(TABLES[name], batch.id, unit().now)
        form.progress(STORING, done, len(outcome.counts))
    await evidence.keep(actor, proof)
    batch.counts = {name: asdict(counts) for name, counts in _all_counts(outcome).items()}
    await batch.save(update_fields=["counts"])
    outcome.batch_id = batch.id
    facts = {"label": label, "files": ledger.hashes, "counts": batch.counts, "problems": outcome.problems}
    unit().record("ledger:import", f"ledger:{batch.id}", **facts)


def _of_files(proof: Evidence) -> Counts | None:
    total, stored, known = proof.found.total, len(proof.good), proof.known
    return Counts(total, stored, known, total - stored - known) if total else None


def _all_counts(outcome: Imported) -> dict[str, Counts]:
    return outcome.counts | ({FOLDER: outcome.files} if outcome.files else {})
