"""Why a row of a ledger from elsewhere is refused."""

from dataclasses import dataclass
from enum import StrEnum

_SHOWN = 60


class Code(StrEnum):
    """Reasons. Of the whole path or file first, then of a line, a cell, of rows that do not fit together, of e-invoice files.

    ``file_…``: the reasons of ``InvoiceUnreadable``.
    """

    NOT_FOUND = "not_found"
    NOT_A_LEDGER = "not_a_ledger"
    NO_TABLES = "no_tables"
    UNREADABLE = "unreadable"
    NOT_UTF8 = "not_utf8"
    EMPTY_FILE = "empty_file"
    MISSING_COLUMN = "missing_column"
    UNKNOWN_COLUMN = "unknown_column"
    REPEATED_COLUMN = "repeated_column"
    REPEATED_SHEET = "repeated_sheet"
    NOT_A_WORKBOOK = "not_a_workbook"
    FORBIDDEN_XML = "forbidden_xml"
    ZIP_BOMB = "zip_bomb"
    NOT_CSV = "not_csv"
    LINE_TOO_LONG = "line_too_long"
    CELL_COUNT = "cell_count"
    REQUIRED = "required"
    TOO_LONG = "too_long"
    CONTROL_CHARACTER = "control_character"
    FORMULA = "formula"
    DIGITS_LOST = "digits_lost"
    UNKNOWN_WORD = "unknown_word"
    NOT_A_DATE = "not_a_date"
    NOT_AN_AMOUNT = "not_an_amount"
    TOO_LARGE = "too_large"
    NEGATIVE = "negative"
    NOT_A_PERCENTAGE = "not_a_percentage"
    NOT_A_COUNT = "not_a_count"
    CODE_LENGTH = "code_length"
    CODE_CHARACTERS = "code_characters"
    CODE_CHECK_DIGIT = "code_check_digit"
    ENDS_BEFORE_START = "ends_before_start"
    DUPLICATE = "duplicate"
    UNKNOWN_REFERENCE = "unknown_reference"
    REFERS_TO_REFUSED = "refers_to_refused"
    REFERS_TO_ITSELF = "refers_to_itself"
    CONFLICT = "conflict"
    NOT_A_FILE = "not_a_file"
    TOO_MANY_FILES = "too_many_files"
    NOT_READ_IN_TIME = "not_read_in_time"
    FILE_UNKNOWN_FORMAT = "file_unknown_format"
    FILE_UNKNOWN_LAYOUT = "file_unknown_layout"
    FILE_MALFORMED = "file_malformed"
    FILE_HOSTILE = "file_hostile"
    FILE_TOO_LARGE = "file_too_large"
    FILE_ENCRYPTED = "file_encrypted"
    FILE_INCOMPLETE = "file_incomplete"
    FILE_CONTRADICTORY = "file_contradictory"
    FILE_NOT_A_DATE = "file_not_a_date"
    FILE_NOT_AN_AMOUNT = "file_not_an_amount"
    FILE_READER_FAILED = "file_reader_failed"
    SAME_INVOICE_TWICE = "same_invoice_twice"
    NO_SUCH_INVOICE = "no_such_invoice"
    DIFFERS_FROM_FILE = "differs_from_file"
    ANOTHER_FILE = "another_file"


@dataclass(frozen=True, slots=True)
class Problem:
    """One bad cell, line or file. ``line`` as an editor or a spreadsheet counts it, 0: the whole file; ``column``: its header."""

    file: str
    line: int
    column: str
    code: Code
    value: str = ""


class BadCell(ValueError):
    """A cell that cannot be used, and why."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


def printable(text: str) -> str:
    """As it may be shown on a terminal: no control characters, not endlessly long."""
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[:_SHOWN])
    return shown + "…" if len(text) > _SHOWN else shown
