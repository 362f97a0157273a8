"""What is sealed in a quote, and what of it is worth how much. Pure."""

import json
from dataclasses import dataclass
from typing import Any, Self

from market.log.canonical import canonical
from market.selection.ranking import discounted


@dataclass(frozen=True)
class Content:
    """A quote as its bidder wrote it: an amount in fen or a discount in basis points; ``proposal`` where the notice asks for one."""

    amount_fen: int | None
    discount_bp: int | None
    service_working_days: int
    note: str = ""
    proposal: str = ""

    def text(self) -> str:
        """Canonical JSON; values that were not asked for are left out."""
        values: dict[str, Any] = {"serviceWorkingDays": self.service_working_days, "note": self.note}
        optional = {"amountFen": self.amount_fen, "discountBp": self.discount_bp, "proposal": self.proposal or None}
        return canonical(values | {name: value for name, value in optional.items() if value is not None})

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """From the values of that JSON."""
        amount, discount, proposal = values.get("amountFen"), values.get("discountBp"), values.get("proposal", "")
        return cls(amount, discount, values["serviceWorkingDays"], values["note"], proposal)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """From a text of anybody's; None unless it is exactly what ``text`` writes, so that one quote has one text."""
        try:
            found = cls.of(json.loads(text))
            numbers = {type(found.amount_fen or 0), type(found.discount_bp or 0), type(found.service_working_days)}
            plain = numbers == {int} and {type(found.note), type(found.proposal)} == {str}
            return found if plain and found.text() == text else None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None

    def worth_fen(self, ceiling_fen: int | None) -> int:
        """The amount, or what the discount leaves of the notice's ceiling, rounded half up."""
        if self.discount_bp is None:
            return self.amount_fen or 0
        return discounted(ceiling_fen or 0, self.discount_bp)
