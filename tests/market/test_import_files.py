"""E-invoice files of a ledger: compared with the rows, filling in what is empty, kept for those concerned, once."""

from pathlib import Path
from typing import Any

import pytest

from market import errors
from market.actors import SYSTEM, Role
from market.documents import read, service
from market.documents.models import Document
from market.imports.problems import Problem
from market.imports.service import Imported, ImportLedger, import_at_shell
from market.ledger.models import LedgerInvoice
from market.parties.models import Organisation
from tests import ledger_folders
from tests.contest import member
from tests.ledger_folders import AGENCY, SURVEYOR
from tests.unit.einvoices import made

NUMBER = made.FACTS["number"]
CODES = {"seller_code": SURVEYOR, "buyer_code": AGENCY}


def ledger(place: Path, files: dict[str, bytes], **cells: str) -> Path:
    """The sound ledger, its first invoice as the file has it, but for these cells."""
    given = ledger_folders.sound()
    given["invoices"] = [given["invoices"][0]]
    given["invoices"][0] |= {"invoice_no": NUMBER, "issued_on": "2026-09-01", "amount_yuan": "1272.00", "payment_no": ""} | cells
    folder = ledger_folders.folder(place, given)
    (folder / "files").mkdir()
    for name, content in files.items():
        (folder / "files" / name).write_bytes(content)
    return folder


async def imported(path: Path, keep_good: bool = False) -> tuple[Imported | None, list[str]]:
    """What came of it (None: refused), and the problems."""
    told: list[Problem] = []
    try:
        outcome = await import_at_shell(SYSTEM, ImportLedger(path, keep_good, tell=told.append))
    except errors.LedgerRefused:
        outcome = None
    return outcome, [f"{p.file}:{p.line}:{p.column}:{p.code}:{p.value}" for p in told]


async def test_a_file_fills_in_and_is_kept_once(database: str, tmp_path: Path) -> None:
    """Empty cells come from the file; regulator, seller and buyer may read it; a second time nothing changes."""
    path = ledger(tmp_path / "l", {"a.xml": made.einvoice(**CODES)}, issued_on="", buyer_id="", amount_yuan="")
    outcome, problems = await imported(path)
    assert problems == [] and outcome and outcome.files and outcome.files.stored == 1
    row = await LedgerInvoice.get(invoice_no=NUMBER)
    assert (str(row.issued_on), row.buyer_id, row.amount_fen) == ("2026-09-01", AGENCY, 127200)
    document = await Document.get(attached_to=f"invoice:{NUMBER}")
    seller, buyer = await Organisation.get(code=SURVEYOR), await Organisation.get(code=AGENCY)
    assert (await read.subject(document)).parties == {seller.id, buyer.id} and document.party_id is None
    seen = await service.look_at_document(await member(Role.REGULATOR), document.id)
    assert await service.content(seen) == made.einvoice(**CODES)
    again, problems = await imported(path)
    assert problems == [] and again and again.batch_id is None and again.files and again.files.unchanged == 1


CELLS: list[tuple[dict[str, str], str]] = [
    ({"issued_on": "2026-09-02"}, "issued_on:differs_from_file:2026-09-02 ≠ 2026-09-01"),
    ({"amount_yuan": "1272.01"}, "amount_yuan:differs_from_file:1272.01 ≠ 1272.00"),
    ({"buyer_id": ledger_folders.BUILDER}, f"buyer_id:differs_from_file:{ledger_folders.BUILDER} ≠ {AGENCY}"),
]


@pytest.mark.parametrize(("cells", "told"), CELLS)
async def test_a_difference_is_a_problem(database: str, tmp_path: Path, cells: dict[str, str], told: str) -> None:
    """Nothing is stored, or everything but that row."""
    path = ledger(tmp_path / "l", {"a.xml": made.einvoice(**CODES)}, **cells)
    expected = [f"invoices.csv:2:{told} (files/a.xml)"]
    assert await imported(path) == (None, expected)
    assert not await Organisation.exists()
    outcome, problems = await imported(path, keep_good=True)
    assert problems == expected and outcome and outcome.counts["payments"].stored == 2
    assert not await LedgerInvoice.exists() and not await Document.exists()


async def test_files_that_cannot_be_used_are_listed(database: str, tmp_path: Path) -> None:
    """Unknown number, the same invoice twice, another format, a link, a folder."""
    good = made.einvoice(**CODES)
    files = {"a.xml": good, "b.pdf": made.pdf(made.properties(**CODES)), "c.xml": made.ordinary(), "d.png": b"\x89PNG"}
    path = ledger(tmp_path / "l", files)
    (path / "files" / "e.xml").symlink_to(path / "files" / "a.xml")
    (path / "files" / "f").mkdir()
    _, problems = await imported(path)
    assert [":".join(p.split(":")[i] for i in (0, 3)) for p in problems] == [
        "files/b.pdf:same_invoice_twice",
        "files/c.xml:no_such_invoice",
        "files/d.png:file_unknown_format",
        "files/e.xml:not_a_file",
        "files/f:not_a_file",
    ]
    assert not await Document.exists() and not await LedgerInvoice.exists()


async def test_a_file_may_come_later(database: str, tmp_path: Path) -> None:
    """For an invoice that is stored: what is empty is filled in, what differs is told; rows without the file are no conflict."""
    first = ledger(tmp_path / "first", {}, buyer_id="")
    await imported(first)
    (tmp_path / "bad" / "files").mkdir(parents=True)
    (tmp_path / "bad" / "files" / "x.xml").write_bytes(made.einvoice(**CODES | {"seller_code": AGENCY}))
    _, problems = await imported(tmp_path / "bad")
    assert problems == [f"files/x.xml:0:seller_id:differs_from_file:{SURVEYOR} ≠ {AGENCY}"]
    (tmp_path / "more" / "files").mkdir(parents=True)
    (tmp_path / "more" / "files" / "x.xml").write_bytes(made.einvoice(**CODES))
    outcome, problems = await imported(tmp_path / "more")
    assert problems == [] and outcome and outcome.batch_id
    assert (await LedgerInvoice.get(invoice_no=NUMBER)).buyer_id == AGENCY
    same: Any = await imported(first)
    assert same[1] == [] and same[0].batch_id is None
