"""The pages of indicators and of complaints: what may be looked at, and what is due first."""

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from schema.labels import LABELS, N_
from web.pages.operation import Variables
from web.pages.roles import RoleForm, RolePage

Data = dict[str, Any]


class SupervisorPage(RolePage):
    """For regulators alone."""

    roles = frozenset({"REGULATOR"})


class SupervisorForm(SupervisorPage, RoleForm):
    """The same with forms."""


class Supervised(RoleForm):
    """One award, for regulators; the operator witnesses, too."""

    roles = frozenset({"REGULATOR", "OPERATOR"})


def asking(variables: Variables) -> Variables:
    """Nothing is looked at before somebody says why."""
    return variables | {"looking": bool(str(variables.get("purpose", "")).strip())}


def indicators(data: Data, _asked: Variables) -> Data:
    """Number → the newest title, to choose from."""
    return {"titles": {rule["id"]: rule["title"] for rule in data["indicatorRules"]}, "parts": parts, "named": named}


_FEN = frozenset(["median", "q1", "q3", "applicant_median", "agency_median", "by_supplier", "quotes", "amounts"])
"""Numbers that are amounts, beside those whose names end in ``_fen``."""
_WORDS: Mapping[Any, str] = {True: N_("是"), False: N_("否"), "": N_("没有"), None: N_("没有")}


def named(parties: list[Data]) -> dict[str, str]:
    """Code → name."""
    return {party["code"]: party["name"] for party in parties}


def parts(number: Data, names: Mapping[str, str]) -> list[Data]:
    """A number as people read it, a table or a list piece by piece: ``of`` whose, "" where nobody's; ``fen`` of an amount, else ``text``.

    ``names``: code → name.
    """
    value = _read(number["value"])
    pairs = value.items() if isinstance(value, dict) else [("", each) for each in (value if isinstance(value, list) else [value])]
    money = number["name"].endswith("_fen") or number["name"] in _FEN
    return [{"of": names.get(of, of), **_piece(each, names, money=money)} for of, each in pairs]


def _piece(value: Any, names: Mapping[str, str], *, money: bool) -> Data:
    if money and value not in (None, ""):
        return {"fen": str(Fraction(value)), "text": ""}
    if value is None or isinstance(value, bool) or value == "":
        return {"fen": "", "text": _WORDS[value]}
    return {"fen": "", "text": names.get(str(value)) or LABELS.get(str(value)) or str(value)}


def _read(text: str) -> Any:
    """JSON, exactly; any other text as it is."""
    try:
        return json.loads(text, parse_float=str)
    except json.JSONDecodeError:
        return text


def complaints(data: Data, _asked: Variables) -> Data:
    """Those that nobody has taken, and the reader's own that are not decided; what is due first stands first."""
    return {
        "to_accept": _by_due([row for row in _nodes(data["untaken"]) if _waits(row, "ACCEPT")]),
        "handled": _by_due([row for row in _nodes(data["mine"]) if row["complaints"] and row["state"] != "CLOSED"]),
    }


def _nodes(connection: Data) -> list[Data]:
    return [edge["node"] for edge in connection["edges"]]


def _waits(case: Data, kind: str) -> bool:
    return any(order["kind"] == kind and order["doneAt"] is None for order in case["orders"])


def _by_due(cases: list[Data]) -> list[Data]:
    def first(case: Data) -> str:
        return min((str(order["dueOn"]) for order in case["orders"] if order["doneAt"] is None), default="9")

    return sorted(cases, key=first)
