"""The exact tests against counting every possibility."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, pairwise, permutations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from market.statistics import exact

_NUMBERS = st.lists(st.integers(0, 50), min_size=1, max_size=5)


def _above(low: Sequence[int], rest: Sequence[int]) -> int:
    return sum(a >= b for a in low for b in rest)


@given(st.lists(st.integers(0, 50), min_size=2, max_size=8, unique=True), st.data())
def test_rank_sum(numbers: list[int], data: st.DataObject) -> None:
    """The share of all choices of so many numbers that lie as low or lower; 1 where it is half or more."""
    size = data.draw(st.integers(1, len(numbers) - 1))
    low, rest = numbers[:size], numbers[size:]
    choices = [(c, [n for n in numbers if n not in c]) for c in combinations(numbers, size)]
    share = Fraction(sum(_above(*choice) <= _above(low, rest) for choice in choices), len(choices))
    told = exact.rank_sum(tuple(map(Fraction, low)), tuple(map(Fraction, rest)))
    assert told == (share if 2 * _above(low, rest) < len(low) * len(rest) else 1)


@given(_NUMBERS, _NUMBERS)
def test_equal_numbers_count_against_a_flag(low: list[int], rest: list[int]) -> None:
    """A tie is never rarer than the same numbers a little lower."""
    nearly = tuple(Fraction(n) - Fraction(1, 2) for n in low)
    assert exact.rank_sum(nearly, tuple(map(Fraction, rest))) <= exact.rank_sum(
        tuple(map(Fraction, low)), tuple(map(Fraction, rest))
    )


@settings(max_examples=30, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=7))
def test_runs(series: list[bool]) -> None:
    """The share of all orders with so many changes or more; 1 where there is one side only."""
    orders = list(permutations(series))
    changes = sum(a != b for a, b in pairwise(series))
    share = Fraction(sum(sum(a != b for a, b in pairwise(order)) >= changes for order in orders), len(orders))
    assert exact.runs(series) == share


@given(st.lists(st.integers(2, 4), min_size=1, max_size=5), st.data())
def test_wins(sizes: list[int], data: st.DataObject) -> None:
    """Twice the smaller tail of all outcomes of the draws, at most 1."""
    won = data.draw(st.integers(0, len(sizes)))
    outcomes = [sum(ticket == 0 for ticket in tickets) for tickets in product(*(range(size) for size in sizes))]
    tails = [sum(n <= won for n in outcomes), sum(n >= won for n in outcomes)]
    counted = {size: sizes.count(size) for size in sizes}
    assert exact.wins(counted, won) == min(Fraction(1), 2 * Fraction(min(tails), len(outcomes)))


def test_the_correction_for_many_tests() -> None:
    """Benjamini and Hochberg's own step-up: 0.01, 0.02, 0.03 of four become 0.04 each; the one not told has a chance of 1."""
    chances = [Fraction(n, 100) for n in (1, 2, 3)]
    for one in chances:
        assert exact.discovery(one, [c for c in chances if c != one], 4) == Fraction(4, 100)
    assert exact.discovery(Fraction(1), chances, 4) == 1


@given(st.fractions(0, 10**6))
def test_roots_are_cut_off(value: Fraction) -> None:
    """The greatest number of nine decimals whose square is not above it."""
    root, step = exact.root(value), Fraction(1, 10**9)
    assert root**2 <= value < (root + step) ** 2
