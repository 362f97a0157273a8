"""Exact statistics: quartiles, fences, a bound of a share, tests of shares, ranks and runs. Fractions in and out, no float.

Sources: integrity.md §3 (quartiles of type 7, Tukey's fences); Wilson 1927; Fisher's exact test, one-sided; Wilcoxon 1945;
Wald and Wolfowitz 1940; Benjamini and Hochberg 1995.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import ceil, comb, floor, isqrt
from typing import TypeVar

Number = TypeVar("Number", int, Fraction)
QUARTERS = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))
PLACES = 6
"""Decimals that are shown and stored; decisions are made on the exact numbers."""
ROOT_PLACES = 9
"""Decimals of a square root, which is rarely a fraction."""


def quantile(ordered: Sequence[Number], share: Fraction) -> Fraction:
    """The quantile of sorted numbers by linear interpolation (type 7). Raises IndexError when there are none."""
    place = (len(ordered) - 1) * share
    low = floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def median(values: Sequence[Number]) -> Fraction:
    """The middle one. Raises IndexError when there are none."""
    return quantile(sorted(values), QUARTERS[1])


def quartiles(values: Sequence[Number]) -> tuple[Fraction, Fraction, Fraction]:
    """Lower quartile, median, upper quartile. Raises IndexError when there are none."""
    ordered = sorted(values)
    low, middle, high = (quantile(ordered, share) for share in QUARTERS)
    return low, middle, high


def lower_fence(low: Fraction, high: Fraction, ranges: Fraction) -> Fraction | None:
    """Tukey's: so many interquartile ranges below the lower quartile. None where the range is zero: then it says nothing."""
    return low - ranges * (high - low) if high > low else None


def root(value: Fraction) -> Fraction:
    """The square root of a number ≥ 0, cut off after ``ROOT_PLACES`` decimals."""
    scale: int = 10**ROOT_PLACES
    return Fraction(isqrt(value.numerator * scale * scale // value.denominator), scale)


def wilson_exceeds(hits: int, n: int, rate: Fraction, z: Fraction) -> bool:
    """Whether the lower end of Wilson's interval for hits/n lies above the rate.

    Solved for the rate, so that no root is taken: hits/n > rate and (hits/n − rate)² > z² · rate · (1 − rate) / n.
    """
    gap = Fraction(hits, n) - rate
    return gap > 0 and gap * gap > z * z * rate * (1 - rate) / n


def wilson_low(hits: int, n: int, z: Fraction) -> Fraction:
    """The lower end of Wilson's interval, rounded down to what is shown."""
    share, square = Fraction(hits, n), z * z
    under = (share * (1 - share) + square / (4 * n)) / n
    scale = 10 ** (2 * PLACES)
    root = Fraction(isqrt(ceil(under * scale * scale)) + 1, scale) if under else Fraction(0)
    return max(Fraction(0), (share + square / (2 * n) - z * root) / (1 + square / n))


def fisher(hits: int, n: int, other_hits: int, others: int) -> Fraction:
    """How likely it is that so many of the hits or more fall on these n, if the others are alike: P(X ≥ hits)."""
    total, all_hits = n + others, hits + other_hits
    ways = sum(comb(all_hits, x) * comb(total - all_hits, n - x) for x in range(hits, min(n, all_hits) + 1))
    return Fraction(ways, comb(total, n))


def runs(series: Sequence[bool]) -> Fraction:
    """How likely so many changes of side or more are, if any order is as good as another: P(R ≥ runs). Source: Wald–Wolfowitz."""
    ones, zeros = sum(series), len(series) - sum(series)
    if not ones or not zeros:
        return Fraction(1)
    seen = 1 + sum(a != b for a, b in pairwise(series))
    ways = sum(_orders(ones, zeros, number) for number in range(seen, len(series) + 1))
    return Fraction(ways, comb(len(series), ones))


def _orders(ones: int, zeros: int, number: int) -> int:
    """How many orders of two sides have that many runs."""
    half, odd = divmod(number, 2)
    pairs = ((half, half), (half, half)) if not odd else ((half + 1, half), (half, half + 1))
    return sum(comb(ones - 1, a - 1) * comb(zeros - 1, b - 1) for a, b in pairs if a and b)


def wins(sizes: Mapping[int, int], won: int) -> Fraction:
    """How likely so uncommon a number of wins is, twice the smaller tail, where each of ``sizes`` (m: how often) is won 1 in m."""
    ways, whole = [1], 1
    for size, times in sorted(sizes.items()):
        for _ in range(times):
            ways = [a * (size - 1) + b for a, b in zip([*ways, 0], [0, *ways], strict=True)]
            whole *= size
    tail = min(sum(ways[: won + 1]), sum(ways[won:]))
    return min(Fraction(1), Fraction(2 * tail, whole))


@lru_cache(maxsize=256)
def rank_sum(low: tuple[Fraction, ...], rest: tuple[Fraction, ...]) -> Fraction:
    """How likely it is that ``low`` lies so far below ``rest`` by chance: Wilcoxon's rank-sum test, exact, one-sided.

    Equal numbers count against it, so that ties never make it look rarer than it is. Not below at all: 1.
    """
    ordered = sorted(rest)
    above = sum(bisect_right(ordered, value) for value in low)
    if 2 * above >= len(low) * len(rest):
        return Fraction(1)
    ways = [1] + [0] * above
    for i in range(1, len(low) + 1):  # the Gaussian binomial coefficient, up to the term that is asked for
        for place in range(above, len(rest) + i - 1, -1):
            ways[place] -= ways[place - len(rest) - i]
        for place in range(i, above + 1):
            ways[place] += ways[place - i]
    return Fraction(sum(ways), comb(len(low) + len(rest), len(low)))


def discovery(chance: Fraction, others: Sequence[Fraction], tested: int) -> Fraction:
    """The chance after Benjamini and Hochberg's correction for all ``tested``; those not among ``others`` have a chance of 1."""
    ordered = sorted([chance, *others])
    return min(Fraction(1), *(p * tested / rank for rank, p in enumerate(ordered, 1) if p >= chance))


def decimal(value: Fraction) -> str:
    """As decimal text, cut off (towards minus infinity) after ``PLACES``; a whole number without any."""
    if value.denominator == 1:
        return str(value.numerator)
    scale = 10**PLACES
    whole, rest = divmod(floor(value * scale), scale)
    sign = ""
    if whole < 0 and rest:  # −0.25 is −1 + 0.75
        whole, rest = whole + 1, scale - rest
        sign = "" if whole else "-"
    return f"{sign}{whole}.{rest:0{PLACES}d}"
