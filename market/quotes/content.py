"""What is sealed in a quote, and what of it is worth how much. Pure."""

import json
from dataclasses import dataclass
from typing import Any, Self

from market.log.canonical import canonical
from market.selection.ranking import discounted


@dataclass(frozen=True)
class Content:
    """A quote as its bidder wrote it: an amount in fen or a discount in basis points.

    ``proposal``: where the notice asks for one. ``practitioners``: the codes of those who will do it.
    """

    amount_fen: int | None
    discount_bp: int | None
    service_working_days: int
    note: str = ""
    proposal: str = ""
    practitioners: tuple[str, ...] = ()

    def text(self) -> str:
        """Canonical JSON; values that were not asked for are left out."""
        values: dict[str, Any] = {"serviceWorkingDays": self.service_working_days, "note": self.note}
        optional: dict[str, Any] = {
            "amountFen": self.amount_fen,
            "discountBp": self.discount_bp,
            "proposal": self.proposal or None,
        }
        optional["practitioners"] = list(self.practitioners) or None
        return canonical(values | {name: value for name, value in optional.items() if value is not None})

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """From the values of that JSON."""
        amount, discount, proposal = values.get("amountFen"), values.get("discountBp"), values.get("proposal", "")
        people = tuple(values.get("practitioners", ()))
        return cls(amount, discount, values["serviceWorkingDays"], values["note"], proposal, people)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """From a text of anybody's; None unless it is UTF-8 and exactly what ``text`` writes, so that one quote has one text."""
        try:
            text.encode()
            found = cls.of(json.loads(text))
            given = (found.amount_fen, found.discount_bp, found.service_working_days)
            numbers = {type(number) for number in given if number is not None}
            plain = numbers == {int} and {type(part) for part in (found.note, found.proposal, *found.practitioners)} == {str}
            return found if plain and found.text() == text else None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None

    def worth_fen(self, ceiling_fen: int | None) -> int:
        """The amount, or what the discount leaves of the notice's ceiling, rounded half up."""
        if self.discount_bp is None:
            return self.amount_fen or 0
        return discounted(ceiling_fen or 0, self.discount_bp)
