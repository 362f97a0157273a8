"""What people type: seen, not turned round, and without numbers that name a person where everybody reads it."""

import pytest

from market.errors import InvalidInput
from market.text import one_published, one_text


def problem(text: str, *, published: bool = False) -> str:
    """The code of what is wrong with a required text, "" when nothing is."""
    try:
        (one_published if published else one_text)("reason", text, 100)
    except InvalidInput as refused:
        return refused.fields[0].code
    return ""


@pytest.mark.parametrize("text", ["", "  ", "\u200b", "\u3000\u200d", "\ufeff"])
def test_what_nobody_sees_is_nothing(text: str) -> None:
    """A blank title, a dot of no width."""
    assert problem(text) == "required"


@pytest.mark.parametrize("text", ["a\u202eb", "\u2066甲\u2069", "a\x00b", "a\x1bb"])
def test_what_turns_or_hides_a_text_is_refused(text: str) -> None:
    """Marks of direction make one name look like another."""
    assert problem(text) == "control_character"


@pytest.mark.parametrize("text", ["冷库 5 号", "👩‍👧 家庭", "é", "ﷺ"])
def test_every_script_and_joined_emoji_are_text(text: str) -> None:
    """As people write."""
    assert problem(text) == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("身份证 330902199001010016", "personal_number"),
        ("33090219900101001X 本人", "personal_number"),
        ("身份证 330902900101001", "personal_number"),
        ("６２２２０２０２００００００００００", "personal_number"),
        ("卡号 6222 0202 0000 0000 000", "personal_number"),
        ("2026-11-24 至 2026-12-24，XM-20261124-123456，电话 13905800000", ""),
        ("发票 24332000000012345678", ""),
    ],
)
def test_what_is_published_names_no_number_of_a_person(text: str, code: str) -> None:
    """ID numbers and accounts; days, our own codes, telephones and invoice numbers of twenty digits are none."""
    assert problem(text, published=True) == code and problem(text) == ""
