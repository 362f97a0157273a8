"""How the quotes of one contest lie beside each other: nine numbers that cartels are known to change.

Exact: whole numbers in, fractions out; square roots are cut off after nine decimals. A number that the quotes do not have
(too few of them, all of them alike) is left out. Sources: integrity.md §3.3 (Imhof 2017; Huber and Imhof 2019; Wallimann,
Imhof and Huber 2022; all but CV from memory). KS has its support at the lowest and the highest quote: not comparable elsewhere.
"""

from collections.abc import Sequence
from fractions import Fraction

from market.statistics.exact import root

BEYOND = Fraction(10**6)
"""RD and ALTRD where the losing quotes are all alike and the winner is not: beyond any number."""
NAMES = ("cv", "spd", "diffp", "rd", "rdnor", "altrd", "skew", "kurt", "ks")


def spread(amounts: Sequence[int]) -> dict[str, Fraction]:
    """The numbers of two or more quotes in fen, by name."""
    quotes = sorted(amounts)
    first, second, last = quotes[0], quotes[1], quotes[-1]
    found = {"cv": _cv(quotes), "spd": Fraction(last - first, first), "diffp": Fraction(second - first, first)}
    if last == first:
        return found
    n, losing = len(quotes), quotes[1:]
    found["rdnor"] = Fraction((second - first) * (n - 1), last - first)
    found["ks"] = _ks(quotes)
    if n > 2:
        found |= {"rd": _rd(second - first, losing), "altrd": _altrd(second - first, losing), "skew": _skew(quotes)}
    return found | ({"kurt": _kurt(quotes)} if n > 3 else {})


def _deviations(quotes: Sequence[int]) -> list[int]:
    """From the mean, times the number of quotes: whole numbers."""
    total = sum(quotes)
    return [len(quotes) * quote - total for quote in quotes]


def _power(deviations: Sequence[int], power: int) -> int:
    return sum(d**power for d in deviations)


def _cv(quotes: Sequence[int]) -> Fraction:
    return root(Fraction(_power(_deviations(quotes), 2), (len(quotes) - 1) * sum(quotes) ** 2))


def _rd(lead: int, losing: Sequence[int]) -> Fraction:
    squares, m = _power(_deviations(losing), 2), len(losing)
    return root(Fraction(lead**2 * m**2 * (m - 1), squares)) if squares else BEYOND


def _altrd(lead: int, losing: Sequence[int]) -> Fraction:
    width = losing[-1] - losing[0]
    return Fraction(lead * (len(losing) - 1), width) if width else BEYOND


def _skew(quotes: Sequence[int]) -> Fraction:
    """Its square is a fraction: the root of that, with the sign of the cubes."""
    deviations, n = _deviations(quotes), len(quotes)
    cubes = _power(deviations, 3)
    size = root(Fraction(n**2 * (n - 1) * cubes**2, (n - 2) ** 2 * _power(deviations, 2) ** 3))
    return size if cubes > 0 else -size


def _kurt(quotes: Sequence[int]) -> Fraction:
    deviations, n = _deviations(quotes), len(quotes)
    normal = Fraction(3 * (n - 1) ** 2, (n - 2) * (n - 3))
    return Fraction(n * (n + 1) * (n - 1) * _power(deviations, 4), (n - 2) * (n - 3) * _power(deviations, 2) ** 2) - normal


def _ks(quotes: Sequence[int]) -> Fraction:
    n, width = len(quotes), quotes[-1] - quotes[0]
    gaps = (abs((quote - quotes[0]) * (n + 1) - i * width) for i, quote in enumerate(quotes, 1))
    return Fraction(max(gaps), width * (n + 1))
