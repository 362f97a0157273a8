"""Stars: golden numbers worked by hand, and what must hold of any ratings."""

from datetime import timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from market.ratings.stars import Terms, mean, shown, stars

DAY = timedelta(days=1)
TERMS = Terms(730 * DAY, prior=3, prior_weight=2, minimum=3)
Rated = tuple[int, Fraction, timedelta]
RATINGS = st.lists(
    st.tuples(st.integers(1, 8), st.integers(5, 25).map(lambda n: Fraction(n, 5)), st.integers(0, 900).map(lambda n: n * DAY)),
    max_size=12,
)


def of_clients(*ratings: tuple[int, int]) -> list[Rated]:
    """Stars and age in days, each of another client."""
    return [(number, Fraction(value), days * DAY) for number, (value, days) in enumerate(ratings)]


def test_worked_by_hand() -> None:
    """Three fresh ratings of 5 stars: (3·2 + 15) / (2 + 3) = 4.2. Half as old as it may be, each weighs a half: 13.5 / 3.5."""
    assert stars(of_clients(*[(5, 0)] * 3), TERMS) == Fraction(21, 5)
    assert stars(of_clients(*[(5, 365)] * 3), TERMS) == Fraction(27, 7)
    assert mean([5, 4, 4, 3, 5]) == Fraction(21, 5)


def test_too_few_show_nothing_and_old_ones_do_not_count() -> None:
    """Two are too few; so are three of which one is two years old; none at all, too."""
    assert stars(of_clients((5, 0), (5, 0)), TERMS) is None
    assert stars(of_clients((5, 0), (5, 0), (5, 730)), TERMS) is None
    assert stars([], TERMS) is None


def test_a_client_counts_once() -> None:
    """Ten contracts of one client are as one: its mean, 4, beside two of 5 stars: (6 + 4 + 10) / 5. Alone it shows nothing."""
    many = [(7, Fraction(value), 0 * DAY) for value in (3, 5) for _ in range(5)]
    assert stars(many, TERMS) is None
    assert stars([*many, *of_clients((5, 0), (5, 0))], TERMS) == 4
    faded = [(7, Fraction(5), 0 * DAY), (7, Fraction(2), 365 * DAY)]  # (5 + 2/2) / 1.5 = 4, as heavy as the fresh one
    assert stars([*faded, *of_clients((5, 0), (5, 0))], TERMS) == 4


def test_rounded_to_tenths_halves_up() -> None:
    """4.25 is shown as 4.3, 4.24 as 4.2, 1 as 1.0."""
    shown_as = {Fraction(17, 4): "4.3", Fraction(424, 100): "4.2", Fraction(1): "1.0", Fraction(499, 100): "5.0"}
    assert {value: shown(value) for value in shown_as} == shown_as


@given(RATINGS)
def test_stars_stay_within_the_scale_and_order_never_matters(ratings: list[Rated]) -> None:
    """1 to 5 whatever was given, and the same in any order."""
    found = stars(ratings, TERMS)
    assert found is None or 1 <= found <= 5
    assert found == stars(ratings[::-1], TERMS)


@given(RATINGS.filter(lambda ratings: len(ratings) > 3), st.integers(0, 729))
def test_a_better_rating_never_lowers_the_stars(ratings: list[Rated], age: int) -> None:
    """The same ratings with five stars in place of one."""
    before = stars([*ratings, (9, Fraction(1), age * DAY)], TERMS)
    after = stars([*ratings, (9, Fraction(5), age * DAY)], TERMS)
    assert before is None or (after is not None and after > before)
