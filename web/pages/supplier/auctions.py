"""The auction room: everybody watches, bidders bid by a form beside the live block."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

from starlette.responses import Response

from web.pages.engine import Refused, Visit
from web.pages.forms import Form, Sent
from web.pages.operation import Operation, Variables
from web.pages.typed import Typed

Data = dict[str, Any]
STEEP = Decimal("0.8")
"""A bid below this part of the lowest price (of the bidder's own, before the first board) is asked about once more: one digit is
easily lost when seconds count (ui.md §5.2)."""


def shown(data: Data, _asked: Variables) -> Data:
    """How it stands; ``last`` is None before the auction is announced, ``lowest`` before it begins.

    ``bids``: an event that makes a bid known is of the stage that begins; ``round`` is that of the turn that ended, the event before.
    """
    project = data["project"]
    auction = project["auction"] or {"events": [], "mySeat": None}
    told, seat = auction["events"], auction["mySeat"]
    last = told[-1] if told else None
    lowest = _lowest(last)
    return {
        "last": last,
        "seat": seat,
        "bids": [last | {"round": turn["roundNumber"]} for turn, last in reversed([*pairwise(told)]) if last["made"]],
        "below": below(project["ceiling"], lowest),
        "lowest": lowest,
        "level": lowest or (seat and seat["amount"]),
        "names": _names(project["quotes"]),
    }


def _lowest(last: Data | None) -> str | None:
    return last["board"][0]["amount"] if last and last["board"] else None


def _names(quotes: list[Data] | None) -> dict[str, str]:
    return {quote["bidder"]["code"]: quote["bidder"]["name"] for quote in quotes or ()}


def below(ceiling: str | None, amount: str | None) -> int | None:
    """How far under the ceiling, in basis points rounded down."""
    return int(10_000 * (1 - Decimal(amount) / Decimal(ceiling))) if ceiling and amount else None


class AuctionRoom(Form):
    """404 for a project that is no auction."""

    async def data(self, visit: Visit, variables: Variables) -> Data:
        """Raises Refused, SignedOut."""
        data = await super().data(visit, variables)
        terms = data["project"]["terms"]
        if terms is None or terms["auction"] is None or ("x-part" in visit.request.headers and not data["project"]["auction"]):
            raise Refused(404)
        return data

    async def do(self, visit: Visit, operation: Operation, typed: Typed, given: Variables) -> Response:
        """A steep bid only when its bidder is sure."""
        if "_sure" not in typed and await self._is_steep(visit, given):
            return await self.again(visit, operation, Sent(typed, checking=True), 422)
        return await super().do(visit, operation, typed, given)

    async def _is_steep(self, visit: Visit, given: Variables) -> bool:
        data = await self.data(visit, {"projectCode": given["input"]["projectCode"]})
        level, amount = shown(data, {})["level"], given["input"]["amount"]
        return bool(level) and Decimal(amount) < Decimal(level) * STEEP
