"""Opened contests as the screens of quotes see them. Counted are valid quotes, one per independent bidder."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cached_property

from market.statistics.spread import spread


@dataclass(frozen=True, slots=True)
class Bid:
    """An opened quote. ``group``: one name for all bidders under one control. ``people``: accounts that acted for the bidder."""

    bidder: str
    amount_fen: int
    received_at: datetime
    invalid_reason: str = ""
    group: str = ""
    people: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Tender:
    """A project whose quotes were opened. ``agency``: the buyer where that is one, else the case's. ``winner``: awarded to."""

    project_no: str
    item_code: str
    region: str
    agency: str
    method: str
    published_at: datetime
    closes_at: datetime
    ceiling_fen: int | None
    winner: str | None
    bids: tuple[Bid, ...]

    @cached_property
    def valid(self) -> dict[str, Bid]:
        """Bidder → its valid quote, cheapest first, one of each group."""
        lowest: dict[str, Bid] = {}
        for bid in sorted(self.bids, key=lambda b: (b.amount_fen, b.bidder)):
            if not bid.invalid_reason and bid.amount_fen > 0:
                lowest.setdefault(bid.group or bid.bidder, bid)
        return {bid.bidder: bid for bid in lowest.values()}

    @cached_property
    def amounts(self) -> list[int]:
        """Of the valid quotes, cheapest first, in fen."""
        return [bid.amount_fen for bid in self.valid.values()]

    @cached_property
    def spread(self) -> dict[str, Fraction]:
        """Of the valid quotes; empty where there are fewer than two."""
        return spread(self.amounts) if len(self.amounts) > 1 else {}

    @property
    def when(self) -> tuple[datetime, str]:
        """The order in time."""
        return self.closes_at, self.project_no
