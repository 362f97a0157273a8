"""From marks to stars: a Bayesian mean whose ratings fade. Pure and exact. Source: domain.md §2.12."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

MARKS = ("quality", "timeliness", "attitude", "charges", "conduct")
"""服务质量 · 服务时效 · 服务态度 · 服务收费 · 服务规范, each 1 to 5."""
LOWEST, HIGHEST = 1, 5


@dataclass(frozen=True)
class Terms:
    """Of the rulebook. ``fades_in``: after so long a rating weighs nothing; ``prior``: the stars of whoever has no rating, which weigh
    as much as ``prior_weight`` fresh ratings; below ``minimum`` clients no stars are shown."""

    fades_in: timedelta
    prior: int
    prior_weight: int
    minimum: int


def mean(marks: Iterable[int]) -> Fraction:
    """The plain mean of one rating's marks. Raises ZeroDivisionError when there is none."""
    given = list(marks)
    return Fraction(sum(given), len(given))


def stars(ratings: Iterable[tuple[Hashable, Fraction, timedelta]], terms: Terms) -> Fraction | None:
    """The stars (1 to 5) of these ratings: each its client, its mean and its age. None where too few clients count.

    A client counts once however many contracts it had: with the mean of its ratings, fresher ones weighing more, and the weight of
    the freshest. Many small contracts with oneself raise nothing.
    """
    clients: dict[Hashable, list[tuple[Fraction, Fraction]]] = defaultdict(list)
    for client, value, age in ratings:
        weight = 1 - Fraction(max(age, timedelta()) // timedelta.resolution, terms.fades_in // timedelta.resolution)
        if weight > 0:
            clients[client].append((value, weight))
    if len(clients) < terms.minimum:
        return None
    counted = [(_mean(given), max(weight for _, weight in given)) for given in clients.values()]
    total = terms.prior * terms.prior_weight + sum(value * weight for value, weight in counted)
    return Fraction(total, terms.prior_weight + sum(weight for _, weight in counted))


def _mean(given: Iterable[tuple[Fraction, Fraction]]) -> Fraction:
    """Weighted."""
    pairs = list(given)
    return Fraction(sum((value * weight for value, weight in pairs), Fraction()), sum(weight for _, weight in pairs))


def shown(value: Fraction) -> str:
    """Rounded to tenths, halves up: ``"4.2"``."""
    tenths = (value * 20 + 1) // 2
    return f"{tenths // 10}.{tenths % 10}"
