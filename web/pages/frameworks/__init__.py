"""Framework agreements: what they say and who is in them, for everybody; entering, deciding and reviewing on the same page."""

from typing import Any

from web.pages.engine import Page, Site
from web.pages.forms import Form
from web.pages.frameworks import views
from web.pages.public import lists
from web.pages.roles import RoleForm


class Posting(RoleForm):
    """For those who may set one up."""

    roles = frozenset({"AGENCY", "OPERATOR"})


def _posted(framework: dict[str, Any], _path: Any) -> str:
    return f"/frameworks/{framework['code']}"


def pages(site: Site) -> dict[str, Page]:
    """Address → page. Raises BadDocument."""
    return {
        "/frameworks": Page(site, "frameworks/list", lists.numbered("frameworks")),
        "/frameworks/new": Posting(site, "frameworks/post", then={"PostFramework": _posted}),
        "/frameworks/{code}": Form(site, "frameworks/framework", views.shown, signed_in=False),
    }
