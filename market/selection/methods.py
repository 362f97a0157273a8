"""The methods: the one that a new notice takes, by name, and every version that a published notice may have, by its own."""

from collections.abc import Callable, Iterable
from types import ModuleType
from typing import NamedTuple, cast

from market.selection import (
    average_price,
    credit_merit,
    direct,
    lowest_price,
    lowest_price_1,
    proposal_merit,
    random_draw,
    reference_price,
    reverse_auction,
    rotation,
)
from market.selection.draw import Place
from market.selection.ranking import Constants, Selection, ValidQuote

Select = Callable[[Iterable[ValidQuote], Constants, Place], Selection]


class Method(NamedTuple):
    """A method's versioned name, its tie rule and its function."""

    version: str
    tie_rule: str
    select: Select


def _method(module: ModuleType) -> Method:
    return Method(module.METHOD, module.TIE_RULE, cast(Select, module.select))


METHODS: dict[str, Method] = {
    "lowest_price": _method(lowest_price),
    "reference_price": _method(reference_price),
    "average_price": _method(average_price),
    "credit_merit": _method(credit_merit),
    "proposal_merit": _method(proposal_merit),
    "random_draw": _method(random_draw),
    "reverse_auction": _method(reverse_auction),
    "direct": _method(direct),
    "rotation": _method(rotation),
}
"""What a notice that is published today takes."""

VERSIONS: dict[str, Method] = {
    method.version: method for method in (*METHODS.values(), _method(lowest_price_1), _method(lowest_price))
}
"""What a notice may name: ``terms["method"]``."""
