"""Coming in and going out: the door, one-time links, for whom one acts."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web.addresses import is_own
from web.pages.engine import Page, Site, Visit
from web.pages.forms import Form
from web.pages.operation import Operation, Variables
from web.pages.roles import RoleForm
from web.pages.sending import Sending
from web.pages.typed import Typed

DESKS = {"REGULATOR": "/supervision", "OPERATOR": "/operation", "HELPER": "/helper", "INTERMEDIARY": "/my/quotes"}
"""Role → where its work lies; that of applicants and agencies is at ``/my``."""


def desk(roles: list[str]) -> str:
    """Where somebody with these roles begins."""
    return next((path for role, path in DESKS.items() if role in roles), "/my")


class SignIn(Form):
    """Sets the session's cookie, a new one each time; a session that the browser still had is ended."""

    async def do(self, visit: Visit, operation: Operation, typed: Typed, given: Variables) -> Response:
        """Also ends the older one, once the new one has begun."""
        response = await super().do(visit, operation, typed, given)
        if visit.viewer and response.status_code == 303:
            await self.executed(visit, self.mutations["SignOut"], {})
        return response

    async def answered(self, visit: Visit) -> Response:
        """Who has signed in already is led on."""
        if visit.viewer and visit.request.method == "GET":
            return RedirectResponse(onward(visit.request, visit.viewer["roles"]), 303)
        return await super().answered(visit)

    def went_well(self, visit: Visit, operation: Operation, result: dict[str, Any]) -> Response:
        """On to where the reader wanted to go, or to its desk."""
        response = RedirectResponse(onward(visit.request, result["viewer"]["roles"]), 303)
        self.site.session.set(response, result["token"], result["expiresAt"])
        return response


class Avoidances(RoleForm):
    """The avoidance list for the two sides; the supervisors have it among their own pages, too."""

    roles = frozenset({"AGENCY", "INTERMEDIARY", "REGULATOR", "OPERATOR"})


class SignOut(Sending):
    """The session ends here and on the server."""

    async def answered(self, visit: Visit) -> Response:
        """Also where it had ended already."""
        if visit.viewer:
            await self.executed(visit, self.operation, {})
        response = RedirectResponse("/", 303)
        self.site.session.clear(response)
        return response


def onward(request: Request, roles: list[str]) -> str:
    """``next`` when it is an address of this site, else the desk."""
    wanted = request.query_params.get("next", "")
    return wanted if is_own(wanted) and wanted != "/" else desk(roles)


def pages(site: Site) -> dict[str, Page]:
    """Address → page. Raises BadDocument."""
    return {
        "/sign-in": SignIn(site, "account/sign_in", signed_in=False),
        "/sign-out": SignOut(site, "account/sign_out"),
        "/acting": Form(site, "account/acting", then={"ActFor": lambda viewer, _path: desk(viewer["roles"])}),
        "/my/avoidances": Avoidances(site, "account/avoidances"),
        "/access": Form(site, "account/access", signed_in=False, then={"RedeemAccessLink": lambda _done, _path: "/sign-in"}),
    }
