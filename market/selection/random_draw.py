"""随机选取: the price is fixed by the notice, and of those that meet it the verifiable draw chooses.

Source: domain.md §2.6 M1.
"""

from collections.abc import Iterable

from market.selection.draw import Place
from market.selection.ranking import TIE_RULE, Constants, NoValidQuotes, Selection, ValidQuote

METHOD = "random_draw/1"
__all__ = ["METHOD", "TIE_RULE", "select"]


def select(quotes: Iterable[ValidQuote], _constants: Constants, place: Place) -> Selection:
    """The order of the draw. Raises NoValidQuotes."""
    ranking = tuple(sorted(quotes, key=lambda quote: place(quote.bidder_code)))
    if not ranking:
        raise NoValidQuotes
    return Selection(METHOD, ranking, TIE_RULE, tie_broken=len(ranking) > 1)
