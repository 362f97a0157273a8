"""Catalogue files: every bad cell is named with its line, column and reason; only a whole list becomes rows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.catalogue import files, shipped
from market.catalogue.diff import Change, compare
from market.catalogue.files import ItemRow
from market.errors import CatalogueRefused, CatalogueRowProblem
from tests.factories_catalogue import CHOICE, COLUMNS, MANDATORY, csv_bytes, edited, shipped_rows, without

DEPARTMENTS = set(shipped.departments())
QUALIFICATIONS = {row["name_zh"] for row in shipped.qualifications().values()}
HEADER = ",".join(COLUMNS).encode()


def parse(content: bytes) -> list[ItemRow]:
    return files.parse(content, DEPARTMENTS, QUALIFICATIONS)


def problems(content: bytes) -> list[tuple[int, str, str]]:
    with pytest.raises(CatalogueRefused) as refused:
        parse(content)
    return [(p.line, p.column, p.code) for p in refused.value.problems]


def row(code: str) -> dict[str, str]:
    return next(r for r in shipped_rows() if r["code"] == code)


def by_code(content: bytes) -> dict[str, ItemRow]:
    return {r.code: r for r in parse(content)}


@pytest.mark.parametrize(
    "content", [csv_bytes(shipped_rows()), shipped.edition().content, b"\xef\xbb\xbf" + csv_bytes(shipped_rows())]
)
def test_the_shipped_list_parses(content: bytes) -> None:
    """The 120 items parse, with a byte order mark or without, and keep what the file says."""
    rows = parse(content)
    assert len(rows) == 120
    assert rows[0].department_codes == ("ZS-FGW",)
    assert (rows[0].time_limit_working_days, rows[0].price_cap_fen, rows[0].self_preparation) == (20, None, True)


BAD_CELLS = [
    ("code", "", "required"),
    ("code", "zszj-01-001", "bad_code"),
    ("code", "ZSZJ 01 001", "bad_code"),
    ("code", "ZSZJ-01-00１", "bad_code"),
    ("code", "Z" * 41, "bad_code"),
    ("code", "ZSZJ\x00", "bad_code"),
    ("code", MANDATORY, "duplicate"),
    ("name_zh", "", "required"),
    ("name_zh", " \u3000 ", "required"),
    ("name_zh", "名" * 201, "too_long"),
    ("name_zh", "名\x00称", "control_character"),
    ("name_zh", "名\n称", "control_character"),
    ("name_zh", "名\x1b[31m称", "control_character"),
    ("name_zh", "名\x85称", "control_character"),
    ("name_en", "n" * 301, "too_long"),
    ("name_en", "a\tb", "control_character"),
    ("item_class", "", "required"),
    ("item_class", "voluntary", "unknown_code"),
    ("item_class", "MANDATORY", "unknown_code"),
    ("item_class", "强制", "unknown_code"),
    ("content_required", "", "required"),
    ("content_required", "maybe", "not_yes_or_no"),
    ("content_required", "true", "not_yes_or_no"),
    ("self_preparation", "1", "not_yes_or_no"),
    ("self_preparation", "是", "not_yes_or_no"),
    ("sector", "", "required"),
    ("sector", "Natural Resources", "bad_code"),
    ("sector", "a" * 41, "bad_code"),
    ("approval_item_zh", "", "required"),
    ("approval_item_zh", "批" * 301, "too_long"),
    ("department_codes", "", "required"),
    ("department_codes", "ZS-XXX", "unknown_code"),
    ("department_codes", "ZS-FGW,ZS-SL", "unknown_code"),
    ("department_codes", "ZS-FGW;ZS-XXX", "unknown_code"),
    ("department_codes", "ZS-FGW;", "required"),
    ("department_codes", "ZS-FGW;ZS-FGW", "duplicate"),
    ("department_remark_zh", "注" * 301, "too_long"),
    ("legal_basis_zh", "", "required"),
    ("legal_basis_zh", "法" * 1001, "too_long"),
    ("time_limit_working_days", "ten", "not_whole_number"),
    ("time_limit_working_days", "10.5", "not_whole_number"),
    ("time_limit_working_days", "-5", "not_whole_number"),
    ("time_limit_working_days", "1e2", "not_whole_number"),
    ("time_limit_working_days", "２０", "not_whole_number"),
    ("time_limit_working_days", "9" * 400, "not_whole_number"),
    ("time_limit_working_days", "0", "out_of_range"),
    ("time_limit_working_days", "3651", "out_of_range"),
    ("price_mode", "", "required"),
    ("price_mode", "free", "unknown_code"),
    ("price_cap_yuan", "1.234", "not_an_amount"),
    ("price_cap_yuan", "1,000", "not_an_amount"),
    ("price_cap_yuan", "NaN", "not_an_amount"),
    ("price_cap_yuan", "1" + "0" * 30, "not_an_amount"),
    ("price_cap_yuan", "￥100", "not_an_amount"),
    ("price_cap_yuan", "-1", "not_positive"),
    ("price_cap_yuan", "0.00", "not_positive"),
    ("qualification_zh", "万能资质", "unknown_code"),
    ("qualification_zh", "Q01", "unknown_code"),
    ("unit", "", "required"),
    ("unit", "u" * 21, "too_long"),
    ("class_source_zh", "", "required"),
    ("class_source_zh", "源" * 501, "too_long"),
    ("class_evidence", "", "required"),
    ("class_evidence", "certain", "unknown_code"),
    ("note_zh", "注" * 1001, "too_long"),
    ("note_zh", "注\x07", "control_character"),
]


@pytest.mark.parametrize(("column", "cell", "code"), BAD_CELLS)
def test_a_bad_cell_is_named(column: str, cell: str, code: str) -> None:
    """One bad cell in an otherwise good file is the one problem reported: its line, its column, the reason."""
    content = csv_bytes([row(MANDATORY), row(CHOICE) | {column: cell}])
    assert problems(content) == [(3, column, code)]


@pytest.mark.parametrize("column", [column for column, cell, code in BAD_CELLS if code == "required"])
def test_blanks_are_not_a_value(column: str) -> None:
    """A cell of blanks is an empty cell."""
    assert problems(csv_bytes([row(CHOICE) | {column: "  "}])) == [(2, column, "required")]


def test_every_problem_is_listed() -> None:
    """Several bad rows with several bad cells each are all reported at once, and nothing is returned."""
    rows = [row(MANDATORY) | {"unit": "", "price_mode": "x"}, row(CHOICE), row("ZSZJ-01-002") | {"item_class": "y"}]
    assert problems(csv_bytes(rows)) == [
        (2, "price_mode", "unknown_code"),
        (2, "unit", "required"),
        (4, "item_class", "unknown_code"),
    ]


def test_lines_are_counted_as_an_editor_does() -> None:
    """Line breaks inside quoted cells and empty lines count."""
    rows = [row(MANDATORY) | {"note_zh": "一\n二\n三"}, row(CHOICE) | {"unit": ""}]
    assert problems(csv_bytes(rows)) == [(5, "unit", "required")]
    assert problems(csv_bytes(rows[1:]).replace(HEADER, b"\n" + HEADER + b"\n")) == [(4, "unit", "required")]


def test_a_problem_shows_the_cell_safely() -> None:
    """The value that is shown has no control characters and is not endless."""
    with pytest.raises(CatalogueRefused) as refused:
        parse(csv_bytes([row(CHOICE) | {"unit": "\x1b[2J" + "u" * 100}]))
    assert refused.value.problems == (CatalogueRowProblem(2, "unit", "too_long", "\\u001b[2J" + "u" * 56 + "…"),)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", [(1, column, "missing_column") for column in COLUMNS]),
        (b"\xef\xbb\xbf", [(1, column, "missing_column") for column in COLUMNS]),
        (HEADER + b"\r\n", [(2, "", "no_rows")]),
        (HEADER + b"\r\n,,,\r\n", [(2, "", "no_rows")]),
        (HEADER.replace(b"unit", b"units") + b"\r\n", [(1, "unit", "missing_column"), (1, "units", "unknown_column")]),
        (HEADER + b",unit\r\n", [(1, "unit", "duplicate")]),
        (HEADER + b",\r\n", [(1, "", "unknown_column")]),
        (HEADER + b"\r\na,b,c\r\n", [(2, "", "cell_count")]),
        (HEADER + b'\r\n"never closed\r\n', [(2, "", "not_csv")]),
        (HEADER + b'\r\n"closed" twice",\r\n', [(2, "", "not_csv")]),
        (b'"never closed', [(1, "", "not_csv"), *((1, column, "missing_column") for column in COLUMNS)]),
        (HEADER + b"\r\n" + b"x" * 200_000, [(2, "", "not_csv")]),
        (HEADER + b"\r\n\xff\xfe", [(2, "", "not_utf8")]),
        (b"x" * (files.MAX_BYTES + 1), [(1, "", "file_too_large")]),
        (
            HEADER + b"\r\n" + b"x\r\n" * files.MAX_ROWS + b"x\r\n",
            [*((n, "", "cell_count") for n in range(2, 10_002)), (10_002, "", "too_many_rows")],
        ),
    ],
    ids=range(15),
)
def test_a_bad_file_is_named(content: bytes, expected: list[tuple[int, str, str]]) -> None:
    """What is wrong with the file as a whole is said with the line where it shows."""
    assert problems(content) == expected


@pytest.mark.parametrize(("encoding", "guess"), [("gbk", "GBK / GB 18030"), ("utf-16", "UTF-16"), ("big5", "GBK / GB 18030")])
def test_another_encoding_is_refused(encoding: str, guess: str) -> None:
    """A file that is not UTF-8 is refused with a guess of what it is, not read as rubbish."""
    with pytest.raises(CatalogueRefused) as refused:
        parse(csv_bytes([row(CHOICE)]).decode().encode(encoding, "ignore"))
    assert [(p.code, p.value) for p in refused.value.problems] == [("not_utf8", guess)]


def test_columns_may_stand_in_any_order() -> None:
    """A file with its columns moved gives the same rows; blank lines and lines of commas only do not count."""
    moved = csv_bytes(shipped_rows(), COLUMNS[::-1]) + b"\r\n" + b"," * (len(COLUMNS) - 1) + b"\r\n"
    assert parse(moved) == parse(csv_bytes(shipped_rows()))


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode), st.booleans())
def test_no_file_breaks_the_parser(content: bytes, with_header: bool) -> None:
    """Whatever the bytes, the answer is a refusal with its problems, never another error."""
    assert problems(HEADER + b"\r\n" + content if with_header else content)


def test_equal_lists_do_not_differ() -> None:
    """A list compared with itself shows nothing."""
    rows = by_code(csv_bytes(shipped_rows()))
    difference = compare(rows, rows)
    assert not (difference.added or difference.removed or difference.changed)


def test_a_difference_names_column_and_both_values() -> None:
    """Changed columns are shown as the file writes them, changes of class first."""
    cells: dict[str, Any] = {
        "item_class": "cancelled",
        "content_required": "no",
        "price_cap_yuan": "1200.50",
        "department_codes": "ZS-FGW;ZS-SL",
        "time_limit_working_days": "",
    }
    after = by_code(csv_bytes(edited("ZSZJ-01-002", **cells)))
    after[CHOICE] = by_code(csv_bytes(edited(CHOICE, unit="item")))[CHOICE]
    assert compare(by_code(csv_bytes(shipped_rows())), after).changed == (
        Change("ZSZJ-01-002", "item_class", "applicant_choice", "cancelled"),
        Change(CHOICE, "unit", "report", "item"),
        Change("ZSZJ-01-002", "content_required", "yes", "no"),
        Change("ZSZJ-01-002", "department_codes", "ZS-FGW", "ZS-FGW;ZS-SL"),
        Change("ZSZJ-01-002", "price_cap_yuan", "", "1200.50"),
        Change("ZSZJ-01-002", "time_limit_working_days", "15", ""),
    )


def test_a_difference_names_what_comes_and_goes() -> None:
    """Items that are only on one of the lists are named."""
    whole, shorter = by_code(csv_bytes(shipped_rows())), by_code(csv_bytes(without(CHOICE, MANDATORY)))
    assert compare(whole, shorter).removed == (CHOICE, MANDATORY) == compare(shorter, whole).added
