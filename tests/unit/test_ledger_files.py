"""Ledger files: bytes become typed rows, or every reason why not. No database."""

import tracemalloc
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from market.imports import cells, csvfile
from market.imports.files import batches
from market.imports.lines import Broken, Record
from market.imports.problems import BadCell, Code
from market.imports.sources import open_ledger
from tests import ledger_folders
from tests.ledger_folders import AGENCY

SAMPLE = Path(__file__).with_name("ledger_sample")


def rows(path: Path, table: str) -> list[tuple[Any, ...]]:
    """The rows of one table; there must be no problem."""
    with open_ledger(path) as ledger:
        [source] = [s for s in ledger.sources if s.table == table]
        found = list(batches(source))
    assert [p for b in found for p in b.problems] == []
    return [row for batch in found for row in batch.rows]


def lines(path: Path) -> list[tuple[int, str]]:
    """Each record's line and first cell, each broken line's code."""
    return [(i.line, i.cells[0] if isinstance(i, Record) else i.code.value) for i in csvfile.records(path)]


@pytest.mark.parametrize(
    ("cell", "fen"),
    [("72400.1", 7240010), ("72400", 7240000), ("0", 0), (" 5.05 ", 505), ("", None), ("9999999999999.99", 999999999999999)],
)
def test_an_amount_is_exact(cell: str, fen: int | None) -> None:
    """Fen, without a float on the way."""
    assert cells.amount(cell) == fen


@pytest.mark.parametrize(
    ("read", "cell", "code"),
    [
        (cells.amount, "1.234", Code.NOT_AN_AMOUNT),
        (cells.amount, "1,234.00", Code.NOT_AN_AMOUNT),
        (cells.amount, "１２", Code.NOT_AN_AMOUNT),
        (cells.amount, "-1", Code.NEGATIVE),
        (cells.amount, "1" + "0" * 30, Code.TOO_LARGE),
        (cells.amount, "1e5", Code.NOT_AN_AMOUNT),
        (cells.amount, "NaN", Code.NOT_AN_AMOUNT),
        (cells.amount, "=1+1", Code.FORMULA),
        (cells.day, "2026-02-30", Code.NOT_A_DATE),
        (cells.day, "20260201", Code.NOT_A_DATE),
        (cells.day, "2026-W01-1", Code.NOT_A_DATE),
        (cells.day, "2026-1-1", Code.NOT_A_DATE),
        (cells.day, "+2026", Code.FORMULA),
        (cells.count, "1.5", Code.NOT_A_COUNT),
        (cells.count, "-1", Code.NOT_A_COUNT),
        (cells.percentage, "20%", Code.NOT_A_PERCENTAGE),
        (cells.percentage, "12.345", Code.NOT_A_PERCENTAGE),
        (cells.party, "113309005260181596", Code.CODE_CHECK_DIGIT),
        (cells.party, "1133", Code.CODE_LENGTH),
        (cells.party, "P", Code.CODE_LENGTH),
        (cells.party, "P" + "X" * 40, Code.CODE_LENGTH),
        (cells.party, "PABC*EFGH", Code.CODE_CHARACTERS),
        (cells.key, "@SUM(A1)", Code.FORMULA),
        (cells.key, "HT\x001", Code.CONTROL_CHARACTER),
        (cells.key, "H" * 61, Code.TOO_LONG),
        (cells.word(("bank",)), "Bank", Code.UNKNOWN_WORD),
        (cells.text(5), "123456", Code.TOO_LONG),
        (cells.text(5), "a\x07", Code.CONTROL_CHARACTER),
    ],
)
def test_a_bad_cell_says_why(read: cells.Read, cell: str, code: Code) -> None:
    """Each kind of cell has its own reasons."""
    with pytest.raises(BadCell) as bad:
        read(cell)
    assert bad.value.code is code


def test_a_formula_in_words_is_kept_as_text() -> None:
    """It is a text like any other here; nothing evaluates it."""
    assert cells.text(100)("=HYPERLINK(1)") == "=HYPERLINK(1)"


def test_one_party_has_one_spelling() -> None:
    """Lower case, full width and blanks are the same party."""
    assert {cells.party(" 91330902906044319l"), cells.party("９１３３０９０２９０６０４４３１９Ｌ")} == {"91330902906044319L"}


def test_a_pseudonym_may_be_any_word() -> None:
    """Short, long, Chinese; in one spelling."""
    assert [cells.party(cell) for cell in ("P1", "p张三", "P" + "X" * 39)] == ["P1", "P张三", "P" + "X" * 39]


def test_a_percentage_is_exact() -> None:
    """In basis points."""
    assert [cells.percentage(cell) for cell in ("20", "12.5", "0.05", "")] == [2000, 1250, 5, None]


def test_the_sample_is_sound() -> None:
    """Every row of every file, and what is no table is named."""
    with open_ledger(SAMPLE) as ledger:
        found = (ledger.ignored, ledger.problems, len(ledger.sources))
    assert found == (("expected.csv",), (), 10)
    assert len(rows(SAMPLE, "payments")) == 161


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(tmp_path: Path, ends: str) -> None:
    """LF, CRLF and CR are lines alike, and count the same."""
    expected = rows(ledger_folders.folder(tmp_path / "lf", ledger_folders.sound(), lineterminator="\n"), "payments")
    assert rows(ledger_folders.folder(tmp_path / "other", ledger_folders.sound(), lineterminator=ends), "payments") == expected


def test_a_bom_and_another_order_of_columns_will_do(tmp_path: Path) -> None:
    """Excel writes the one, people the other."""
    (tmp_path / "organisations.csv").write_bytes("\ufeffkind,id,name\nagency,113309005260181595,局\n".encode())
    assert rows(tmp_path, "organisations") == [(2, AGENCY, "局", "agency")]


def test_an_unclosed_quote_costs_one_line(tmp_path: Path) -> None:
    """Reading goes on with the next line, however the quote would have gone on."""
    path = tmp_path / "x.csv"
    path.write_text('a,b\n1,"x\n2,y\n3,"z"\n4,"two\nlines"\n' + "5,y\n" * 100)
    assert lines(path)[:5] == [(1, "a"), (2, "not_csv"), (3, "2"), (4, "3"), (5, "4")]
    assert lines(path)[-1] == (106, "5")


def test_an_unclosed_quote_at_the_end_costs_its_line_only(tmp_path: Path) -> None:
    """The rows after it are still read."""
    path = tmp_path / "x.csv"
    path.write_text('a,b\n1,"x\n2,y\n3,z')
    assert lines(path) == [(1, "a"), (2, "not_csv"), (3, "2"), (4, "3")]


def test_a_huge_cell_costs_one_line_and_little_memory(tmp_path: Path) -> None:
    """10 MB without a line end are passed over piece by piece."""
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1," + "x" * 10_000_000 + "\n2,y\n")
    tracemalloc.start()
    found = lines(path)
    _, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == [(1, "a"), (2, "line_too_long"), (3, "2")]
    assert highest < 5_000_000


def test_wrong_bytes_cost_their_line(tmp_path: Path) -> None:
    """And the reader is told what the file may be."""
    path = tmp_path / "x.csv"
    path.write_bytes("a\n好\n".encode() + "中文".encode("gbk") + b"\nb\n")
    assert list(csvfile.records(path))[2] == Broken(3, Code.NOT_UTF8, "GBK / GB 18030")
    assert lines(path)[3] == (4, "b")


def test_cells_of_a_workbook_are_what_they_show(tmp_path: Path) -> None:
    """Numbers and dates as such give the same rows as the CSV."""
    written: dict[str, list[dict[str, Any]]] = {"payments": [dict(row) for row in ledger_folders.sound()["payments"]]}
    written["payments"][0] |= {"paid_on": datetime(2025, 11, 10), "amount_yuan": 72400.1}  # noqa: DTZ001 - as spreadsheets
    written["payments"][1] |= {"paid_on": date(2025, 11, 20), "amount_yuan": 400}
    expected = rows(ledger_folders.folder(tmp_path / "csv", ledger_folders.sound()), "payments")
    assert rows(ledger_folders.workbook(tmp_path / "l.xlsx", written), "payments") == expected


def test_a_sum_of_floats_is_what_the_spreadsheet_shows(tmp_path: Path) -> None:
    """0.1 + 0.2 is thirty fen."""
    written: dict[str, list[dict[str, Any]]] = {"payments": [dict(ledger_folders.sound()["payments"][0], amount_yuan=0.1 + 0.2)]}
    assert rows(ledger_folders.workbook(tmp_path / "l.xlsx", written), "payments")[0][5] == 30
