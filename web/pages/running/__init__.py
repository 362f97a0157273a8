"""The operator: reviews, parties and their accounts, beacons and objections, the list's editions, the log."""

from typing import Any

from web.pages.engine import Page, Site
from web.pages.forms import Form
from web.pages.operation import Variables

RECORDS = {
    "register": "RegisterOrganisation",
    "member": "AddMember",
    "link": "IssueAccessLink",
    "qualification": "RecordQualification",
    "relation": "RecordRelation",
    "credit": "RecordCreditScore",
    "mandate": "GrantMandate",
}
"""Last part of the address → the operation."""

SHOWN = frozenset({"RegisterOrganisation", "IssueAccessLink"})
"""What tells something that is needed at once: a new code, a secret that is shown only once."""


def queue(data: dict[str, Any], _asked: Variables) -> dict[str, Any]:
    """What waits for the operator: reviews, objections that were upheld, beacons to record or to confirm."""
    return {
        "reviews": _projects(data["underReview"]),
        "upheld": [project for project in _projects(data["awarded"]) if _is_upheld(project)],
        "beacons": [project for project in _projects(data["closed"]) if _needs_beacon(project)],
    }


def _projects(connection: dict[str, Any]) -> list[dict[str, Any]]:
    return [edge["node"] for edge in connection["edges"]]


def _is_upheld(project: dict[str, Any]) -> bool:
    return any(objection["upheld"] for objection in (project["award"] or {}).get("objections", ()))


def _needs_beacon(project: dict[str, Any]) -> bool:
    beacon = (project["draw"] or {}).get("beacon")
    return beacon is not None and beacon["confirmedAt"] is None


def _recording(name: str) -> Any:
    return lambda _data, _asked: {"record": name}


def pages(site: Site) -> dict[str, Page]:
    """Address → page. Raises BadDocument."""
    return {
        "/operation": Page(site, "running/desk", queue, signed_in=True),
        "/operation/projects/{projectCode}": Form(
            site, "running/project", then={"ReviewProject": lambda _result, _path: "/operation"}
        ),
        "/operation/parties": Page(site, "running/parties", signed_in=True),
        **{f"/operation/parties/{name}": Form(site, "running/record", _recording(name), shown=SHOWN) for name in RECORDS},
        "/operation/ratings": Page(site, "running/ratings", signed_in=True),
        "/operation/ratings/{code}": Form(site, "running/appeal"),
        "/operation/catalogue": Page(site, "running/catalogue", signed_in=True),
        "/operation/log": Page(site, "running/log", signed_in=True),
    }
