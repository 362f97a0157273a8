"""The methods by name, as the notice and the ledger call them."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from market.selection import direct, lowest_price, reverse_auction
from market.selection.ranking import Selection, ValidQuote


class Method(NamedTuple):
    """A method's versioned name, its tie rule and its function."""

    version: str
    tie_rule: str
    select: Callable[[Iterable[ValidQuote]], Selection]


METHODS: dict[str, Method] = {
    "lowest_price": Method(lowest_price.METHOD, lowest_price.TIE_RULE, lowest_price.select),
    "reverse_auction": Method(reverse_auction.METHOD, reverse_auction.TIE_RULE, reverse_auction.select),
    "direct": Method(direct.METHOD, direct.TIE_RULE, direct.select),
}
