"""One page = one stored GraphQL document + one template, run in process with the viewer's own permissions."""

import hashlib
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import strawberry
from graphql import GraphQLError, OperationType
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from schema.context import Context
from web import i18n
from web.auth.cookies import SessionCookie
from web.pages import acting, templates
from web.pages.operation import Document, Operation, Variables
from web.pages.reader import Reader

View = Callable[[dict[str, Any], Variables], dict[str, Any]]
"""What a template needs beyond the data: made from the data and the variables, nothing else."""

Ask = Callable[[Variables], Variables]
"""What becomes of the variables that the address gives."""

SIGN_IN = "/sign-in"
DONE = "done"
"""The cookie that carries the name of what was just done to the page that says so."""

_FRESH = {"Cache-Control": "private, max-age=0, must-revalidate", "Vary": "X-Part, Cookie, Accept-Language"}
_log = logging.getLogger(__name__)


class Refused(Exception):
    """The page cannot be shown: ``status`` says which page stands in for it, ``reason`` what the reader can mend,
    ``reference`` where the log has the fault, ``retry_s`` after how many seconds it may well be shown (0: nobody knows)."""

    def __init__(self, status: int, reason: str = "", reference: str = "", retry_s: int = 0) -> None:
        super().__init__(status, reason, reference)
        self.status, self.reason, self.reference, self.retry_s = status, reason, reference, retry_s


class SignedOut(Exception):
    """This is for people who have signed in."""


@dataclass(frozen=True)
class Site:
    """What every page is made with. ``origin``: the public one, printed on paper, "" while developing."""

    schema: strawberry.Schema
    session: SessionCookie
    origin: str = ""

    def document(self, name: str) -> Document:
        """A stored document. Raises BadDocument when it does not fit the schema."""
        text = (templates.FOLDER / f"{name}.graphql").read_text(encoding="utf-8")
        return Document.compile(self.schema._schema, text)

    @cached_property
    def frame(self) -> Document:
        """What the frame of every page says of who has signed in."""
        return self.document("_frame")

    @cached_property
    def acting(self) -> Document:
        """Whom else one may act for, and the ways there."""
        return self.document("_acting")


@dataclass(frozen=True)
class Visit:
    """One request to a page: who reads it and how. ``viewer``: as the frame's document gives it, None when nobody has signed in.

    ``ended``: somebody had, but not any more. ``origin``: the site's.
    """

    request: Request
    reader: Reader
    actor: Any
    viewer: dict[str, Any] | None = None
    ended: bool = False
    origin: str = ""

    @classmethod
    async def of(cls, request: Request, site: Site) -> "Visit":
        """Who reads, from the cookies."""
        visit = cls(request, Reader.of(request), await site.session.visitor(request), origin=site.origin)
        if visit.actor.is_anonymous:
            return replace(visit, ended=site.session.is_there(request))
        told = await site.schema.execute(site.frame.text, context_value=visit.context())
        return replace(visit, viewer=(told.data or {}).get("viewer"))

    def context(self) -> Context:
        """A fresh one for each operation: what was read before a change is not read again from memory."""
        lang = self.reader.lang
        return Context(actor=self.actor, lang=lang, translate=lambda text: i18n.translate(lang, text))

    def frame(self) -> dict[str, Any]:
        """What the frame of every page needs."""
        url = self.request.url
        return {
            "big": self.reader.big,
            "path": url.path,
            "here": url.path + (f"?{url.query}" if url.query else ""),
            "origin": self.origin or str(self.request.base_url).rstrip("/"),
            "address": lambda **changes: templates.address(url, **changes),
            "me": self.viewer,
            "mark": acting.mark(self.viewer),
            "ended": self.ended,
            "done": self.request.cookies.get(DONE, ""),
        }


class Page:
    """A document and a template of the same name (``folder/name``). Raises BadDocument when they do not fit the schema.

    ``signed_in``: only for people who have signed in; others are led to the door first.
    """

    kind = OperationType.QUERY
    must_exist = True
    """What is asked for and is not there is a page that does not exist."""

    def __init__(
        self, site: Site, name: str, view: View | None = None, ask: Ask | None = None, *, signed_in: bool = False
    ) -> None:
        self.site, self.name, self.view, self.ask, self.signed_in = site, name, view, ask, signed_in
        self.document = site.document(name)
        self.operation: Operation = self.document.only(self.kind)

    def route(self, path: str) -> Route:
        """The page at its address."""
        return Route(path, self.serve, name=self.name)

    async def serve(self, request: Request) -> Response:
        """The page, or the one that stands in for it."""
        try:
            visit = await Visit.of(request, self.site)
            response = await self._served(visit)
        except Exception as error:  # the boundary: a reader gets a page, the log the traceback
            return failed(request, error)
        visit.reader.remember(response, secure=request.url.scheme == "https")
        return response

    async def _served(self, visit: Visit) -> Response:
        try:
            if self.signed_in and visit.actor.is_anonymous:
                raise SignedOut
            return await self.answered(visit)
        except SignedOut:
            return await self.signed_out(visit)
        except Refused as refused:
            return problem(visit, refused)

    async def signed_out(self, visit: Visit) -> Response:
        """To the door, and back here afterwards."""
        return RedirectResponse(door(visit.request), 303)

    async def answered(self, visit: Visit) -> Response:
        """GET: the page, or the one part that ``X-Part`` names; 304 when the reader has it already."""
        variables = self.variables(visit, await self.given(visit.request))
        data = await self.data(visit, variables)
        response = self.answer(visit, await self.body(visit, data, variables))
        if DONE in visit.request.cookies:
            response.delete_cookie(DONE)
        return response

    async def given(self, request: Request) -> QueryParams:
        """What the reader asks for."""
        return request.query_params

    def variables(self, visit: Visit, given: QueryParams) -> Variables:
        """Of the page's operation."""
        variables = self.operation.variables(visit.request.path_params, given)
        return self.ask(variables) if self.ask else variables

    async def data(self, visit: Visit, variables: Variables) -> dict[str, Any]:
        """The answer to the page's operation. Raises Refused, SignedOut."""
        data = await self.executed(visit, self.operation, variables)
        if self.must_exist and None in data.values():
            raise Refused(404)
        return data

    async def executed(self, visit: Visit, operation: Operation, variables: Variables) -> dict[str, Any]:
        """The answer to one operation of the document. Raises Refused, SignedOut."""
        result = await self.site.schema.execute(
            self.document.text, variables, context_value=visit.context(), operation_name=operation.name
        )
        if result.errors:
            raise _refusal(result.errors[0])
        return result.data or {}

    async def body(self, visit: Visit, data: dict[str, Any], variables: Variables) -> str | bytes:
        """What is shown of the data."""
        return self.render(visit, data, variables)

    def answer(self, visit: Visit, body: str | bytes) -> Response:
        """The page, or that it has not changed; somebody's own pages are kept by nobody."""
        if visit.viewer:
            return HTMLResponse(body, headers={"Cache-Control": "no-store"})
        return fresh(visit.request, body)

    def explorer(self, variables: Variables) -> str | None:
        """Where the page's own question can be asked of the interface."""
        return templates.explorer(self.document.text, variables)

    def render(
        self, visit: Visit, data: dict[str, Any], variables: Variables, more: Mapping[str, Any] = MappingProxyType({})
    ) -> str:
        """The page, or the one part that is asked for. Raises Refused."""
        template = templates.environment(visit.reader.lang).get_template(f"{self.name}.html")
        view = visit.frame() | data | {"asked": variables, "explorer": self.explorer(variables)} | dict(more)
        view |= self.view(data, variables) if self.view else {}
        part = visit.request.headers.get("x-part")
        if part is None:
            return acting.bound(template.render(view), visit.viewer)
        if part not in templates.parts(template):
            raise Refused(404)
        return acting.bound(templates.render_part(template, part, view), visit.viewer)


def door(request: Request) -> str:
    """The address of the door, with the way back."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{SIGN_IN}?{urlencode({'next': here})}"


def problem(visit: Visit, refused: Refused) -> Response:
    """The page that stands in for one that cannot be shown."""
    template = templates.environment(visit.reader.lang).get_template("problem.html")
    headers = {"Retry-After": str(refused.retry_s)} if refused.retry_s else {}
    return HTMLResponse(template.render(visit.frame() | {"refused": refused, "explorer": None}), refused.status, headers)


def stranger(request: Request) -> Visit:
    """A visit of which only the request is known: whatever failed, the page that says so needs no database."""
    return Visit(request, Reader.of(request), None)


def failed(request: Request, error: Exception) -> Response:
    """The 500 page, with a reference under which the log has the traceback."""
    reference = secrets.token_hex(4)
    _log.error("reference %s, page %s", reference, request.url.path, exc_info=error)
    return problem(stranger(request), Refused(500, reference=reference))


def _refusal(error: GraphQLError) -> Exception:
    """What the reader can mend is said in the reader's language; a value that does not fit its variable names no field of ours."""
    facts = error.extensions or {}
    code = facts.get("code")
    if code == "UNAUTHENTICATED":
        return SignedOut()
    if code == "FORBIDDEN":
        return Refused(403, error.message)
    if code == "BAD_USER_INPUT":
        return Refused(400, error.message if error.path else "")
    return Refused(500, reference=str(facts.get("reference", "")))


def fresh(request: Request, body: str | bytes, more: Mapping[str, str] = MappingProxyType({})) -> Response:
    """The body with its tag, or 304. The tag is weak: compression changes the bytes, not the page."""
    data = body.encode() if isinstance(body, str) else body
    headers = {**_FRESH, **more, "ETag": f'W/"{hashlib.blake2b(data, digest_size=12).hexdigest()}"'}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return HTMLResponse(data, headers=headers)
