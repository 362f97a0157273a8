"""Money."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market import money


@given(st.integers(-money.MAX_FEN, money.MAX_FEN))
def test_what_is_written_is_read_back(fen: int) -> None:
    """Every amount survives the way out and in again."""
    assert money.parse_yuan(money.format_yuan(fen)) == fen


@pytest.mark.parametrize(("text", "fen"), [("0", 0), ("1", 100), ("1.5", 150), ("1.05", 105), ("-2.30", -230), ("007", 700)])
def test_at_most_two_decimals_are_read(text: str, fen: int) -> None:
    """Yuan with none, one or two decimals are exact."""
    assert money.parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text", ["", "1.234", "1.", ".5", "1e3", "NaN", "1,000", "１２", "--1", "1" * 33, str(10**30), "1\n", "0x1", " 1", "+1"]
)
def test_anything_else_is_refused(text: str) -> None:
    """What is not plainly an amount is not guessed."""
    with pytest.raises(ValueError, match="amount"):
        money.parse_yuan(text)
