"""最优价: the quote nearest to a drawn percentage of the mean wins, above or below alike.

1. Of at least ``dropFrom`` quotes one highest and one lowest are left out and cannot win; of equal ones the last in the draw.
2. The reference is the mean of the others times a percentage drawn from ``percents``, rounded half up to the fen
   (of discount rates: to the basis point).
3. The nearest quote wins; equal distances, also from above and below, fall to the draw.

Source: domain.md §2.6 M3 (Haizhou); with 2-5 quotes its text breaks off: read as "average all, drop none". One quote wins alone.
"""

from collections.abc import Iterable
from fractions import Fraction

from market.selection.draw import Place
from market.selection.ranking import TIE_RULE, Constants, NoValidQuotes, Selection, ValidQuote, half_up, ranked

METHOD = "reference_price/1"
__all__ = ["METHOD", "TIE_RULE", "percent_label", "select"]


def select(quotes: Iterable[ValidQuote], constants: Constants, place: Place) -> Selection:
    """Rank by distance from the reference. ``constants``: percents, dropFrom. Raises NoValidQuotes."""
    given = sorted(quotes, key=lambda q: (q.measure, place(q.bidder_code)))
    if not given:
        raise NoValidQuotes
    percent = min(constants["percents"], key=lambda p: place(percent_label(p)))
    dropped = _extremes(given, place) if len(given) >= constants["dropFrom"] else ()
    kept = [q for q in given if q not in dropped]
    reference = half_up(Fraction(sum(q.measure for q in kept) * percent, len(kept) * 100))
    worked = {"percent": percent, "reference": reference}
    return ranked(METHOD, kept, lambda q: abs(q.measure - reference), place, dropped=dropped, worked=worked)


def percent_label(percent: int) -> str:
    """What stands in the draw for a percentage: the one with the lowest place is taken, so that all are equally likely."""
    return f"percent:{percent}"


def _extremes(given: list[ValidQuote], place: Place) -> tuple[ValidQuote, ValidQuote]:
    """One highest and one lowest; of equal ones the last in the draw, so that no order of arrival decides who is out."""
    lowest = max((q for q in given if q.measure == given[0].measure), key=lambda q: place(q.bidder_code))
    rest = [q for q in given if q is not lowest]
    highest = max((q for q in rest if q.measure == rest[-1].measure), key=lambda q: place(q.bidder_code))
    return lowest, highest
