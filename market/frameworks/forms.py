"""What the poster of a framework fills in, and the checks that need no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from market.frameworks.models import CallOff
from market.selection.ranking import FULL_BP
from market.text import Checker

MAX_ITEMS = 20


@dataclass(frozen=True)
class PostFramework:
    """``requirements``: what an intermediary must be to enter, besides the qualifications that the items demand.

    ``ceiling_fen``: the most that one call-off may cost, in fen. ``discount_bp``: off each call-off's price, in basis points.
    """

    idempotency_key: str
    title: str
    item_codes: tuple[str, ...]
    requirements: str
    call_off: CallOff
    ends_at: datetime
    ceiling_fen: int | None = None
    discount_bp: int | None = None

    def check(self, now: datetime, longest: timedelta) -> None:
        """Raises InvalidInput with every problem of the plain fields."""
        check = Checker()
        check.published("title", self.title, 200)
        check.published("requirements", self.requirements, 20_000, lines=True)
        check.whole("itemCodes", len(self.item_codes), 1, MAX_ITEMS)
        if self.ends_at <= now:
            check.add("endsAt", "in_the_past")
        elif self.ends_at > now + longest:
            check.add("endsAt", "too_late", last=(now + longest).date())
        self._check_price(check)
        check.done()

    def _check_price(self, check: Checker) -> None:
        if self.ceiling_fen is None and self.discount_bp is None:
            check.add("ceiling", "price_or_discount")
        if self.ceiling_fen is not None:
            check.amount("ceiling", self.ceiling_fen)
        if self.discount_bp is not None:
            check.whole("discountBp", self.discount_bp, 1, FULL_BP - 1)
