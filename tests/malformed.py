"""Ledgers that must be refused: each made in a folder of its own, with the problems it must be refused for.

A problem here is ``file:line:column:code``.
"""

import zipfile
from collections.abc import Callable
from pathlib import Path

from tests import ledger_folders
from tests.ledger_folders import AGENCY, BUILDER, SURVEYOR, Ledger
from tests.unit import test_einvoices

Make = Callable[[Path], Path]
CASES: dict[str, tuple[Make, set[str]]] = {}


def _edited(name: str, edit: Callable[[Ledger], None], *problems: str) -> None:
    def make(place: Path) -> Path:
        ledger = ledger_folders.sound()
        edit(ledger)
        return ledger_folders.folder(place, ledger)

    CASES[name] = (make, set(problems))


def _cell(name: str, table: str, row: int, column: str, value: str, code: str, *more: str) -> None:
    """One cell of the sound ledger is changed; ``row`` counts from 0."""

    def edit(ledger: Ledger) -> None:
        ledger[table][row][column] = value

    _edited(name, edit, f"{table}.csv:{row + 2}:{column}:{code}", *more)


def _raw(name: str, file: str, change: Callable[[bytes], bytes], *problems: str) -> None:
    """The bytes of one file of the sound ledger are changed."""

    def make(place: Path) -> Path:
        path = ledger_folders.folder(place, ledger_folders.sound()) / file
        path.write_bytes(change(path.read_bytes() if path.exists() else b""))
        return place

    CASES[name] = (make, set(problems))


def _path(name: str, make: Make, *problems: str) -> None:
    CASES[name] = (make, set(problems))


def _replaced(before: str, after: str) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(before.encode(), after.encode(), 1)


# Paths and whole files. What refers to a file that cannot be used is refused with it.
_NO_INVOICE_PAYMENT = ("invoices.csv:2:payment_no:refers_to_refused", "invoices.csv:3:payment_no:refers_to_refused")


def _written(place: Path, name: str, content: bytes) -> Path:
    place.mkdir()
    (place / name).write_bytes(content)
    return place / name


def _empty(place: Path) -> Path:
    place.mkdir()
    return place


_path("absent path", lambda place: place / "gone", "gone:0::not_found")
_path("a file that is no workbook", lambda place: _written(place, "payments.csv", b"x"), "payments.csv:0::not_a_ledger")
_path("an empty folder", _empty, "case:0::no_tables")
_path("a folder of other files", lambda place: _written(place, "Payments.CSV", b"x").parent, "case:0::no_tables")
_raw("UTF-16", "payments.csv", lambda b: b.decode().encode("utf-16"), "payments.csv:0::not_utf8", *_NO_INVOICE_PAYMENT)
_raw("GBK", "demands.csv", lambda b: b.replace(b"YQ1", "要求1".encode("gbk")), "demands.csv:2::not_utf8")
_raw("empty file", "payments.csv", lambda b: b"", "payments.csv:1::empty_file", *_NO_INVOICE_PAYMENT)
_raw(
    "no header",
    "demands.csv",
    lambda b: b.split(b"\r\n", 1)[1],
    *(f"demands.csv:1:{name}:unknown_column" for name in ("YQ1", "AJ1", "ZSZJ-01-009", "2025-09-11", "must_use", SURVEYOR)),
    *(
        f"demands.csv:1:{name}:missing_column"
        for name in ("demand_no", "case_no", "item_code", "demanded_on", "reason", "named_supplier_id")
    ),
)
_raw(
    "missing column",
    "item_prices.csv",
    _replaced("mode", "mood"),
    "item_prices.csv:1:mode:missing_column",
    "item_prices.csv:1:mood:unknown_column",
)
_raw(
    "column twice",
    "item_prices.csv",
    _replaced("mode", "item_code"),
    "item_prices.csv:1:mode:missing_column",
    "item_prices.csv:1:item_code:repeated_column",
)
_raw(
    "semicolons",
    "amendments.csv",
    lambda b: b.replace(b",", b";"),
    *(
        f"amendments.csv:1:{name}"
        for name in (
            "contract_no;filed_on;amount_change_yuan;reason:unknown_column",
            "contract_no:missing_column",
            "filed_on:missing_column",
            "amount_change_yuan:missing_column",
            "reason:missing_column",
        )
    ),
)
# Lines
_raw("10 MB cell", "demands.csv", _replaced("must_use", "x" * 10_000_000), "demands.csv:2::line_too_long")
_raw("unclosed quote", "amendments.csv", _replaced("少一点", '"少一点'), "amendments.csv:2::not_csv")
_raw("text after a quote", "amendments.csv", _replaced("少一点", '"少"一点'), "amendments.csv:2::not_csv")
_raw("a cell too many", "amendments.csv", _replaced("少一点", "少一点,"), "amendments.csv:2::cell_count")
_raw("a cell too few", "amendments.csv", _replaced(",少一点", ""), "amendments.csv:2::cell_count")
_raw(
    "lines of CR, one bad",
    "amendments.csv",
    lambda b: b.replace(b"\r\n", b"\r").replace(b"2025-10-02", b"x"),
    "amendments.csv:3:filed_on:not_a_date",
)
_raw(
    "BOM, and a bad row",
    "amendments.csv",
    lambda b: b"\xef\xbb\xbf" + b.replace(b"200.00", b"2 00"),
    "amendments.csv:3:amount_change_yuan:not_an_amount",
)
# Cells
_cell("30 February", "demands", 0, "demanded_on", "2026-02-30", "not_a_date")
_cell("another date format", "demands", 0, "demanded_on", "2026/02/03", "not_a_date")
_cell("three decimals", "payments", 1, "amount_yuan", "1.234", "not_an_amount")
_cell("ten to the thirty", "payments", 1, "amount_yuan", "1" + "0" * 30, "too_large")
_cell("negative payment", "payments", 1, "amount_yuan", "-1", "negative")
_cell("negative contract", "contracts", 1, "amount_yuan", "-1", "negative")
_cell(
    "negative invoice that cancels none",
    "invoices",
    0,
    "amount_yuan",
    "-1",
    "negative",
    "invoices.csv:3:red_letter_of:refers_to_refused",
)
_cell("unknown kind", "organisations", 3, "kind", "human", "unknown_word", "cases.csv:3:applicant_id:refers_to_refused")
_cell("unknown relation", "relations", 0, "relation", "owns", "unknown_word")
_cell("unknown grade", "payments", 1, "grade", "Bank", "unknown_word")
_cell("unknown method", "contracts", 1, "method", "lottery", "unknown_word")
_cell("unknown purpose", "contracts", 1, "purpose", "审批", "unknown_word")
_cell("unknown reason", "demands", 0, "reason", "because", "unknown_word")
_cell("unknown class", "item_classes", 0, "item_class", "optional", "unknown_word")
_cell("market price is no set price", "item_prices", 0, "mode", "market", "unknown_word")
_cell("NUL in words", "payments", 1, "purpose_text", "退\x00款", "control_character")
_cell("formula for an amount", "payments", 1, "amount_yuan", "=400", "formula")
_cell("formula for a number", "demands", 0, "demand_no", "@cmd", "formula")
_cell("formula for a date", "demands", 0, "demanded_on", "=TODAY()", "formula")
_cell("words too long", "payments", 1, "purpose_text", "长" * 1001, "too_long")
_cell("no number", "payments", 1, "payment_no", "", "required")
_cell("wrong check digit", "demands", 0, "named_supplier_id", SURVEYOR[:-1] + "F", "code_check_digit")
_cell("short code", "demands", 0, "named_supplier_id", "9133", "code_length")
_cell("ends before it starts", "relations", 0, "until", "2014-12-31", "ends_before_start")
_cell("quotes not whole", "contracts", 1, "valid_quotes", "2.5", "not_a_count")
_cell("percent sign", "item_prices", 0, "float_percent", "20%", "not_a_percentage")
# Rows that do not fit together
_ALL_OF_CONTRACTS = (
    "amendments.csv:2:contract_no:refers_to_refused",
    "amendments.csv:3:contract_no:refers_to_refused",
    "payments.csv:2:contract_no:refers_to_refused",
    "payments.csv:3:refund_of:refers_to_refused",
    "invoices.csv:2:contract_no:refers_to_refused",
    "invoices.csv:3:contract_no:refers_to_refused",
    "invoices.csv:2:payment_no:refers_to_refused",
    "invoices.csv:3:payment_no:refers_to_refused",
)
_edited(
    "payment twice, not alike",
    lambda given: given["payments"].append(given["payments"][1] | {"amount_yuan": "5"}),
    "payments.csv:3:payment_no:duplicate",
    "payments.csv:4:payment_no:duplicate",
)
_edited(
    "payment twice, alike", lambda given: given["payments"].append(given["payments"][1]), "payments.csv:4:payment_no:duplicate"
)
_edited(
    "party twice, in another spelling",
    lambda given: given["organisations"].append({"id": BUILDER.lower(), "name": "示例公司", "kind": "enterprise"}),
    "organisations.csv:6:id:duplicate",
)
_edited(
    "relation twice, not alike",
    lambda given: given["relations"].append(given["relations"][0] | {"until": "2020-01-01"}),
    "relations.csv:2:from_id:duplicate",
    "relations.csv:3:from_id:duplicate",
)
_edited(
    "amendment twice", lambda given: given["amendments"].append(given["amendments"][0]), "amendments.csv:4:contract_no:duplicate"
)
_edited(
    "class of one day twice",
    lambda given: given["item_classes"].append(given["item_classes"][1] | {"item_class": "cancelled"}),
    "item_classes.csv:3:item_code:duplicate",
    "item_classes.csv:4:item_code:duplicate",
)
_edited(
    "good twin of a bad row",
    lambda given: given["payments"].append(given["payments"][1] | {"amount_yuan": "x"}),
    "payments.csv:3:payment_no:duplicate",
    "payments.csv:4:amount_yuan:not_an_amount",
)
_OTHER = "91330900121547280A"
for _table, _column in (
    ("relations", "from_id"),
    ("relations", "to_id"),
    ("cases", "applicant_id"),
    ("contracts", "client_id"),
    ("contracts", "supplier_id"),
    ("payments", "payer_id"),
    ("payments", "payee_id"),
    ("invoices", "seller_id"),
    ("invoices", "buyer_id"),
    ("demands", "named_supplier_id"),
):
    _last = len(ledger_folders.sound()[_table]) - 1
    _cell(f"unknown party: {_table}.{_column}", _table, _last, _column, _OTHER, "unknown_reference")
_cell("unknown agency", "cases", 1, "agency_id", _OTHER, "unknown_reference")
_cell("unknown case of a contract", "contracts", 1, "case_no", "AJ9", "unknown_reference")
_cell("unknown case of a payment", "payments", 1, "case_no", "AJ9", "unknown_reference")
_cell("unknown case of a demand", "demands", 0, "case_no", "AJ9", "unknown_reference")
_cell("unknown contract of a payment", "payments", 1, "contract_no", "HT9", "unknown_reference")
_cell("unknown contract of an amendment", "amendments", 0, "contract_no", "HT9", "unknown_reference")
_cell("unknown contract of an invoice", "invoices", 1, "contract_no", "HT9", "unknown_reference")
_cell("unknown payment of an invoice", "invoices", 1, "payment_no", "FK9", "unknown_reference")
_cell("unknown invoice cancelled", "invoices", 1, "red_letter_of", "FP9", "unknown_reference")
_cell("unknown payment refunded", "payments", 1, "refund_of", "FK9", "unknown_reference")
_cell("unknown contract tested again", "contracts", 1, "retest_of", "HT9", "unknown_reference")
_cell("another case of letters", "payments", 1, "refund_of", "fk1", "unknown_reference")
_cell("refund of itself", "payments", 1, "refund_of", "FK2", "refers_to_itself")
_cell("cancels itself", "invoices", 1, "red_letter_of", "FP2", "refers_to_itself")
_cell("re-test of itself", "contracts", 1, "retest_of", "HT2", "refers_to_itself")
_edited(
    "a table is missing",
    lambda given: given.pop("demands") and given.pop("cases"),
    "contracts.csv:2:case_no:unknown_reference",
    "contracts.csv:3:case_no:unknown_reference",
    "payments.csv:2:case_no:unknown_reference",
    *_ALL_OF_CONTRACTS,
)


# Workbooks
def _book(place: Path) -> Path:
    place.mkdir()
    return ledger_folders.workbook(place / "ledger.xlsx", dict(ledger_folders.sound()))


def _with_part(place: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """The sound workbook with one part changed."""
    old, new = _book(place), place / "changed.xlsx"
    with zipfile.ZipFile(old) as source, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            content = source.read(part)
            target.writestr(part, change(content) if part == name else content)
    return new


def _cut(place: Path) -> Path:
    path = _book(place)
    path.write_bytes(path.read_bytes()[:3000])
    return path


def _entity(content: bytes) -> bytes:
    return b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + content.split(b"?>", 1)[-1]


_SHEET = "xl/worksheets/sheet8.xml"
_path("corrupt workbook", lambda p: _written(p, "l.xlsx", b"PK\x03\x04 nonsense"), "l.xlsx:0::not_a_workbook")
_path("cut-off workbook", _cut, "ledger.xlsx:0::not_a_workbook")
_path("zip bomb", lambda p: _with_part(p, _SHEET, lambda b: b + b" " * 50_000_000), "changed.xlsx:0::zip_bomb")
_path("external entity in a sheet", lambda p: _with_part(p, _SHEET, _entity), "changed.xlsx:0::forbidden_xml")
_path("external entity in the workbook", lambda p: _with_part(p, "xl/workbook.xml", _entity), "changed.xlsx:0::forbidden_xml")
_path("broken sheet", lambda p: _with_part(p, _SHEET, lambda b: b[: len(b) // 2]), "changed.xlsx:0::not_a_workbook")
_path(
    "sheet that says its size and breaks",
    lambda p: _with_part(p, _SHEET, lambda b: b.replace(b"<sheetData>", b'<dimension ref="A1:J3"/><sheetData>')[:-150]),
    "payments:0::not_a_workbook",
    "invoices:2:payment_no:refers_to_refused",
    "invoices:3:payment_no:refers_to_refused",
)


def _typed(place: Path) -> Path:
    place.mkdir()
    rows = dict(ledger_folders.sound())
    numbers = [rows["demands"][0] | {"demand_no": 1234567890123456789, "named_supplier_id": int(AGENCY)}]
    return ledger_folders.workbook(place / "l.xlsx", rows | {"demands": numbers})


_path("codes as numbers", _typed, "demands:2:demand_no:digits_lost", "demands:2:named_supplier_id:digits_lost")


# E-invoice files
def _with_file(content: Callable[[], bytes], name: str) -> Make:
    def make(place: Path) -> Path:
        files = ledger_folders.folder(place, ledger_folders.sound()) / "files"
        files.mkdir()
        (files / name).write_bytes(content())
        return place

    return make


for _hostile, _name, _reason in (
    ("an OFD with a path upwards", "a.ofd", "hostile"),
    ("a ZIP bomb", "a.ofd", "too_large"),
    ("an external entity", "a.xml", "hostile"),
    ("an encrypted PDF", "a.pdf", "encrypted"),
    ("a program", "a.pdf", "unknown_format"),
    ("more than may be", "a.xml", "too_large"),
):
    _path(f"files: {_hostile}", _with_file(test_einvoices.HOSTILE[_hostile][0], _name), f"files/{_name}:0::file_{_reason}")


def _linked(place: Path) -> Path:
    (ledger_folders.folder(place, ledger_folders.sound()) / "files").symlink_to("/etc")
    return place


_path("files: a link to another folder", _linked, "files:0::not_a_file")
