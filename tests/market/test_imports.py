"""Ledgers on a real database: whole or the good of it, once, never over what is stored."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tortoise import Tortoise

from market import errors
from market.actors import ANONYMOUS, SYSTEM, Role
from market.fees.models import FeeRecord
from market.imports.problems import Problem
from market.imports.service import Imported, ImportLedger, import_at_shell, import_ledger
from market.ledger.models import LedgerBatch, LedgerContract, LedgerInvoice, LedgerItemPrice, LedgerPayment
from market.log import service as log
from market.log.models import LogEntry, LogHead
from market.parties.models import Organisation, PartyRelation
from tests import contest, ledger_folders, malformed
from tests.contest import member
from tests.ledger_folders import BUILDER, PERSON

SAMPLE = Path(__file__).parents[1] / "unit" / "ledger_sample"


async def imported(path: Path, keep_good: bool = False) -> tuple[Imported, list[str]]:
    """What came of it, and the problems as ``file:line:column:code``."""
    told: list[Problem] = []
    outcome = await import_at_shell(SYSTEM, ImportLedger(path, keep_good, tell=told.append))
    return outcome, [f"{p.file}:{p.line}:{p.column}:{p.code}" for p in told]


async def refused(path: Path) -> list[str]:
    """The problems of a ledger that is refused as a whole."""
    told: list[Problem] = []
    with pytest.raises(errors.LedgerRefused) as refusal:
        await import_at_shell(SYSTEM, ImportLedger(path, tell=told.append))
    assert refusal.value.problems == len(told)
    return [f"{p.file}:{p.line}:{p.column}:{p.code}" for p in told]


async def state() -> dict[str, Any]:
    """How many rows every table has, and the head of the log."""
    models = [model for app in (Tortoise.apps or {}).values() for model in app.values()]
    counts: dict[str, Any] = {model._meta.db_table: await model.all().count() for model in models}
    head = await LogHead.get(id=1)
    return counts | {"head": (head.seq, head.peaks)}


async def content() -> dict[str, list[dict[str, Any]]]:
    """Every imported row, but for identifiers of ours."""
    ours = ("id", "batch_id", "created_at", "source_org_id", "target_org_id")
    models = [model for app in (Tortoise.apps or {}).values() for model in app.values()]
    found = {}
    for model in models:
        if model._meta.db_table.startswith(("ledger_i", "ledger_c", "ledger_p", "ledger_a", "ledger_d", "organ", "party_r")):
            rows = [{k: v for k, v in row.items() if k not in ours} for row in await model.all().values()]
            found[model._meta.db_table] = sorted(rows, key=repr)
    return found


async def test_the_sample_is_imported_once(database: str) -> None:
    """Every row is there; the second time nothing changes, not even the log."""
    first, problems = await imported(SAMPLE)
    assert problems == [] and first.ignored == ("expected.csv",)
    assert (await LedgerPayment.all().count(), await Organisation.all().count(), await PartyRelation.all().count()) == (
        161,
        99,
        40,
    )
    before = await state()
    second, _ = await imported(SAMPLE)
    assert (second.batch_id, second.counts["payments"].unchanged) == (None, 161)
    assert await state() == before


async def test_a_batch_is_logged_with_counts_and_hashes(database: str) -> None:
    """The log says what came in, from which files, and holds."""
    outcome, _ = await imported(SAMPLE)
    batch = await LedgerBatch.get(id=outcome.batch_id)
    entry = await LogEntry.get(action="ledger:import")
    assert len(batch.files) == 10 and batch.files["payments.csv"] in entry.body
    assert batch.counts["payments"] == {"read": 161, "stored": 161, "unchanged": 0, "refused": 0}
    assert (await log.verify()).broken is None


async def test_rows_are_kept_as_given(database: str, tmp_path: Path) -> None:
    """Amounts in fen, empty is NULL, texts untouched."""
    ledger = ledger_folders.sound()
    ledger["payments"][1]["purpose_text"] = "=HYPERLINK(1)"
    await imported(ledger_folders.folder(tmp_path / "l", ledger))
    refund = await LedgerPayment.get(payment_no="FK2")
    assert (refund.amount_fen, refund.refund_of, refund.contract_no, refund.purpose_text) == (40000, "FK1", None, "=HYPERLINK(1)")
    contract = await LedgerContract.get(contract_no="HT1")
    assert (contract.amount_fen, contract.valid_quotes, contract.delivered_on) == (7240010, 5, None)
    assert (await LedgerInvoice.get(invoice_no="FP2")).amount_fen == -7240010
    assert (await LedgerItemPrice.get()).float_bp == 1250
    assert (await Organisation.get(code=PERSON)).kind == ""


async def test_the_order_of_rows_and_the_kind_of_file_do_not_matter(database: str, tmp_path: Path) -> None:
    """Rows backwards in a workbook are the ledger that is stored already."""
    await imported(ledger_folders.folder(tmp_path / "l", ledger_folders.sound()))
    before, stored = await state(), await content()
    backwards = {table: list(reversed(rows)) for table, rows in reversed(ledger_folders.sound().items())}
    outcome, _ = await imported(ledger_folders.workbook(tmp_path / "l.xlsx", dict(backwards)))
    assert (outcome.batch_id, sum(c.unchanged for c in outcome.counts.values())) == (None, ledger_folders.SIZE)
    assert (await state(), await content()) == (before, stored)


async def test_a_fact_said_twice_is_one_fact(database: str, tmp_path: Path) -> None:
    """Relations, classes and prices have no number: the same row again adds nothing."""
    ledger = ledger_folders.sound()
    for table in ("relations", "item_classes", "item_prices"):
        ledger[table] *= 2
    outcome, problems = await imported(ledger_folders.folder(tmp_path / "l", ledger))
    assert (problems, outcome.counts["item_classes"].stored, outcome.counts["item_classes"].unchanged) == ([], 2, 2)
    assert await PartyRelation.all().count() == 1


async def test_one_relation_from_two_sources_is_one_fact(database: str, tmp_path: Path) -> None:
    """In one ledger or in a later one: the first source stays, and a ledger is not refused for naming another."""
    ledger = ledger_folders.sound()
    ledger["relations"].append(ledger["relations"][0] | {"source": "另一登记机关"})
    outcome, problems = await imported(ledger_folders.folder(tmp_path / "l", ledger))
    assert (problems, outcome.counts["relations"].stored, outcome.counts["relations"].unchanged) == ([], 1, 1)
    before = await content()
    del ledger["relations"][0]
    again, problems = await imported(ledger_folders.folder(tmp_path / "later", ledger))
    assert (problems, again.batch_id, await content()) == ([], None, before)


async def test_parts_may_come_one_after_the_other(database: str, tmp_path: Path) -> None:
    """What is stored may be referred to."""
    ledger = ledger_folders.sound()
    payments = {"payments": ledger.pop("payments"), "invoices": ledger.pop("invoices")}
    await imported(ledger_folders.folder(tmp_path / "first", ledger))
    outcome, problems = await imported(ledger_folders.folder(tmp_path / "second", payments))
    assert (problems, outcome.counts["payments"].stored) == ([], 2)


@pytest.mark.parametrize(
    ("backend", "stored_before"), [("sqlite", False), ("sqlite", True), ("postgres", False)], indirect=["backend"]
)
async def test_what_is_malformed_is_listed_and_changes_nothing(database: str, tmp_path: Path, stored_before: bool) -> None:
    """Each gives exactly its problems, and the database is as it was; so it is when the sound ledger is stored already."""
    if stored_before:
        await imported(ledger_folders.folder(tmp_path / "sound", ledger_folders.sound()))
    before, wrong = await state(), {}
    for number, (name, (make, expected)) in enumerate(malformed.CASES.items()):
        place = tmp_path / str(number) / "case"
        place.parent.mkdir()
        in_itself = {p for p in expected if not p.endswith(("_reference", "_refused"))}
        if stored_before and not in_itself:
            continue  # what it refers to is stored
        found = await refused(make(place))
        lacking = in_itself - set(found) if stored_before else expected ^ set(found)
        if lacking:
            wrong[name] = (sorted(lacking), sorted(found))
    assert wrong == {}
    assert await state() == before
    assert len(malformed.CASES) >= 30


async def test_good_rows_are_kept_when_asked(database: str, tmp_path: Path) -> None:
    """A bad row takes with it those that refer to it, and nothing else."""
    ledger = ledger_folders.sound()
    ledger["payments"][0]["amount_yuan"] = "x"
    outcome, problems = await imported(ledger_folders.folder(tmp_path / "l", ledger), keep_good=True)
    assert problems == [
        "payments.csv:2:amount_yuan:not_an_amount",
        "payments.csv:3:refund_of:refers_to_refused",
        "invoices.csv:2:payment_no:refers_to_refused",
        "invoices.csv:3:payment_no:refers_to_refused",
    ]
    assert sum(c.stored for c in outcome.counts.values()) == ledger_folders.SIZE - 4
    assert (outcome.counts["payments"].refused, await LedgerPayment.all().count()) == (2, 0)


async def test_a_long_chain_falls_with_its_first_row(database: str, tmp_path: Path) -> None:
    """However many re-tests follow a refused contract."""
    ledger = ledger_folders.sound()
    first = ledger["contracts"][0]
    ledger["contracts"] += [first | {"contract_no": f"R{n}", "retest_of": f"R{n - 1}" if n else "HT2"} for n in range(300)]
    ledger["contracts"][0]["method"] = "lottery"
    outcome, _ = await imported(ledger_folders.folder(tmp_path / "l", ledger), keep_good=True)
    assert (outcome.counts["contracts"].refused, outcome.counts["contracts"].stored) == (302, 0)


async def test_a_corrected_ledger_completes_what_was_kept(database: str, tmp_path: Path) -> None:
    """After the correction the same rows are there as if it had been right at once."""
    ledger = ledger_folders.sound()
    ledger["contracts"][0]["method"] = "lottery"
    await imported(ledger_folders.folder(tmp_path / "bad", ledger), keep_good=True)
    outcome, problems = await imported(ledger_folders.folder(tmp_path / "good", ledger_folders.sound()))
    assert problems == [] and outcome.batch_id
    assert await LedgerContract.all().count() == 2 and await LedgerPayment.all().count() == 2


async def test_what_is_stored_is_never_overwritten(database: str, tmp_path: Path) -> None:
    """Other content under a stored number is a conflict, and what refers to it is refused with it."""
    await imported(ledger_folders.folder(tmp_path / "l", ledger_folders.sound()))
    ledger = ledger_folders.sound()
    ledger["payments"][0]["amount_yuan"] = "1"
    ledger["item_prices"][0]["base_yuan"] = ""
    found = await refused(ledger_folders.folder(tmp_path / "other", ledger))
    assert found[:2] == ["item_prices.csv:2:base_yuan:conflict", "payments.csv:2:amount_yuan:conflict"]
    assert (await LedgerPayment.get(payment_no="FK1")).amount_fen == 7240010


async def test_a_party_keeps_its_register_data(database: str, tmp_path: Path) -> None:
    """A ledger fills in what is unknown, and changes nothing else."""
    await Organisation.create(code=BUILDER, name="登记名称", kind="intermediary", created_at=contest.NOON)
    await imported(ledger_folders.folder(tmp_path / "l", ledger_folders.sound()))
    ledger = ledger_folders.sound()
    ledger["organisations"][3] |= {"name": "王", "kind": "person"}
    await imported(ledger_folders.folder(tmp_path / "known", ledger))
    assert (await Organisation.get(code=BUILDER)).name == "登记名称"
    person = await Organisation.get(code=PERSON)
    assert (person.name, person.kind) == ("王", "person")
    assert (await imported(tmp_path / "known"))[0].batch_id is None


@pytest.mark.parametrize(("amount", "codes"), [("same", []), ("2", ["payments.csv:2:amount_yuan:conflict"])])
async def test_a_native_record_is_recognised(
    database: str, shipped_catalogue: None, tmp_path: Path, amount: str, codes: list[str]
) -> None:
    """The same payment is not stored twice; another under its number is a conflict; a contract of ours can be named."""
    agency, applicant = await member(Role.AGENCY), await member(Role.APPLICANT)
    contract = await contest.contracted(agency, await contest.agency_form(applicant), 100, 200, 300)
    fee = await _paid(contract, agency)
    row = {
        "payment_no": fee.record_no,
        "paid_on": fee.paid_on.isoformat(),
        "payer_id": fee.payer.code,
        "payee_id": fee.payee.code,
        "amount_yuan": f"{fee.amount_fen / 100:.2f}" if amount == "same" else amount,
        "contract_no": contract.contract_no,
        "case_no": fee.case.case_no if fee.case else "",
        "purpose_text": "",
        "grade": fee.grade,
        "refund_of": "",
    }
    outcome, problems = await imported(ledger_folders.folder(tmp_path / "l", {"payments": [row]}), keep_good=True)
    assert (problems, outcome.batch_id, await LedgerPayment.all().count()) == (codes, None, 0)


async def _paid(contract: Any, agency: Any) -> FeeRecord:
    fee = await FeeRecord.create(
        record_no="F-1",
        paid_on=contract.signed_on,
        payer_id=contract.client_id,
        payee_id=contract.supplier_id,
        amount_fen=100,
        channel="bank_transfer",
        grade="bank",
        contract_id=contract.id,
        case_id=contract.case_id,
        recorded_by_id=agency.account_id,
        recorded_for_id=agency.organisation_id,
        recorded_at=contest.NOON,
    )
    await fee.fetch_related("payer", "payee", "case")
    return fee


async def test_only_operator_and_regulator_may(database: str, tmp_path: Path) -> None:
    """By the permission table; the server's command line is the marketplace itself."""
    form = ImportLedger(ledger_folders.folder(tmp_path / "l", ledger_folders.sound()))
    for role in (Role.AGENCY, Role.APPLICANT, Role.INTERMEDIARY, Role.HELPER):
        with pytest.raises(errors.NotPermitted):
            await import_ledger(await member(role), form)
    with pytest.raises(errors.NotSignedIn):
        await import_ledger(ANONYMOUS, form)
    outcome = await import_ledger(await member(Role.REGULATOR), form)
    assert outcome.batch_id and (await import_ledger(await member(Role.OPERATOR), form)).batch_id is None


async def test_progress_is_told(database: str, tmp_path: Path) -> None:
    """Each file to its end, then the steps."""
    heard: list[tuple[str, int, int]] = []
    form = ImportLedger(ledger_folders.folder(tmp_path / "l", ledger_folders.sound()), progress=lambda *step: heard.append(step))
    await import_at_shell(SYSTEM, form)
    assert [name for name, done, total in heard if done == total] == [
        *(f"{table}.csv" for table in ledger_folders.sound()),
        "checking",
        "storing",
    ]


async def test_two_imports_at_once_are_one(database: str, tmp_path: Path) -> None:
    """The second waits for the first, and finds nothing new."""
    path = ledger_folders.folder(tmp_path / "l", ledger_folders.sound())
    (first, _), (second, _) = await asyncio.gather(imported(path), imported(path))
    assert [first.batch_id, second.batch_id].count(None) == 1
    assert await LedgerPayment.all().count() == 2
