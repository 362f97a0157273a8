"""One page = one stored GraphQL operation + one template, run in process with the viewer's own permissions."""

import hashlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import strawberry
from graphql import GraphQLError, OperationType
from starlette.datastructures import QueryParams
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from schema.context import Context
from web.pages import templates
from web.pages.operation import Operation, Variables
from web.pages.reader import Reader

View = Callable[[dict[str, Any], Variables], dict[str, Any]]
"""What a template needs beyond the data: made from the data and the variables, nothing else."""

Ask = Callable[[Variables], Variables]
"""What becomes of the variables that the address gives."""

Identify = Callable[[HTTPConnection, str | None], Awaitable[Any]]

_FRESH = {"Cache-Control": "private, max-age=0, must-revalidate", "Vary": "X-Part, Cookie, Accept-Language"}
_log = logging.getLogger(__name__)


class Refused(Exception):
    """The page cannot be shown: ``status`` says which page stands in for it, ``reason`` what the reader can mend,
    ``reference`` where the log has the fault."""

    def __init__(self, status: int, reason: str = "", reference: str = "") -> None:
        super().__init__(status, reason, reference)
        self.status, self.reason, self.reference = status, reason, reference


@dataclass(frozen=True)
class Site:
    """What every page is made with. ``identify``: who asks, from a connection (``web.auth.tokens``); ``origin``: the public one,
    printed on paper, "" while developing."""

    schema: strawberry.Schema
    identify: Identify
    origin: str = ""


class Page:
    """A document and a template of the same name (``folder/name``). Raises BadDocument when they do not fit the schema."""

    kind = OperationType.QUERY
    must_exist = True
    """What is asked for and is not there is a page that does not exist."""

    def __init__(self, site: Site, name: str, view: View | None = None, ask: Ask | None = None) -> None:
        self.site, self.name, self.view, self.ask = site, name, view, ask
        text = (templates.FOLDER / f"{name}.graphql").read_text(encoding="utf-8")
        self.operation = Operation.compile(site.schema._schema, text, self.kind)

    def route(self, path: str) -> Route:
        """The page at its address."""
        return Route(path, self.serve, name=self.name)

    async def serve(self, request: Request) -> Response:
        """GET: the page, or the one part that ``X-Part`` names; 304 when the reader has it already."""
        reader = Reader.of(request)
        variables = self.operation.variables(request.path_params, await self.given(request))
        variables = self.ask(variables) if self.ask else variables
        try:
            data = await self._data(variables, await self.context(request, reader))
            body = await self.body(request, reader, data, variables)
        except Refused as refused:
            return problem(request, refused)
        except Exception as error:  # the boundary: a reader gets a page, the log the traceback
            return failed(request, error)
        response = self.answer(request, body)
        reader.remember(response, secure=request.url.scheme == "https")
        return response

    async def given(self, request: Request) -> QueryParams:
        """What the reader asks for."""
        return request.query_params

    async def context(self, request: Request, reader: Reader) -> Context:
        """For whom the operation runs: anybody."""
        return reader.context()

    async def body(self, request: Request, reader: Reader, data: dict[str, Any], variables: Variables) -> str | bytes:
        """What is shown of the data."""
        return self._render(request, reader, data, variables)

    def answer(self, request: Request, body: str | bytes) -> Response:
        """The page, or that it has not changed."""
        return fresh(request, body)

    def explorer(self, variables: Variables) -> str | None:
        """Where the page's own question can be asked of the interface."""
        return templates.explorer(self.operation.text, variables)

    async def _data(self, variables: Variables, context: Context) -> dict[str, Any]:
        result = await self.site.schema.execute(
            self.operation.text, variables, context_value=context, operation_name=self.operation.name
        )
        if result.errors:
            raise _refusal(result.errors[0])
        data: dict[str, Any] = result.data or {}
        if self.must_exist and None in data.values():
            raise Refused(404)
        return data

    def _render(self, request: Request, reader: Reader, data: dict[str, Any], variables: Variables) -> str:
        template = templates.environment(reader.lang).get_template(f"{self.name}.html")
        view = _frame(request, reader) | data | {"asked": variables, "explorer": self.explorer(variables)}
        view |= self.view(data, variables) if self.view else {}
        part = request.headers.get("x-part")
        if part is None:
            return template.render(view)
        if part not in templates.parts(template):
            raise Refused(400)
        return templates.render_part(template, part, view)


def problem(request: Request, refused: Refused) -> Response:
    """The page that stands in for another."""
    reader = Reader.of(request)
    template = templates.environment(reader.lang).get_template("problem.html")
    view = _frame(request, reader) | {"refused": refused, "explorer": None}
    return HTMLResponse(template.render(view), refused.status)


def failed(request: Request, error: Exception) -> Response:
    """The 500 page, with a reference under which the log has the traceback."""
    reference = secrets.token_hex(4)
    _log.error("reference %s, page %s", reference, request.url.path, exc_info=error)
    return problem(request, Refused(500, reference=reference))


def _refusal(error: GraphQLError) -> Refused:
    """What the reader can mend is said in the reader's language; a value that does not fit its variable names no field of ours."""
    facts = error.extensions or {}
    if facts.get("code") == "BAD_USER_INPUT":
        return Refused(400, error.message if error.path else "")
    return Refused(500, reference=str(facts.get("reference", "")))


def _frame(request: Request, reader: Reader) -> dict[str, Any]:
    """What the frame of every page needs."""
    return {
        "big": reader.big,
        "path": request.url.path,
        "address": lambda **changes: templates.address(request.url, **changes),
    }


def fresh(request: Request, body: str | bytes, more: Mapping[str, str] = MappingProxyType({})) -> Response:
    """The body with its tag, or 304. The tag is weak: compression changes the bytes, not the page."""
    data = body.encode() if isinstance(body, str) else body
    headers = {**_FRESH, **more, "ETag": f'W/"{hashlib.blake2b(data, digest_size=12).hexdigest()}"'}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return HTMLResponse(data, headers=headers)
