"""The pages of indicators and of complaints: what may be looked at, and what is due first."""

from typing import Any

from web.pages.operation import Variables
from web.pages.roles import RolePage

Data = dict[str, Any]


class SupervisorPage(RolePage):
    """For regulators alone."""

    roles = frozenset({"REGULATOR"})


def asking(variables: Variables) -> Variables:
    """Nothing is looked at before somebody says why."""
    return variables | {"looking": bool(str(variables.get("purpose", "")).strip())}


def indicators(data: Data, _asked: Variables) -> Data:
    """Number → the newest title, to choose from."""
    return {"titles": {rule["id"]: rule["title"] for rule in data["indicatorRules"]}}


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
