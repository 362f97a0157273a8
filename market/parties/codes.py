"""Codes of parties: unified social credit codes, pseudonyms of natural persons, and the keyed hash of an ID number.

People type these in full width, in lower case and with blanks; one spelling is stored. Source: GB 32100-2015 (code),
GB 11643-1999 (resident ID). An ID number is checked and hashed, never stored, logged or returned.
"""

import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Callable

from stdnum import exceptions
from stdnum.cn import ric, uscc

_PERSON = re.compile(r"P[A-Z0-9]{6,38}")
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{2,63}")
_PSEUDONYM = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O, which people confuse when reading aloud."""
_PSEUDONYM_LENGTH = 12
_REASONS = {exceptions.InvalidLength: "code_length", exceptions.InvalidChecksum: "code_check_digit"}


class BadCode(ValueError):
    """``reason``: code_length, code_characters or code_check_digit. The number itself is not part of the error."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def normalise(text: str) -> str:
    """Half width, upper case, no blanks and hyphens; anything may come out, a code or not."""
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("-", "").upper()


def credit_code(text: str) -> str:
    """The unified social credit code in its one spelling. Raises BadCode."""
    return _checked(uscc.validate, text)


def person_code(text: str) -> str:
    """``P`` and a pseudonym of 6 to 38 letters and digits. Raises BadCode."""
    code = normalise(text)
    if not _PERSON.fullmatch(code):
        raise BadCode("code_characters" if 7 <= len(code) <= 39 else "code_length")
    return code


def party_code(text: str) -> str:
    """Either kind of code, as the ledger files use them. Raises BadCode."""
    return person_code(text) if normalise(text).startswith("P") else credit_code(text)


def normalise_login(text: str) -> str:
    """An account name as it is stored: half width, lower case, no blanks around it; anything may come out."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def is_login(text: str) -> bool:
    """Whether the normalised text can be an account name: 3 to 64 letters, digits, ``.``, ``_``, ``@``, ``-``."""
    return _LOGIN.fullmatch(text) is not None


def new_person_code() -> str:
    """An unused pseudonym code: 60 random bits, telling nothing about the person."""
    return "P" + "".join(secrets.choice(_PSEUDONYM) for _ in range(_PSEUDONYM_LENGTH))


def identity(secret: bytes, id_number: str) -> str:
    """HMAC-SHA-256 of a resident ID number, hexadecimal: tells whether two are the same, not which. Raises BadCode."""
    return hmac.new(secret, _checked(ric.validate, id_number).encode(), hashlib.sha256).hexdigest()


def _checked(validate: Callable[[str], str], text: str) -> str:
    try:
        return str(validate(normalise(text)))
    except exceptions.ValidationError as error:
        raise BadCode(_REASONS.get(type(error), "code_characters")) from None
