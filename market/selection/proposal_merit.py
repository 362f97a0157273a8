"""方案择优 (比选): several evaluators score each proposal alone; weights sum to 100; the highest average total wins.

Points of a scored criterion: the mean over the evaluators, 0-100. Points of the price: lowest ÷ own × 100.
Total = Σ weight × points ÷ 100, exact; shown in hundredths, rounded half up. Equal totals fall to the draw.
Source: domain.md §2.6 M5, M10; the price formula as in 政府采购货物和服务招标投标管理办法 art. 55 (as model).
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from market.selection.draw import Place
from market.selection.ranking import TIE_RULE, Constants, NoValidQuotes, Selection, ValidQuote, half_up, ranked

METHOD = "proposal_merit/1"
MAX_POINTS = 100
WEIGHTS = 100
__all__ = ["MAX_POINTS", "METHOD", "TIE_RULE", "WEIGHTS", "select"]


def select(quotes: Iterable[ValidQuote], constants: Constants, place: Place) -> Selection:
    """Rank by total. ``constants``: criteria [{name, weight}], priceWeight. Raises NoValidQuotes, ValueError on missing scores."""
    given = tuple(quotes)
    if not given:
        raise NoValidQuotes
    weights = [criterion["weight"] for criterion in constants["criteria"]]
    lowest = min(q.measure for q in given)
    totals = {q.bidder_code: _scored(q.scores, weights) + _priced(q, lowest, constants["priceWeight"]) for q in given}
    worked = {"totals": {code: half_up(total * 100) for code, total in sorted(totals.items())}}
    return ranked(METHOD, given, lambda q: -totals[q.bidder_code], place, worked=worked)


def _scored(scores: Sequence[Sequence[int]], weights: Sequence[int]) -> Fraction:
    if not scores or any(len(points) != len(weights) for points in scores):
        raise ValueError("every evaluator scores every criterion")
    total = sum(weight * points for sheet in scores for weight, points in zip(weights, sheet, strict=True))
    return Fraction(total, len(scores) * MAX_POINTS)


def _priced(quote: ValidQuote, lowest: int, weight: int) -> Fraction:
    return Fraction(weight * lowest, quote.measure)
