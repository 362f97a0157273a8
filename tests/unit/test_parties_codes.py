"""Codes of parties: one spelling, a check digit, and no trace of an ID number."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.parties import codes

USCC, ID_NUMBER = "91110000600037341L", "360426199101010071"


@pytest.mark.parametrize(
    "typed", [USCC, USCC.lower(), f" {USCC[:2]} {USCC[2:8]}-{USCC[8:]}\u3000", "９１１１００００６０００３７３４１Ｌ"]
)
def test_a_credit_code_has_one_spelling(typed: str) -> None:
    """Lower case, blanks, hyphens and full width all give the stored spelling."""
    assert codes.credit_code(typed) == codes.party_code(typed) == USCC


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("91110000600037341M", "code_check_digit"),
        ("9111000060003734", "code_length"),
        ("A1110000600037341L", "code_characters"),
        ("9111000060003734IL", "code_characters"),
        ("9111000\n600037341L1", "code_check_digit"),
        ("", "code_length"),
        ("\x00" * 18, "code_characters"),
        ("\ud800", "code_length"),
        ("٩" * 18, "code_characters"),
    ],
)
def test_a_wrong_credit_code_is_refused_with_its_reason(typed: str, reason: str) -> None:
    """Length, characters and check digit are told apart."""
    with pytest.raises(codes.BadCode) as caught:
        codes.credit_code(typed)
    assert caught.value.reason == reason


@given(st.text())
def test_any_text_is_a_code_or_refused(text: str) -> None:
    """Nothing but BadCode comes out, and a code stays itself."""
    try:
        code = codes.party_code(text)
    except codes.BadCode:
        return
    assert codes.party_code(code) == code


@pytest.mark.parametrize(
    ("typed", "ok"), [("p7demoislander", True), ("P12345", False), ("P" + "A" * 39, False), ("P12_456", False)]
)
def test_a_pseudonym_is_p_and_6_to_38_letters_or_digits(typed: str, ok: bool) -> None:
    """Any other is refused."""
    if ok:
        assert codes.person_code(typed) == codes.party_code(typed) == typed.upper()
        return
    with pytest.raises(codes.BadCode):
        codes.person_code(typed)


def test_new_pseudonyms_differ_and_are_codes() -> None:
    """A thousand of them are a thousand."""
    made = {codes.new_person_code() for _ in range(1000)}
    assert len(made) == 1000
    assert all(codes.party_code(code) == code for code in made)


def test_an_id_number_leaves_only_a_keyed_hash() -> None:
    """The same number gives the same hash however typed, another key another one, and the number is not in it."""
    one = codes.identity(b"k" * 32, ID_NUMBER)
    assert one == codes.identity(b"k" * 32, f" {ID_NUMBER[:6]} {ID_NUMBER[6:]} ")
    assert one != codes.identity(b"l" * 32, ID_NUMBER)
    assert re.fullmatch("[0-9a-f]{64}", one)


@pytest.mark.parametrize(
    "number", [ID_NUMBER[:-1] + "2", "36042619910101007", "360426199113010071", "000000199101010071", "", "x" * 18]
)
def test_a_wrong_id_number_is_refused_without_repeating_it(number: str) -> None:
    """The error's text does not contain the number."""
    with pytest.raises(codes.BadCode) as caught:
        codes.identity(b"k", number)
    assert not number or number not in f"{caught.value!r}{caught.value.__cause__!r}"


@pytest.mark.parametrize(
    ("typed", "login"),
    [
        (" Axia ", "axia"),
        ("ＡＸＩＡ１", "axia1"),
        ("a.b_c@d-e", "a.b_c@d-e"),
        ("ab", None),
        ("阿霞阿霞", None),
        ("a b c", None),
        ("abc\x00", None),
    ],
)
def test_a_login_is_half_width_and_lower_case(typed: str, login: str | None) -> None:
    """3 to 64 letters, digits and a few signs; anything else is no login."""
    text = codes.normalise_login(typed)
    assert codes.is_login(text) == (login is not None)
    assert login in (None, text)
