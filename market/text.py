"""Checks of text and numbers that people type: every problem is collected, so that a form answers once."""

import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from market.clock import local_date
from market.errors import FieldProblem, InvalidInput
from market.money import MAX_FEN

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−﹣－"), "-")


def typed_code(text: str) -> str:
    """A code as it is stored, however it was typed: half width, upper case, plain hyphens, no blanks. What is too long is none."""
    if len(text) > 60:
        return ""
    return "".join(unicodedata.normalize("NFKC", text.translate(_DASHES)).split()).upper()


def wanted_code(text: str | None) -> str | None:
    """A code that a filter asks for; None when it asks for none."""
    return None if text is None else typed_code(text)


def spellings(number: str) -> list[str]:
    """How the number of a record may be stored: in its one spelling, or, from a ledger, as somebody wrote it there."""
    return [typed_code(number.strip()), number.strip()]


_LAYOUT = {"\n", "\t"}
_PERSONAL = re.compile(r"(?<!\d)(?:\d{15,19}|\d{17}[Xx]|(?:\d{4}[ -]){3,4}\d{1,4})(?!\d)")
"""An ID number or an account: 15 to 19 digits, or in fours as bank cards are written. Dates and our own codes are none."""


@dataclass
class Checker:
    """Collects the problems of one input; ``done`` raises them together."""

    problems: list[FieldProblem] = field(default_factory=list)

    def add(self, path: str, code: str, **facts: object) -> None:
        """Note a problem: ``path`` as in the input, ``code`` for programs, ``facts`` for the sentence."""
        self.problems.append(FieldProblem(path, code, tuple((k, str(v)) for k, v in facts.items())))

    def text(self, path: str, value: str, limit: int, *, required: bool = True, lines: bool = False) -> str:
        """The text without blanks around it. Problems: required, too_long, control_character. ``lines``: line breaks allowed."""
        value = value.replace("\r\n", "\n").strip()
        allowed = _LAYOUT if lines else set()
        if required and not any(map(_is_seen, value)):
            self.add(path, "required")
        elif len(value) > limit:
            self.add(path, "too_long", limit=limit, given=len(value))
        elif any(_is_control(c) and c not in allowed for c in value):
            self.add(path, "control_character")
        return value

    def published(self, path: str, value: str, limit: int, *, required: bool = True, lines: bool = False) -> str:
        """As ``text``, of words that everybody may read for ever, in the log too. Problem: personal_number."""
        value = self.text(path, value, limit, required=required, lines=lines)
        if _PERSONAL.search(unicodedata.normalize("NFKC", value)):
            self.add(path, "personal_number")
        return value

    def number(self, path: str, value: str, limit: int) -> str:
        """As ``text``, of the number of a record, in its one spelling: see ``typed_code``."""
        typed = typed_code(self.text(path, value, limit))
        if len(typed) > limit:
            self.add(path, "too_long", limit=limit, given=len(typed))
        return typed

    def amount(self, path: str, fen: int, *, zero: bool = False) -> int:
        """An amount in fen. Problems: not_positive, too_large."""
        if fen < 0 or (fen == 0 and not zero):
            self.add(path, "not_positive")
        elif fen > MAX_FEN:
            self.add(path, "too_large")
        return fen

    def whole(self, path: str, value: int, low: int, high: int) -> int:
        """A whole number within bounds. Problem: out_of_range."""
        if not low <= value <= high:
            self.add(path, "out_of_range", low=low, high=high)
        return value

    def done(self) -> None:
        """Raise InvalidInput when there was any problem."""
        if self.problems:
            raise InvalidInput(tuple(self.problems))


def _is_control(character: str) -> bool:
    # Cc and Cf would also refuse joined emoji; surrogates cannot be stored at all.
    # What turns the direction of reading makes a text look like another one (Unicode TR 36).
    code = ord(character)
    return code < 32 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000 or 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069


def _is_seen(character: str) -> bool:
    """Whether a reader sees anything of it: neither a blank nor what has no width. Control characters are refused by themselves."""
    return unicodedata.category(character) not in ("Zs", "Zl", "Zp", "Cf")


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LONG_NUMBER = re.compile(r"\d(?:[ \u3000-]?\d){11,}[Xx]?")


def harmless(cell: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe before what may start one. Source: OWASP, CSV Injection."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def without_numbers(text: str) -> str:
    """A free text without what may be a person's ID number or an account: numbers of twelve digits and more become ``***``."""
    return _LONG_NUMBER.sub("***", text)


_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_code(prefix: str, at: datetime) -> str:
    """``PREFIX-YYYYMMDD-XXXXXX``: the day in Zhoushan and six random characters, so that codes tell no counts."""
    return f"{prefix}-{local_date(at):%Y%m%d}-{''.join(secrets.choice(_CROCKFORD) for _ in range(6))}"


def one_published(path: str, value: str, limit: int, *, required: bool = True, lines: bool = False) -> str:
    """A field by itself, as ``Checker.published``. Raises InvalidInput."""
    check = Checker()
    text = check.published(path, value, limit, required=required, lines=lines)
    check.done()
    return text


def one_text(path: str, value: str, limit: int, *, required: bool = True, lines: bool = False) -> str:
    """A field by itself, as ``Checker.text``. Raises InvalidInput."""
    check = Checker()
    text = check.text(path, value, limit, required=required, lines=lines)
    check.done()
    return text
