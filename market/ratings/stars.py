"""From marks to stars: a Bayesian mean whose ratings fade. Pure and exact. Source: domain.md §2.12."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

MARKS = ("quality", "timeliness", "attitude", "charges", "conduct")
"""服务质量 · 服务时效 · 服务态度 · 服务收费 · 服务规范, each 1 to 5."""
LOWEST, HIGHEST = 1, 5


@dataclass(frozen=True)
class Terms:
    """Of the rulebook. ``fades_in``: after so long a rating weighs nothing; ``prior``: the stars of whoever has no rating, which weigh
    as much as ``prior_weight`` fresh ratings; below ``minimum`` ratings no stars are shown."""

    fades_in: timedelta
    prior: int
    prior_weight: int
    minimum: int


def mean(marks: Iterable[int]) -> Fraction:
    """The plain mean of one rating's marks. Raises ZeroDivisionError when there is none."""
    given = list(marks)
    return Fraction(sum(given), len(given))


def stars(ratings: Iterable[tuple[Fraction, timedelta]], terms: Terms) -> Fraction | None:
    """The stars (1 to 5) of these ratings: each its mean and its age. None where too few are younger than ``fades_in``."""
    ages = [(value, Fraction(age // timedelta.resolution, terms.fades_in // timedelta.resolution)) for value, age in ratings]
    counted = [(value, min(1 - share, Fraction(1))) for value, share in ages if share < 1]
    if len(counted) < terms.minimum:
        return None
    total = terms.prior * terms.prior_weight + sum(value * weight for value, weight in counted)
    return Fraction(total, terms.prior_weight + sum(weight for _, weight in counted))


def shown(value: Fraction) -> str:
    """Rounded to tenths, halves up: ``"4.2"``."""
    tenths = (value * 20 + 1) // 2
    return f"{tenths // 10}.{tenths % 10}"
