"""最低价, version 1: of equal amounts the one received first. For notices that were published with it; new ones use version 2."""

from collections.abc import Iterable

from market.selection.draw import Place
from market.selection.ranking import Constants, NoValidQuotes, Selection, ValidQuote

METHOD = "lowest_price/1"
TIE_RULE = "earliest_receipt"


def select(quotes: Iterable[ValidQuote], _constants: Constants, _place: Place) -> Selection:
    """Rank by amount, then time of receipt, then commitment (two requests in one microsecond). Raises NoValidQuotes."""
    ranking = sorted(quotes, key=lambda q: (q.amount_fen, q.received_at, q.commitment))
    if not ranking:
        raise NoValidQuotes
    tie = len(ranking) > 1 and ranking[0].amount_fen == ranking[1].amount_fen
    return Selection(METHOD, tuple(ranking), TIE_RULE, tie)
