"""Passwords: what is refused, and that an unknown account costs the same work as a known one."""

import pytest
from argon2 import extract_parameters, profiles

from market.parties import passwords
from market.text import Checker

GOOD = "hai-shui-mei-gan"
REAL = passwords.HASHER, passwords.NOBODYS


@pytest.fixture(autouse=True)
def _real(_quick_passwords: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As costly as on a server."""
    monkeypatch.setattr(passwords, "HASHER", REAL[0])
    monkeypatch.setattr(passwords, "NOBODYS", REAL[1])


def problems(password: str, login: str = "axia") -> list[str]:
    """The codes of what is wrong with it."""
    check = Checker()
    passwords.check_password(check, "newPassword", password, login)
    return [problem.code for problem in check.problems]


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        (GOOD, []),
        ("三艘旧渔船出港了", []),
        ("        x", []),
        ("x" * 128, []),
        ("short77", ["too_short"]),
        ("x" * 129, ["too_long"]),
        ("password1", ["too_common"]),
        ("PASSWORD1", ["too_common"]),
        ("woaini1314", ["too_common"]),
        ("", ["too_short"]),
    ],
)
def test_length_and_commonness_decide_not_composition(password: str, expected: list[str]) -> None:
    """8 to 128 characters of any kind; the most common ones are refused in any case."""
    assert problems(password) == expected


def test_the_login_is_no_password() -> None:
    """Whatever its case."""
    assert problems("Zhang.San.1", "zhang.san.1") == ["same_as_login"]


def test_the_common_ones_are_many_and_long_enough_to_matter() -> None:
    """At least 3,000 (ASVS 5.0 6.2.4), none that the length refuses already, and all in the case they are compared in."""
    common = passwords._common()
    assert len(common) >= 3000
    assert all(len(word) >= passwords.MIN_LENGTH and word == word.casefold() for word in common)


@pytest.mark.parametrize("password", [GOOD, "密码" * 30, "nul\x00inside", "\ud800 alone"])
async def test_a_password_verifies_whole_and_exactly(password: str) -> None:
    """It verifies; with its last character changed, cut or added it does not."""
    stored = await passwords.hash_password(password)
    assert await passwords.verify(stored, password)
    for other in (password[:-1], password + "x", password[:-1] + "y", password.upper() + " "):
        assert not await passwords.verify(stored, other)


async def test_the_same_characters_composed_otherwise_are_the_same_password() -> None:
    """One keyboard sends é as one character, another as two."""
    assert await passwords.verify(await passwords.hash_password("caf\u00e9-au-lait"), "cafe\u0301-au-lait")


@pytest.mark.parametrize("password", ["", GOOD, "x" * 1_000_000])
async def test_nobody_has_no_password(password: str) -> None:
    """An account that is unknown, or has no password yet, lets nobody in."""
    assert not await passwords.verify(None, password)


def test_nobodys_hash_costs_what_everybodys_does() -> None:
    """The dummy has the parameters of real hashes, so that the time does not tell which accounts exist."""
    assert extract_parameters(passwords.NOBODYS) == profiles.RFC_9106_LOW_MEMORY
    assert extract_parameters(passwords.HASHER.hash(GOOD)) == profiles.RFC_9106_LOW_MEMORY
