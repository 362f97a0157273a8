"""A case's page: what may be done in each state, which evidence leads where, what is due next."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from web.pages.operation import Variables

STEPS: Mapping[str, str] = {
    "take": "TakeCase",
    "assign": "AssignCase",
    "ask": "AskExplanation",
    "confirm": "ConfirmFindings",
    "dismiss": "DismissCase",
    "order": "OrderRectification",
    "refer": "ReferCase",
    "reopen": "ReopenCase",
    "close": "CloseCase",
}
"""Last part of the address → the operation."""

POSSIBLE: Mapping[str, tuple[str, ...]] = {
    "NEW": ("take", "assign"),
    "ASSIGNED": ("ask", "dismiss"),
    "UNANSWERED": ("ask", "confirm", "refer", "dismiss"),
    "ANSWERED": ("confirm", "ask", "refer", "dismiss"),
    "CONFIRMED": ("order", "refer", "dismiss"),
    "RECTIFICATION_ORDERED": ("close", "refer", "dismiss"),
    "REFERRED": ("close", "reopen"),
    "REFUND_SEEN": ("close", "order"),
    "DISMISSED": ("reopen",),
}
"""State → the steps that a regulator can take, the usual one first. A test holds this against the life of a case."""

_WATCHING = ("CONFIRMED", "RECTIFICATION_ORDERED", "REFERRED", "REFUND_SEEN")
_LISTS = {"contract": "contractNo", "case": "caseNo"}


def evidence(record: str) -> dict[str, str]:
    """``kind:number`` → what it is, its number and the page that shows it; "" where there is none."""
    kind, _, number = record.partition(":")
    href = f"/services/{number}" if kind == "item" else ""
    if kind in _LISTS:
        href = "/supervision/records?" + urlencode({_LISTS[kind]: number})
    return {"kind": kind, "number": number, "href": href}


def listed(data: dict[str, Any], _asked: Variables) -> dict[str, Any]:
    """Departments to choose from."""
    return {"names": {row["code"]: row["name"] for row in data["departments"]}}


def possible(case: Mapping[str, Any]) -> tuple[str, ...]:
    """The steps that can be taken now; findings that joined after the decision are decided by themselves."""
    joined = case["state"] in _WATCHING and any(row["outcome"] == "PENDING" for row in case["findings"])
    return (*(("confirm",) if joined else ()), *POSSIBLE.get(case["state"], ()))


def undecided(case: Mapping[str, Any]) -> dict[str, str]:
    """Finding → what it is called, of those that can be upheld."""
    return {finding["id"]: f"{finding['rule']['id']} {finding['rule']['title']}" for finding in _waiting(case)}


def _waiting(case: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The findings that are neither upheld nor rejected, and that no correcting record cleared."""
    pending = [row["finding"] for row in case["findings"] if row["outcome"] == "PENDING"]
    return [finding for finding in pending if finding["state"] != "CLEARED"]


def confirming(case: Mapping[str, Any], chosen: list[str]) -> list[Mapping[str, Any]]:
    """The findings that would be upheld: those that were chosen, or all that wait."""
    return [finding for finding in _waiting(case) if not chosen or finding["id"] in chosen]


def due(case: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is due next; None when nothing is."""
    left = [order for order in case["orders"] if order["doneAt"] is None]
    return min(left, key=lambda order: str(order["dueOn"]), default=None)


def view(data: dict[str, Any], _asked: Variables) -> dict[str, Any]:
    """What the page adds: steps to take, evidence, the next due date, who acted last."""
    case = data["oversightCase"]
    findings = [row["finding"] for row in case["findings"]]
    return {
        "possible": possible(case),
        "undecided": undecided(case),
        "confirming": lambda chosen: confirming(case, chosen),
        "due": due(case),
        "offices": {row["organisation"]["code"]: row["organisation"]["name"] for row in data.get("jurisdictions", ())},
        "last": next((step for step in reversed(case["steps"]) if step["by"]), None),
        "evidence": {finding["id"]: [evidence(record) for record in finding["evidence"]] for finding in findings},
    }
