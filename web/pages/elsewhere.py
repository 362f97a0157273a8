"""A form that was opened for one party and is sent by somebody who acts for another by then: what is said, and the ways on."""

from typing import Any

from starlette.responses import HTMLResponse, Response

from web.pages import acting, templates
from web.pages.engine import Refused, SignedOut, Site, Visit
from web.pages.typed import Typed, kept, pressed


async def refused(site: Site, visit: Visit, typed: Typed) -> Response:
    """409: for whom it was opened, for whom it would be; all that was typed is kept. Raises SignedOut when nobody is there any more."""
    if visit.viewer is None:
        raise SignedOut
    button, operation = pressed(typed)
    view: dict[str, Any] = {
        "whom": await _opened_for(site, visit, typed[acting.FIELD]),
        "nobody": typed[acting.FIELD] == acting.NOBODY,
        "typed": kept(typed),
        "button": button,
        "operation": operation,
        "explorer": None,
    }
    template = templates.environment(visit.reader.lang).get_template("elsewhere.html")
    return HTMLResponse(template.render(visit.frame() | view), 409, {"Cache-Control": "no-store"})


async def returned(site: Site, visit: Visit, mark: str) -> Visit:
    """Acting for whom the form was opened, or signed out when it was opened by nobody. Raises Refused (403) where that cannot be."""
    if mark == acting.NOBODY:
        await _do(site, visit, "SignOut", {})
        return await Visit.of(visit.request, site)
    place = await _opened_for(site, visit, mark)
    if place is None:
        raise Refused(403)
    whom = {"organisationCode": place.code} | ({"onBehalfOf": place.behalf} if place.behalf else {})
    done = await _do(site, visit, "ActFor", {"input": whom})
    if "message" in done["actFor"]:
        raise Refused(403, done["actFor"]["message"])
    return await Visit.of(visit.request, site)


async def _opened_for(site: Site, visit: Visit, mark: str) -> acting.Place | None:
    viewer = (await _do(site, visit, "Places", {}))["viewer"]
    return acting.opened_for(mark, viewer) if viewer else None


async def _do(site: Site, visit: Visit, operation: str, variables: dict[str, Any]) -> dict[str, Any]:
    context = visit.context()
    told = await site.schema.execute(site.acting.text, variables, context_value=context, operation_name=operation)
    if told.errors:
        raise SignedOut
    return told.data or {}
