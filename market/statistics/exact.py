"""Exact statistics: quartiles, fences, a bound of a share, a test of two shares. Fractions in, fractions out, no float.

Sources: integrity.md §3 (quartiles of type 7, Tukey's fences); Wilson 1927; Fisher's exact test, one-sided.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, comb, floor, isqrt

QUARTERS = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))
PLACES = 6
"""Decimals that are shown and stored; decisions are made on the exact numbers."""


def quantile(ordered: Sequence[int], share: Fraction) -> Fraction:
    """The quantile of sorted numbers by linear interpolation (type 7). Raises IndexError when there are none."""
    place = (len(ordered) - 1) * share
    low = floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def median(values: Sequence[int]) -> Fraction:
    """The middle one. Raises IndexError when there are none."""
    return quantile(sorted(values), QUARTERS[1])


def quartiles(values: Sequence[int]) -> tuple[Fraction, Fraction, Fraction]:
    """Lower quartile, median, upper quartile. Raises IndexError when there are none."""
    ordered = sorted(values)
    low, middle, high = (quantile(ordered, share) for share in QUARTERS)
    return low, middle, high


def lower_fence(low: Fraction, high: Fraction, ranges: Fraction) -> Fraction | None:
    """Tukey's: so many interquartile ranges below the lower quartile. None where the range is zero: then it says nothing."""
    return low - ranges * (high - low) if high > low else None


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
