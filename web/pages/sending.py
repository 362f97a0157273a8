"""A page that changes something: one stored mutation, sent as a form, and the template that tells what came of it."""

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry
from graphql import OperationType
from starlette.datastructures import QueryParams
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from schema.context import Context
from web.pages.engine import Ask, Page
from web.pages.operation import Variables
from web.pages.reader import Reader

Identify = Callable[[HTTPConnection, str | None], Awaitable[Any]]
"""Who asks, from a connection (``web.auth.tokens``): pages have no sign-in yet, so anonymous, with an address to count by."""


class Sending(Page):
    """POST only; forms of other sites are refused by the guard, whole bodies within its limits arrive here."""

    kind = OperationType.MUTATION

    def __init__(self, schema: strawberry.Schema, name: str, identify: Identify, ask: Ask | None = None) -> None:
        super().__init__(schema, name, ask=ask)
        self.identify = identify

    def route(self, path: str) -> Route:
        """Nothing is changed by a link."""
        return Route(path, self.serve, name=self.name, methods=["POST"])

    async def given(self, request: Request) -> QueryParams:
        """The form's fields. What is no text is replaced; the schema refuses what makes no sense."""
        return QueryParams((await request.body()).decode("utf-8", "replace"))

    async def context(self, request: Request, reader: Reader) -> Context:
        """With the sender's address."""
        context = reader.context()
        context.actor = await self.identify(request, None)
        return context

    def explorer(self, variables: Variables) -> str | None:
        """None: what was sent is in no address."""
        return None

    def answer(self, request: Request, body: str) -> Response:
        """Never kept: it may hold a receipt."""
        return HTMLResponse(body, headers={"Cache-Control": "no-store"})
