"""The words of refusals: labels for values of our own, what somebody typed as it was typed."""

from datetime import UTC, datetime

from market import errors
from schema.errors import FieldProblem, sentence
from schema.inputs import aware

NOON = datetime(2026, 1, 2, 4, tzinfo=UTC)


def test_what_was_typed_is_not_translated() -> None:
    """An account that is called like a role stays what it is; the kind of thing has its word."""
    assert sentence(errors.NotFound("account", "agency"), str) == "找不到账号“agency”，或您无权查看。请核对编号。"
    assert "fields" not in sentence(errors.InvalidInput(()), str)


def test_in_a_pause_it_is_nobodys_turn() -> None:
    """Not an empty pair of quotation marks."""
    told = [sentence(errors.NotYourTurn(NOON, turn, NOON, NOON), str) for turn in ("", "甲")]
    assert "现在轮到：没有人（" in told[0] and "现在轮到：甲（" in told[1]


def test_a_year_that_is_none_is_said_in_words() -> None:
    """No bounds of the clock."""
    try:
        aware("closesAt", datetime(9999, 1, 1, tzinfo=UTC))
    except errors.InvalidInput as bad:
        assert [FieldProblem.of(problem, str).message for problem in bad.fields] == ["请核对年份，没有这样的日期。"]
    else:
        raise AssertionError("taken")
