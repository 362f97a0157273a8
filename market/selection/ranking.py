"""What every method takes and gives: valid quotes in, a ranking out. Pure, exact, versioned."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from market.selection.draw import Place

FULL_BP = 10_000
"""The whole, in basis points: a discount rate of 1 % is 100 of them."""

Constants = Mapping[str, Any]
"""The numbers of the method as the notice froze them."""


@dataclass(frozen=True)
class ValidQuote:
    """An opened quote that meets the notice, with what its method needs to know of it.

    ``amount_fen`` in fen; ``commitment`` hexadecimal, unique; ``discount_bp``: the rate quoted in basis points, where one was
    asked for; ``credit``: the published score, whole points; ``picked``: chosen by the buyer from a short list;
    ``scores``: each evaluator's points (0-100), in the order of the notice's scored criteria.
    """

    commitment: str
    bidder_code: str
    amount_fen: int
    received_at: datetime
    discount_bp: int | None = None
    credit: int = 0
    picked: bool = False
    scores: tuple[tuple[int, ...], ...] = ()

    @property
    def measure(self) -> int:
        """What price methods compare, lower is cheaper: the amount in fen, or what a discount rate leaves of 10,000."""
        return self.amount_fen if self.discount_bp is None else FULL_BP - self.discount_bp


@dataclass(frozen=True)
class Selection:
    """The whole order, best first. ``tie_broken``: the first places were equal and ``tie_rule`` decided.

    ``dropped``: valid quotes that the method itself leaves out; they cannot win. ``worked``: the intermediate results, for readers.
    """

    method: str
    ranking: tuple[ValidQuote, ...]
    tie_rule: str
    tie_broken: bool
    dropped: tuple[ValidQuote, ...] = ()
    worked: Mapping[str, Any] = field(default_factory=dict)

    @property
    def winner(self) -> ValidQuote:
        """The first of the ranking."""
        return self.ranking[0]


class NoValidQuotes(ValueError):
    """A method was asked to choose from nothing; the minimum is checked before."""


TIE_RULE = "verifiable_draw"
"""Equal quotes: the lowest place in the draw that everybody can re-run."""


def ranked(
    method: str,
    quotes: Iterable[ValidQuote],
    key: Callable[[ValidQuote], Fraction | int],
    place: Place,
    *,
    dropped: Iterable[ValidQuote] = (),
    worked: Mapping[str, Any] | None = None,
) -> Selection:
    """Lowest ``key`` first, equal ones by the draw. Raises NoValidQuotes."""
    ranking = sorted(quotes, key=lambda q: (key(q), place(q.bidder_code)))
    if not ranking:
        raise NoValidQuotes
    tie = len(ranking) > 1 and key(ranking[0]) == key(ranking[1])
    left_out = tuple(sorted(dropped, key=lambda q: q.bidder_code))
    return Selection(method, tuple(ranking), TIE_RULE, tie, left_out, worked or {})


def half_up(value: Fraction) -> int:
    """The nearest whole number, a half upwards. For values that are not negative."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def discounted(base_fen: int, discount_bp: int) -> int:
    """What a discount rate leaves of the base, in fen, rounded half up."""
    return half_up(Fraction(base_fen * (FULL_BP - discount_bp), FULL_BP))
