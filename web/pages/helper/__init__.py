"""Helpers of islanders: for whom they may act; and where applicants give such mandates and take them back."""

from typing import Any

from web.pages.engine import Page, Site
from web.pages.forms import Form
from web.pages.operation import Variables

OWN_STEP = ("STANDSTILL", "SHORTLISTED", "AWARDED")
"""States in which the next step is the applicant's own: to confirm, to pick, to sign."""


def waiting(data: dict[str, Any], _asked: Variables) -> dict[str, Any]:
    """Of whoever is acted for: what only that person may do next, and the rest."""
    found = [edge["node"] for edge in data["projects"]["edges"]]
    return {
        "own": [project for project in found if project["state"] in OWN_STEP],
        "others": [project for project in found if project["state"] not in OWN_STEP],
    }


def pages(site: Site) -> dict[str, Page]:
    """Address → page. Raises BadDocument."""
    return {
        "/helper": Form(site, "helper/desk", waiting, then={"ActFor": lambda _viewer, _path: "/helper"}),
        "/my/mandates": Form(site, "helper/mandates"),
    }
