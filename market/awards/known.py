"""What a method needs to know besides the quotes."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Known:
    """By bidder's code: the published credit, the evaluators' points in the order of their numbers, an auction's last amounts in fen.

    ``picked``: by the buyer.
    """

    credit: Mapping[str, int] = field(default_factory=dict)
    scores: Mapping[str, tuple[tuple[int, ...], ...]] = field(default_factory=dict)
    picked: str | None = None
    last_fen: Mapping[str, int] = field(default_factory=dict)
