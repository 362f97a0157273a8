"""开放式框架协议: whoever qualifies may enter at any time; each call-off falls to a member by rotation, draw or mini-quote.

Rotation: whoever waited longest since its last call-off; of those never called, the draw. Draw: the lowest place.
Mini-quote: as 最低价 among the members that quoted. Source: 政府采购框架协议采购方式管理暂行办法 arts. 35-36 (as model).
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

from market.selection import lowest_price
from market.selection.draw import Place
from market.selection.ranking import NoValidQuotes, Selection, ValidQuote

METHOD = "framework_agreement/1"


class Order(NamedTuple):
    """The members in the order in which the call-off is offered. ``tie_broken``: the draw decided the first place."""

    method: str
    members: tuple[str, ...]
    tie_broken: bool


def by_rotation(members: Collection[str], called: Sequence[str], place: Place) -> Order:
    """``called``: who got the call-offs before, oldest first. Raises NoValidQuotes when nobody is a member."""
    last = {code: number for number, code in enumerate(called)}
    order = _sorted(members, lambda code: (last.get(code, -1), place(code)))
    tie = len(order) > 1 and order[1] not in last
    return Order(f"{METHOD} rotation", order, tie)


def by_draw(members: Collection[str], place: Place) -> Order:
    """Everybody has the same chance. Raises NoValidQuotes when nobody is a member."""
    order = _sorted(members, place)
    return Order(f"{METHOD} draw", order, len(order) > 1)


def by_mini_quote(members: Collection[str], quotes: Collection[ValidQuote], place: Place) -> Selection:
    """The lowest quote of a member. Raises NoValidQuotes when no member quoted."""
    return lowest_price.select([q for q in quotes if q.bidder_code in members], {}, place)


def _sorted(members: Collection[str], key: Callable[[str], Any]) -> tuple[str, ...]:
    if not members:
        raise NoValidQuotes
    return tuple(sorted(set(members), key=key))
