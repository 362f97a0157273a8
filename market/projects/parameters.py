"""What a method needs beyond the plain fields of a notice: what the buyer chooses, and the constants that are frozen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from market.projects.models import Quoting, SelectionMethod
from market.rulebook import Rulebook
from market.selection.proposal_merit import WEIGHTS
from market.text import Checker

_M = SelectionMethod
BY_PRICE = frozenset({_M.LOWEST_PRICE, _M.REFERENCE_PRICE, _M.AVERAGE_PRICE})
"""Methods that price alone decides: here bidders may quote discount rates."""
FIXED_PRICE = frozenset({_M.RANDOM_DRAW, _M.ROTATION})
"""The notice fixes the price, and something else decides who gets it."""
MERIT = frozenset({_M.CREDIT_MERIT, _M.PROPOSAL_MERIT})
TAKES: dict[SelectionMethod, frozenset[str]] = {
    _M.CREDIT_MERIT: frozenset({"longList", "shortList"}),
    _M.PROPOSAL_MERIT: frozenset({"criteria", "priceWeight"}),
}
MAX_CRITERIA, MAX_LONG_LIST = 10, 100


@dataclass(frozen=True)
class Criterion:
    """What evaluators score, and its share of the whole of 100."""

    name: str
    weight: int


@dataclass(frozen=True)
class Parameters:
    """What the buyer chooses for the method; None or empty: nothing. ``price_weight``: the price's share of the whole of 100."""

    long_list: int | None = None
    short_list: int | None = None
    criteria: tuple[Criterion, ...] = ()
    price_weight: int | None = None

    def stored(self) -> dict[str, Any]:
        """What was given, as it stands in the notice."""
        criteria = [{"name": c.name.strip(), "weight": c.weight} for c in self.criteria]
        given = {"longList": self.long_list, "shortList": self.short_list, "priceWeight": self.price_weight}
        return {name: value for name, value in (given | {"criteria": criteria or None}).items() if value is not None}

    def check(self, check: Checker, method: SelectionMethod, quoting: Quoting, ceiling_fen: int | None) -> None:
        """Problems: required and not_allowed_here for each value, out_of_range, weights_not_100, duplicate, base_required."""
        given, needed = set(self.stored()), TAKES.get(method, frozenset())
        for name in sorted(needed - given):
            check.add(name, "required")
        for name in sorted(given - needed):
            check.add(name, "not_allowed_here")
        if given == needed == TAKES[_M.CREDIT_MERIT]:
            self._check_lists(check)
        if given == needed == TAKES[_M.PROPOSAL_MERIT]:
            self._check_criteria(check)
        if quoting is Quoting.DISCOUNT_RATE:
            _check_rates(check, method, ceiling_fen)

    def _check_lists(self, check: Checker) -> None:
        long = check.whole("longList", self.long_list or 0, 2, MAX_LONG_LIST)
        check.whole("shortList", self.short_list or 0, 2, min(max(long, 2), MAX_LONG_LIST))

    def _check_criteria(self, check: Checker) -> None:
        check.whole("criteria", len(self.criteria), 1, MAX_CRITERIA)
        names = [check.published(f"criteria.{n}.name", c.name, 60) for n, c in enumerate(self.criteria)]
        if len(set(names)) < len(names):
            check.add("criteria", "duplicate")
        weights = [check.whole(f"criteria.{n}.weight", c.weight, 1, WEIGHTS) for n, c in enumerate(self.criteria)]
        total = sum(weights) + check.whole("priceWeight", self.price_weight or 0, 0, WEIGHTS - 1)
        if total != WEIGHTS:
            check.add("criteria", "weights_not_100", total=total)


NOTHING_CHOSEN = Parameters()
"""For the methods that leave nothing to choose."""


def _check_rates(check: Checker, method: SelectionMethod, ceiling_fen: int | None) -> None:
    if method not in BY_PRICE:
        check.add("quoting", "not_allowed_here")
    if ceiling_fen is None:
        check.add("ceiling", "base_required")


def constants(method: SelectionMethod, parameters: dict[str, Any], side: str, book: Rulebook, at: datetime) -> dict[str, Any]:
    """What the method decides by, as the notice freezes it: the buyer's choice and the rulebook's numbers on that day.

    ``side``: agency or applicant.
    """
    if method is _M.REFERENCE_PRICE:
        low, high = (book.number(f"reference_percent_{end}", at) for end in ("low", "high"))
        return {"percents": list(range(low, high + 1)), "dropFrom": book.number("reference_drop_from", at)}
    if method is _M.CREDIT_MERIT:
        more = ("credit_points_per_lot", "credit_points_unknown")
        per_lot, unknown = (book.number(name, at) for name in more)
        return parameters | {"pointsPerLot": per_lot, "pointsUnknown": unknown}
    if method is _M.PROPOSAL_MERIT:
        return parameters | {"minimumEvaluators": book.number(f"minimum_evaluators_{side}", at)}
    return {}


def minimum_quotes(method: SelectionMethod, side: str, book: Rulebook, at: datetime) -> int:
    """Fewer valid quotes fail. ``side``: agency or applicant. Never below two for merit methods.

    One for a direct selection, and for a rotation: there each of the members has had its chance.
    """
    if method in (_M.DIRECT, _M.ROTATION):
        return 1
    minimum = book.number(f"minimum_quotes_{side}", at)
    return max(minimum, book.number("minimum_quotes_merit", at)) if method in MERIT else minimum
