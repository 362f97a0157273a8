"""What a browser sends of a form: its fields, and which button it was."""

import secrets

from starlette.datastructures import ImmutableMultiDict, QueryParams
from starlette.requests import Request

from web.pages.engine import Refused

Typed = ImmutableMultiDict[str, str]
"""A form's fields."""

OP, CHECK, EDIT, BACK = "_op", "_check", "_edit", "_back"
"""What the buttons say: do it; show the answers once more first; back to the form; back to whom it was opened for."""
_KEY = "idempotencyKey"


async def typed_in(request: Request) -> Typed:
    """The fields of a form; what is no text is replaced, line ends are one character. Raises Refused."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise Refused(400)
    pairs = QueryParams((await request.body()).decode("utf-8", "replace")).multi_items()
    return ImmutableMultiDict([(name, text.replace("\r\n", "\n")) for name, text in pairs])


def pressed(typed: Typed) -> tuple[str, str]:
    """The button that sent the form, and its operation; "" and "" when it was none."""
    return next(((name, typed[name]) for name in (BACK, OP, EDIT) if typed.get(name)), ("", ""))


def kept(typed: Typed) -> list[tuple[str, str]]:
    """What a page hands on that stands in for the form's own: all but the button."""
    return [(name, text) for name, text in typed.multi_items() if name not in (OP, EDIT, BACK)]


def new_key() -> str:
    """Of one form as it was shown: sending it twice does it once."""
    return secrets.token_urlsafe(16)


def renewed(typed: Typed) -> Typed:
    """The same with another key: an answer that did nothing leaves the old one to what it may have done before."""
    return ImmutableMultiDict([(name, new_key() if name == _KEY else text) for name, text in typed.multi_items()])
