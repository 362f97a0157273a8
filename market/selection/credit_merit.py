"""信用择优: a long list by credit score, a short list drawn from it with lots in proportion, and the buyer picks from that.

1. Long list: the ``longList`` highest scores; equal ones by the draw.
2. Lots: one for each whole ``pointsPerLot`` of the score, at least one. The first lot drawn counts for its holder.
3. Short list: the first ``shortList`` holders. The buyer picks one freely; the others follow in the order of the draw.

Source: domain.md §2.6 M4 (Guangdong); lots as whole numbers: integrity.md §6.2 no. 6.
"""

from collections.abc import Iterable
from typing import NamedTuple

from market.selection.draw import Place
from market.selection.ranking import TIE_RULE, Constants, NoValidQuotes, Selection, ValidQuote

METHOD = "credit_merit/1"
__all__ = ["METHOD", "TIE_RULE", "Lists", "lists", "select"]


class Lists(NamedTuple):
    """The long list by score, the short list in the order of the draw."""

    long: tuple[ValidQuote, ...]
    short: tuple[ValidQuote, ...]


def lists(quotes: Iterable[ValidQuote], constants: Constants, place: Place) -> Lists:
    """Both lists. ``constants``: longList, shortList, pointsPerLot. Raises NoValidQuotes."""
    by_score = sorted(quotes, key=lambda q: (-q.credit, place(q.bidder_code)))
    if not by_score:
        raise NoValidQuotes
    long = tuple(by_score[: constants["longList"]])
    drawn = sorted(long, key=lambda q: _first_lot(q, constants["pointsPerLot"], place))
    return Lists(long, tuple(drawn[: constants["shortList"]]))


def select(quotes: Iterable[ValidQuote], constants: Constants, place: Place) -> Selection:
    """The buyer's pick first. Raises NoValidQuotes, ValueError unless exactly one of the short list is picked."""
    given = tuple(quotes)
    long, short = lists(given, constants, place)
    pick = _pick(given, short)
    others = tuple(q for q in short if q is not pick)
    dropped = sorted((q for q in given if q not in short), key=lambda q: q.bidder_code)
    worked = {"longList": [q.bidder_code for q in long], "shortList": [q.bidder_code for q in short]}
    return Selection(METHOD, (pick, *others), TIE_RULE, False, tuple(dropped), worked)


def _pick(given: Iterable[ValidQuote], short: Iterable[ValidQuote]) -> ValidQuote:
    picked = [q for q in given if q.picked]
    if len(picked) != 1 or picked[0] not in short:
        raise ValueError("the buyer picks one of the short list")
    return picked[0]


def _first_lot(quote: ValidQuote, points_per_lot: int, place: Place) -> bytes:
    more = range(2, quote.credit // points_per_lot + 1)
    return min(place(label) for label in (quote.bidder_code, *(f"{quote.bidder_code}#{number}" for number in more)))
