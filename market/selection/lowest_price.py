"""最低价: the lowest valid quote wins, of discount rates the highest; of equal ones the verifiable draw decides.

Source: domain.md §2.6 M2, M12.
"""

from collections.abc import Iterable

from market.selection.draw import Place
from market.selection.ranking import TIE_RULE, Constants, Selection, ValidQuote, ranked

METHOD = "lowest_price/2"
__all__ = ["METHOD", "TIE_RULE", "select"]


def select(quotes: Iterable[ValidQuote], _constants: Constants, place: Place) -> Selection:
    """Rank by amount or rate, then by the draw. Raises NoValidQuotes."""
    return ranked(METHOD, quotes, lambda q: q.measure, place)
