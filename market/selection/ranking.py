"""What every method takes and gives: valid quotes in, a ranking out. Pure, exact, versioned."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ValidQuote:
    """An opened quote that meets the notice. ``amount_fen`` in fen; ``commitment`` hexadecimal, unique."""

    commitment: str
    bidder_code: str
    amount_fen: int
    received_at: datetime


@dataclass(frozen=True)
class Selection:
    """The whole order, best first. ``tie_broken``: the first places were equal and ``tie_rule`` decided."""

    method: str
    ranking: tuple[ValidQuote, ...]
    tie_rule: str
    tie_broken: bool

    @property
    def winner(self) -> ValidQuote:
        """The first of the ranking."""
        return self.ranking[0]


class NoValidQuotes(ValueError):
    """A method was asked to choose from nothing; the minimum is checked before."""
