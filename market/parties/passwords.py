"""Passwords: argon2id in a thread, outside of any transaction. Source: RFC 9106 §4 (second recommended option), ASVS 5.0 6.2.

``common_passwords.csv``: the 3,000 most frequent ones of at least 8 characters of the zxcvbn list (MIT licence,
Dropbox), and what is common in Chinese.
"""

import asyncio
import csv
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher, exceptions, profiles

from market.text import Checker

MIN_LENGTH, MAX_LENGTH = 8, 128
HASHER = PasswordHasher.from_parameters(profiles.RFC_9106_LOW_MEMORY)
NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$2i0dJHWNTb+LtM5/2L895A$iEBCzOYYSz9d3dOVbdvrKyzI7iznVc+Enu1F0jTxKJ4"
"""The hash of a forgotten random password, as costly to check as anybody's."""


def check_password(check: Checker, path: str, password: str, login: str) -> None:
    """Note what is wrong: too_short, too_long, too_common or same_as_login. Any characters, no rule of composition."""
    given = len(_canonical(password))
    if given < MIN_LENGTH:
        check.add(path, "too_short", limit=MIN_LENGTH, given=given)
    elif given > MAX_LENGTH:
        check.add(path, "too_long", limit=MAX_LENGTH, given=given)
    elif password.casefold() in _common():
        check.add(path, "too_common")
    elif password.casefold() == login.casefold():
        check.add(path, "same_as_login")


async def hash_password(password: str) -> str:
    """The hash to store."""
    return await asyncio.to_thread(HASHER.hash, _bytes(password))


async def verify(stored: str | None, password: str) -> bool:
    """Whether the password is the one that was stored. None (no such account, no password yet) takes as long and is False."""
    attempt = _bytes(password) if len(_canonical(password)) <= MAX_LENGTH else b""
    return await asyncio.to_thread(_verify, stored, attempt)


def _verify(stored: str | None, password: bytes) -> bool:
    try:
        HASHER.verify(stored or NOBODYS, password)
    except exceptions.VerifyMismatchError:
        return False
    return stored is not None


@cache
def _common() -> frozenset[str]:
    with Path(__file__).with_name("common_passwords.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["password"] for row in csv.DictReader(file))


def _canonical(password: str) -> str:
    # The same characters typed on another device may come decomposed; nothing else is changed (NIST SP 800-63B §3.1.1.2).
    return unicodedata.normalize("NFC", password)


def _bytes(password: str) -> bytes:
    return _canonical(password).encode("utf-8", "surrogatepass")
