"""E-invoice files against the rows of the ledger and what is stored: compared, empty cells filled in, kept as proof.

A file has the number of exactly one invoice. Nothing that a row or the database states is ever replaced by what a file says.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from market import db
from market.actors import Actor
from market.documents import read, store
from market.documents import service as documents
from market.documents.service import Proof
from market.imports import staging, stored
from market.imports.compare import COLUMNS, Stated, faults, said
from market.imports.einvoices import EInvoice, EInvoices, opened
from market.imports.problems import Code, Problem
from market.imports.staging import number, place, run
from market.imports.tables import BY_KIND, INVOICES, Column, Kind

# ruff: noqa: S608 - every statement here is made of the names of our own tables and columns

_NATIVE = """SELECT i.invoice_no, i.issued_on, a.code AS seller_id, NULLIF(i.buyer_code, '') AS buyer_id, i.amount_fen,
    coalesce(r.invoice_no, '') AS red_letter_of
    FROM invoices i JOIN organisations a ON a.id = i.seller_id LEFT JOIN invoices r ON r.id = i.red_letter_of_id"""
"""A record of ours takes nothing back unless it says so: there, empty is a statement."""
_KEY = "invoice:"
_IS_BAD = f"EXISTS (SELECT 1 FROM stage_bad_key b WHERE b.kind = '{Kind.INVOICE}' AND b.k = f.invoice_no)"
_ATTACHED = f"EXISTS (SELECT 1 FROM documents d WHERE d.attached_to = '{_KEY}' || f.invoice_no)"


@dataclass
class Evidence:
    """The files of one import. ``good``: by their number in ``stage_files``; ``known``: attached by an earlier import or by us."""

    found: EInvoices
    good: dict[int, EInvoice] = field(default_factory=dict)
    known: int = 0


class _Row(NamedTuple):
    line: int
    stated: Stated


async def compare(found: EInvoices, file: str, *, broken: bool) -> Evidence:
    """Problems for what does not fit, and the empty cells of rows filled in.

    ``file``: of the invoices; ``broken``: it could not be read as a whole.
    """
    await staging.add_problems(staging.AFTER_TABLES, found.problems)
    await _recall()
    files = dict(enumerate(found.read))
    await staging.add_files([(no, one.facts.number, *[None] * len(COLUMNS)) for no, one in files.items()])
    bad = await _listed(files, await _misfits(files, file, broken=broken))
    evidence = Evidence(found, {no: one for no, one in files.items() if no not in bad})
    await run("DELETE FROM stage_files")
    await staging.add_files([(no, one.facts.number, *_cells(said(one.facts))) for no, one in evidence.good.items()])
    await staging.sweep(INVOICES)
    for column, kind in INVOICES.references:
        if column.field in COLUMNS:
            await _unknown(column, kind, evidence)
    await _fill("stage_invoices", "stage_files x WHERE x.invoice_no = stage_invoices.invoice_no")
    return evidence


async def _listed(files: dict[int, EInvoice], problems: dict[int, "_About"]) -> set[int]:
    """Put the problems aside. Returns the files that have any."""
    for no, code, value in await _twice(files):
        problems[staging.AFTER_TABLES].append((no, Problem(files[no].shown, 0, "", code, value)))
    for file_no, about in problems.items():
        await staging.add_problems(file_no, [problem for _, problem in about])
    return {no for about in problems.values() for no, _ in about}


def _cells(stated: Stated) -> list[Any]:
    return [getattr(stated, name) for name in COLUMNS]


async def _recall() -> None:
    """What an earlier import filled in from a file is no conflict when the same rows come without the file."""
    if await number("SELECT count(*) FROM (SELECT 1 FROM documents WHERE attached_to IS NOT NULL LIMIT 1) d"):
        attached = f"EXISTS (SELECT 1 FROM documents d WHERE d.attached_to = '{_KEY}' || l.invoice_no)"
        await _fill("stage_invoices", f"ledger_invoices l WHERE l.invoice_no = stage_invoices.invoice_no AND {attached}")


async def _fill(table: str, source: str) -> int:
    """Empty cells from ``source``: a table and where its one row is."""
    cells = ", ".join(f"{name} = coalesce({name}, (SELECT {name} FROM {source}))" for name in COLUMNS)
    return await run(f"UPDATE {table} SET {cells} WHERE EXISTS (SELECT 1 FROM {source})")


async def _unknown(column: Column, kind: Kind, evidence: Evidence) -> None:
    """What a file names and the stored row does not must be known, too; rows of this ledger are checked with the others."""
    name, table = column.field, BY_KIND[kind]
    places = [*stored.KEYS[kind], (table.stage, table.own_key)]
    nowhere = " AND ".join(f"NOT EXISTS (SELECT 1 FROM {t} t WHERE t.{key} = f.{name})" for t, key in places)
    rows = await _query(
        f"SELECT f.no, f.{name} AS value FROM stage_files f JOIN ledger_invoices l ON l.invoice_no = f.invoice_no "
        f"WHERE l.{name} IS NULL AND f.{name} IS NOT NULL AND {nowhere} "
        "AND NOT EXISTS (SELECT 1 FROM stage_invoices s WHERE s.invoice_no = f.invoice_no)"
    )
    gone = [(evidence.good.pop(row["no"]), row["value"]) for row in rows]
    problems = [Problem(one.shown, 0, column.name, Code.UNKNOWN_REFERENCE, value) for one, value in gone]
    await staging.add_problems(staging.AFTER_TABLES, problems)
    if rows:
        await run(f"DELETE FROM stage_files WHERE no IN ({', '.join(str(row['no']) for row in rows)})")


_About = list[tuple[int, Problem]]


async def _misfits(files: dict[int, EInvoice], file: str, *, broken: bool) -> dict[int, _About]:
    """By their place in the list; each with the number of its file."""
    problems: dict[int, _About] = defaultdict(list)
    rows, kept = await _rows("SELECT * FROM stage_invoices"), await _stored()
    refused = await _refused()
    for no, one in files.items():
        there = rows[no] or ([] if no in refused else kept[no])
        file_no, named = (place(INVOICES), file) if rows[no] else (staging.AFTER_TABLES, one.shown)
        found = _all_differences(there, one, named) if there else [_nowhere(one, refused=broken or no in refused)]
        problems[file_no] += [(no, problem) for problem in found]
    return problems


async def _refused() -> set[int]:
    return {row["no"] for row in await _query(f"SELECT f.no FROM stage_files f WHERE {_IS_BAD}")}


def _nowhere(one: EInvoice, *, refused: bool) -> Problem:
    code = Code.REFERS_TO_REFUSED if refused else Code.NO_SUCH_INVOICE
    return Problem(one.shown, 0, "invoice_no", code, one.facts.number)


def _all_differences(rows: list[_Row], one: EInvoice, file: str) -> list[Problem]:
    return [problem for row in rows for problem in _differences(row, one, file)]


def _differences(row: _Row, one: EInvoice, file: str) -> list[Problem]:
    origin = f" ({one.shown})" if file != one.shown else ""
    return [Problem(file, row.line, f.column, f.code, f.value + origin) for f in faults(row.stated, one.facts)]


async def _stored() -> dict[int, list[_Row]]:
    ledger, native = await _rows("SELECT * FROM ledger_invoices"), await _rows(_NATIVE)
    return defaultdict(list, {no: [*ledger[no], *native[no]] for no in ledger.keys() | native.keys()})


async def _rows(query: str) -> dict[int, list[_Row]]:
    """Invoices that have a file, by the file's number."""
    line = "i.line" if "stage_" in query else "0"
    columns = ", ".join(f"i.{name}" for name in COLUMNS)
    rows: dict[int, list[_Row]] = defaultdict(list)
    for row in await _query(
        f"SELECT f.no, {line} AS line, {columns} FROM stage_files f JOIN ({query}) i ON i.invoice_no = f.invoice_no ORDER BY 1, 2"
    ):
        rows[row["no"]].append(_Row(row["line"], Stated(_day(row["issued_on"]), *[row[name] for name in COLUMNS[1:]])))
    return rows


def _day(value: Any) -> date | None:
    """SQLite keeps dates as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


async def _twice(files: dict[int, EInvoice]) -> Iterable[tuple[int, Code, str]]:
    """Of files that say the same the first is kept, of others none; an invoice that has its file gets no other."""
    of_one: dict[str, list[int]] = defaultdict(list)
    for no, one in files.items():
        of_one[one.facts.number].append(no)
    twice = [(no, Code.SAME_INVOICE_TWICE, one) for one, numbers in of_one.items() for no in _superfluous(files, numbers)]
    attached = await _query(
        f"SELECT f.no, d.sha256 FROM stage_files f JOIN documents d ON d.attached_to = '{_KEY}' || f.invoice_no"
    )
    other = [
        (row["no"], Code.ANOTHER_FILE, f"{row['sha256'][:16]}…") for row in attached if files[row["no"]].sha256 != row["sha256"]
    ]
    return [*twice, *other, *await _elsewhere(files)]


def _superfluous(files: dict[int, EInvoice], numbers: list[int]) -> list[int]:
    contents = {said(files[no].facts) for no in numbers}
    return numbers if len(contents) > 1 else numbers[1:]


async def _elsewhere(files: dict[int, EInvoice]) -> list[tuple[int, Code, str]]:
    """Contents that are attached to something else."""
    by_hash = {one.sha256: no for no, one in files.items()}
    found = await read.attached_contents(list(by_hash))
    wrong = {sha256: to for sha256, to in found.items() if to != _KEY + files[by_hash[sha256]].facts.number}
    return [(by_hash[sha256], Code.ANOTHER_FILE, to) for sha256, to in wrong.items()]


async def _query(statement: str) -> list[dict[str, Any]]:
    return await db.connection().execute_query_dict(statement)


async def waiting(evidence: Evidence) -> int:
    """Files that are to be kept: of good rows and of stored invoices, not kept yet. The others are forgotten."""
    somewhere = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} i WHERE i.invoice_no = f.invoice_no)"
        for table in ("stage_invoices", "ledger_invoices", "invoices")
    )
    await run(f"DELETE FROM stage_files AS f WHERE NOT ({somewhere}) OR {_IS_BAD}")
    usable = await _query(f"SELECT f.no, {_ATTACHED} AS attached FROM stage_files f")
    evidence.known = sum(bool(row["attached"]) for row in usable)
    evidence.good = {row["no"]: evidence.good[row["no"]] for row in usable if not row["attached"]}
    await run(f"DELETE FROM stage_files AS f WHERE {_ATTACHED}")
    return len(evidence.good)


async def keep(actor: Actor, evidence: Evidence) -> int:
    """After the rows are stored: fill in what earlier ledgers left empty, keep the files and attach them. Returns how many.

    Raises OSError when a file is not what it was when it was read.
    """
    await _fill_stored()
    concerned = await _concerned()
    proofs = []
    for no, one in evidence.good.items():
        with opened(evidence.found.folder, one.name) as file:
            try:
                await store.current().put(one.sha256, file)
            except store.Damaged:
                raise OSError(f"{one.shown}: changed during the import") from None
        to = _KEY + one.facts.number
        proofs.append(Proof(one.sha256, one.size, one.media_type, one.facts, to, frozenset(concerned[no])))
    await documents.keep_proofs(actor, proofs)
    return len(proofs)


async def _fill_stored() -> None:
    """Only with parties and invoices that are stored by now."""
    for column, kind in INVOICES.references:
        if (name := column.field) in COLUMNS:
            known = " OR ".join(
                f"EXISTS (SELECT 1 FROM {t} t WHERE t.{key} = stage_files.{name})" for t, key in stored.KEYS[kind]
            )
            await run(f"UPDATE stage_files SET {name} = NULL WHERE NOT ({known})")
    await _fill("ledger_invoices", "stage_files x WHERE x.invoice_no = ledger_invoices.invoice_no")


async def _concerned() -> dict[int, set[UUID]]:
    """Known organisations at either end of each file's invoice, and of the payment that a record of ours was made for."""
    rows = await _query(
        """SELECT f.no, o.id FROM stage_files f JOIN ledger_invoices i ON i.invoice_no = f.invoice_no
           JOIN organisations o ON o.code IN (i.seller_id, i.buyer_id)
           UNION SELECT f.no, o.id FROM stage_files f JOIN invoices i ON i.invoice_no = f.invoice_no
           LEFT JOIN fee_records p ON p.id = i.fee_id
           JOIN organisations o ON o.id IN (i.seller_id, p.payer_id, p.payee_id) OR o.code = i.buyer_code"""
    )
    found: dict[int, set[UUID]] = defaultdict(set)
    for row in rows:
        found[row["no"]].add(UUID(str(row["id"])))
    return found
