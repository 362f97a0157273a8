"""The nine numbers of a spread: golden values, what never changes them, and how often honest quotes look suspicious."""

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.statistics.spread import BEYOND, NAMES, spread
from tests.bench import false_alarms

# Source: integrity.md §3.3, golden numbers.
GOLDEN = {
    (100000, 104000, 104500, 105000, 105500): ".021162 .055 .04 6.196773 2.909091 8 -1.882335 3.768423 .393939",
    (88000, 95000, 101000, 112000, 120000): ".124733 .363636 .079545 .626936 .875 .84 .263577 -1.463272 .166667",
}


@pytest.mark.parametrize("quotes", GOLDEN)
def test_golden_numbers(quotes: tuple[int, ...]) -> None:
    """As the design gives them, to six decimals."""
    told = spread(quotes)
    assert {name: round(told[name], 6) for name in NAMES} == dict(zip(NAMES, map(Fraction, GOLDEN[quotes].split()), strict=True))


def test_few_and_equal_quotes_have_no_such_numbers() -> None:
    """Two have no RD, three no kurtosis, equal ones no shape; where only the winner differs its lead is beyond any number."""
    assert set(spread([1, 2])) == {"cv", "spd", "diffp", "rdnor", "ks"}
    assert set(spread([1, 2, 4])) == set(NAMES) - {"kurt"}
    assert spread([7, 7, 7, 7]) == {"cv": 0, "spd": 0, "diffp": 0}
    assert spread([7, 9, 9, 9])["rd"] == spread([7, 9, 9, 9])["altrd"] == BEYOND


_QUOTES = st.lists(st.integers(1, 10**9), min_size=2, max_size=12)


@given(_QUOTES, st.randoms(use_true_random=False), st.integers(1, 1000))
def test_order_and_unit_change_nothing(quotes: list[int], dice: random.Random, factor: int) -> None:
    """Whoever came first, and whether fen or yuan are counted."""
    shuffled = [quote * factor for quote in quotes]
    dice.shuffle(shuffled)
    assert spread(shuffled) == spread(quotes)


# Source: integrity.md §3.3, false alarms under honest, independent log-normal bids, in percent; the last row is rigged.
TABLE = {
    "market CV 10 %, n=3": (8.5, 30, 63, 57, 21, 47, 38, 36, 18, 12),
    "market CV 10 %, n=5": (1.5, 17, 53, 36, 26, 47, 26, 30, 6.4, 4.2),
    "market CV 10 %, n=10": (0, 4.7, 44, 18, 37, 54, 15, 13, 1.1, 0.6),
    "market CV 4 %, n=5": (31, 94, 16, 39, 28, 49, 28, 30, 36, 23),
    "rigged, n=5": (100, 100, 1.3, 100, 100, 100, 99.8, 72, 100, 99.8),
}


@pytest.mark.parametrize("cell", TABLE)
def test_the_false_alarm_table(cell: str) -> None:
    """Reproduced within three points; 4,000 tenders have a standard error of 0.8 points at most."""
    told = false_alarms.rates(cell, 4_000)
    assert {name: rate for (name, rate), known in zip(told.items(), TABLE[cell], strict=True) if abs(rate - known) > 3} == {}


def test_rings_are_found_and_honest_bidders_are_not() -> None:
    """In markets where one ring quotes together it alone is flagged, as one set; in honest ones nobody is."""
    dice, ring = random.Random(5), ["S00", "S01", "S02"]
    for _ in range(4):
        assert false_alarms.flagged_sets(list(false_alarms.market(dice))) == []
        assert false_alarms.flagged_sets(list(false_alarms.market(dice, tuple(ring)))) == [ring]
