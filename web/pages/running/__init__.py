"""The operator: reviews, parties and their accounts, beacons and objections, the list's editions, the log."""

from typing import Any
from urllib.parse import quote

from web.pages.engine import Page, Site
from web.pages.operation import Variables
from web.pages.roles import RoleForm, RolePage
from web.pages.running import settings

RECORDS = {
    "register": "RegisterOrganisation",
    "member": "AddMember",
    "link": "IssueAccessLink",
    "leave": "EndMembership",
    "qualification": "RecordQualification",
    "practitioner": "RegisterPractitioner",
    "left": "EndPractitioner",
    "relation": "RecordRelation",
    "credit": "RecordCreditScore",
    "mandate": "GrantMandate",
    "jurisdiction": "SetJurisdiction",
}
"""Last part of the address → the operation."""

SHOWN = frozenset({"RegisterOrganisation", "IssueAccessLink", "RegisterPractitioner"})
"""What tells something that is needed at once: a new code, a secret that is shown only once."""


def queue(data: dict[str, Any], _asked: Variables) -> dict[str, Any]:
    """What waits for the operator: reviews of notices and frameworks, objections that were upheld, beacons to record or to confirm."""
    return {
        "reviews": _projects(data["underReview"]),
        "frameworks": [row for row in _projects(data["frameworks"]) if row["state"] == "UNDER_REVIEW"],
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
    def view(data: dict[str, Any], _asked: Variables) -> dict[str, Any]:
        return {"record": name, "operation": RECORDS[name], "names": {row["code"]: row["name"] for row in data["departments"]}}

    return view


def _proposed(measure: dict[str, Any], _path: Any) -> str:
    return f"/operation/measures/{quote(measure['code'])}"


class OperatorPage(RolePage):
    """For the operator alone."""

    roles = frozenset({"OPERATOR"})


class OperatorForm(OperatorPage, RoleForm):
    """The same with forms."""


def pages(site: Site) -> dict[str, Page]:
    """Address → page. Raises BadDocument."""
    return {
        "/operation": OperatorPage(site, "running/desk", queue, signed_in=True),
        "/operation/projects/{projectCode}": OperatorForm(
            site, "running/project", then={"ReviewProject": lambda _result, _path: "/operation"}
        ),
        "/operation/parties": OperatorPage(site, "running/parties", signed_in=True),
        **{f"/operation/parties/{name}": OperatorForm(site, "running/record", _recording(name), shown=SHOWN) for name in RECORDS},
        "/operation/ratings": OperatorPage(site, "running/ratings", signed_in=True),
        "/operation/ratings/{code}": OperatorForm(site, "running/appeal"),
        "/operation/avoidances": OperatorForm(site, "account/avoidances"),
        "/operation/measures": OperatorPage(site, "running/measures", signed_in=True),
        "/operation/measures/propose": OperatorForm(site, "running/propose", then={"ProposeMeasure": _proposed}),
        "/operation/measures/{code}": OperatorForm(site, "running/measure"),
        "/operation/catalogue": OperatorPage(site, "running/catalogue", signed_in=True),
        "/operation/catalogue/{number}": OperatorPage(site, "running/edition", settings.edition, signed_in=True),
        "/operation/rulebook": OperatorPage(site, "running/rulebook", settings.chapters, signed_in=True),
        "/operation/log": OperatorPage(site, "running/log", signed_in=True),
    }
