"""What the self-check page makes of its address: an item that was chosen is checked, an amount may be typed as people write it."""

import unicodedata
from typing import Any

from web.pages.operation import Variables
from web.pages.templates import explorer

_COMPLAINT = """mutation Complain($input: FileComplaintInput!) {
  fileComplaint(input: $input) {
    ... on ComplaintFiled { receipt complaint { state acceptDueAt decideDueAt } }
    ... on Error { message }
    ... on InvalidInput { fields { path message } }
  }
}"""
_AS_ARGUMENT = {"code": "itemCode", "reason": "demandReason", "supplier": "namedSupplier"}
_UNITS = str.maketrans("", "", ",，、¥￥元 \u3000")


def ask(variables: Variables) -> Variables:
    """The operation's variables: full-width digits, thousand separators and units are understood."""
    given = variables | {"check": bool(variables.get("code"))}
    if "amount" in given:
        given["amount"] = unicodedata.normalize("NFKC", given["amount"]).translate(_UNITS)
    return given


def complain(_data: dict[str, Any], asked: Variables) -> dict[str, Any]:
    """The address of the interface with a complaint that has the check's own arguments: nothing is typed twice."""
    charge = {_AS_ARGUMENT.get(name, name): value for name, value in asked.items() if name not in ("check", "search")}
    return {"complaint": explorer(_COMPLAINT, {"input": {"charge": charge, "contact": ""}})}
