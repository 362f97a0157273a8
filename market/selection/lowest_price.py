"""最低价: the lowest valid amount wins; of equal amounts the one received first.

Source: domain.md §2.6 M2. Version 1 breaks ties by receipt; the verifiable draw replaces that rule in a later version.
"""

from collections.abc import Iterable

from market.selection.ranking import NoValidQuotes, Selection, ValidQuote

METHOD = "lowest_price/1"
TIE_RULE = "earliest_receipt"


def select(quotes: Iterable[ValidQuote]) -> Selection:
    """Rank by amount, then time of receipt, then commitment (two requests in one microsecond). Raises NoValidQuotes."""
    ranking = sorted(quotes, key=lambda q: (q.amount_fen, q.received_at, q.commitment))
    if not ranking:
        raise NoValidQuotes
    tie = len(ranking) > 1 and ranking[0].amount_fen == ranking[1].amount_fen
    return Selection(METHOD, tuple(ranking), TIE_RULE, tie)
