"""The pages in this process, over the test's own database, as somebody in particular reads them."""

import re
from dataclasses import dataclass

import httpx
from starlette.applications import Starlette
from starlette.requests import HTTPConnection

from market.actors import Actor
from schema.schema import schema
from web import documents, pages
from web.auth.cookies import SessionCookie
from web.pages.operation import Document


class _As(SessionCookie):
    """A session that is always this actor's."""

    def __init__(self, actor: Actor) -> None:
        super().__init__()
        self.actor = actor

    async def visitor(self, _connection: HTTPConnection) -> Actor:
        return self.actor


@dataclass(frozen=True)
class _Short(pages.Site):
    """``rows``: how many each list shows, instead of its own number."""

    rows: int = 0

    def document(self, name: str) -> Document:
        known = super().document(name)
        text = re.sub(r"\bfirst: \d+", f"first: {self.rows}", known.text)
        return Document.compile(self.schema._schema, text) if self.rows else known


def inside(actor: Actor, rows: int = 0) -> httpx.AsyncClient:
    """A reader; a list that is longer than ``rows`` goes on on another page."""
    app = Starlette(routes=pages.routes(_Short(schema, _As(actor), rows=rows), documents))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://inside.example")
