"""Selection methods: pure, exact, without regard to the order of arrival where it must not matter."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.selection import direct, lowest_price
from market.selection.ranking import NoValidQuotes, ValidQuote

START = datetime(2026, 11, 24, tzinfo=UTC)


def quote(amount_fen: int, minute: int = 0, name: str = "") -> ValidQuote:
    """A quote received so many minutes after the start."""
    return ValidQuote(name or f"{amount_fen:020d}{minute:05d}", name or "B", amount_fen, START + timedelta(minutes=minute))


def test_the_lowest_amount_wins() -> None:
    """Of three amounts the lowest is first and no tie is claimed."""
    chosen = lowest_price.select([quote(300), quote(100, 9), quote(200)])
    assert [q.amount_fen for q in chosen.ranking] == [100, 200, 300]
    assert not chosen.tie_broken


def test_of_equal_amounts_the_earliest_receipt_wins() -> None:
    """A tie falls to the time of receipt, and the selection says that it did."""
    chosen = lowest_price.select([quote(100, 2, "late"), quote(100, 1, "early"), quote(200, 0)])
    assert (chosen.winner.bidder_code, chosen.tie_broken, chosen.tie_rule) == ("early", True, "earliest_receipt")


def test_nothing_to_choose_from_is_refused() -> None:
    """The minimum is the caller's business; an empty contest is never decided."""
    for method in (lowest_price, direct):
        with pytest.raises(NoValidQuotes):
            method.select([])


def test_a_direct_selection_has_one_quote() -> None:
    """Two quotes in a direct selection are a defect, not a contest."""
    assert direct.select([quote(5)]).winner.amount_fen == 5
    with pytest.raises(ValueError, match="one invited"):
        direct.select([quote(5), quote(6)])


quotes = st.lists(
    st.builds(quote, st.integers(1, 50), st.integers(0, 5), st.uuids().map(str)),
    min_size=1,
    max_size=8,
    unique_by=lambda q: q.commitment,
)


@given(quotes, st.randoms(use_true_random=False))
def test_the_order_of_arrival_in_the_list_never_matters(given_quotes: list[ValidQuote], random: object) -> None:
    """Any permutation of the same quotes gives the same ranking."""
    shuffled = sorted(given_quotes, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert lowest_price.select(given_quotes) == lowest_price.select(shuffled)


@given(quotes, st.data())
def test_raising_the_own_price_never_helps(given_quotes: list[ValidQuote], data: st.DataObject) -> None:
    """Who does not win cannot win by asking for more."""
    chosen = data.draw(st.sampled_from(given_quotes))
    dearer = ValidQuote(
        chosen.commitment, chosen.bidder_code, chosen.amount_fen + data.draw(st.integers(1, 9)), chosen.received_at
    )
    before = lowest_price.select(given_quotes).winner
    after = lowest_price.select([dearer if q is chosen else q for q in given_quotes]).winner
    assert before is chosen or after is not dearer
