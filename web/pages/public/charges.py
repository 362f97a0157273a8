"""What the self-check page makes of its address: an item that was chosen is checked, an amount may be typed as people write it."""

import unicodedata

from web.pages.operation import Variables

_UNITS = str.maketrans("", "", ",，、¥￥元 \u3000")


def ask(variables: Variables) -> Variables:
    """The operation's variables: full-width digits, thousand separators and units are understood."""
    return amount_as_typed(variables) | {"check": bool(variables.get("code"))}


def amount_as_typed(variables: Variables) -> Variables:
    """The same with the amount in plain digits."""
    if "amount" not in variables:
        return variables
    return variables | {"amount": unicodedata.normalize("NFKC", variables["amount"]).translate(_UNITS)}
