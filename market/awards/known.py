"""What a method needs to know besides the quotes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Known:
    """By bidder's code: the published credit, the evaluators' points in the order of their numbers, an auction's last amounts in fen.

    ``picked``: by the buyer; ``passed_over``: whom of the short list it could not pick, code → reason. ``standing``: the constants of a
    rotation that nobody could know at the notice.
    """

    credit: Mapping[str, int] = field(default_factory=dict)
    scores: Mapping[str, tuple[tuple[int, ...], ...]] = field(default_factory=dict)
    picked: str | None = None
    passed_over: Mapping[str, str] = field(default_factory=dict)
    last_fen: Mapping[str, int] = field(default_factory=dict)
    standing: Mapping[str, Any] = field(default_factory=dict)
