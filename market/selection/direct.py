"""直接选取: the one intermediary that the notice names, if it quoted. Never for agencies on agency-commissioned items."""

from collections.abc import Iterable

from market.selection.draw import Place
from market.selection.ranking import Constants, NoValidQuotes, Selection, ValidQuote

METHOD = "direct/1"
TIE_RULE = "none"


def select(quotes: Iterable[ValidQuote], _constants: Constants, _place: Place) -> Selection:
    """The single quote. Raises NoValidQuotes when there is none, ValueError when there are several: only one was invited."""
    ranking = tuple(quotes)
    if not ranking:
        raise NoValidQuotes
    if len(ranking) > 1:
        raise ValueError("a direct selection has one invited intermediary")
    return Selection(METHOD, ranking, TIE_RULE, tie_broken=False)
