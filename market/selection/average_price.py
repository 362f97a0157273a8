"""均价: the quote nearest to the arithmetic mean of all valid quotes wins, above or below alike; equal distances fall to the draw.

The mean is rounded half up to the fen (of discount rates: to the basis point). Source: domain.md §2.6 M7.
"""

from collections.abc import Iterable
from fractions import Fraction

from market.selection.draw import Place
from market.selection.ranking import TIE_RULE, Constants, NoValidQuotes, Selection, ValidQuote, half_up, ranked

METHOD = "average_price/1"
__all__ = ["METHOD", "TIE_RULE", "select"]


def select(quotes: Iterable[ValidQuote], _constants: Constants, place: Place) -> Selection:
    """Rank by distance from the mean. Raises NoValidQuotes."""
    given = tuple(quotes)
    if not given:
        raise NoValidQuotes
    mean = half_up(Fraction(sum(q.measure for q in given), len(given)))
    return ranked(METHOD, given, lambda q: abs(q.measure - mean), place, worked={"reference": mean})
