"""The web face: server-rendered pages over the public schema (ui.md §2)."""

from typing import Protocol

import strawberry
from starlette.routing import BaseRoute

from web.pages import assets, charges, services
from web.pages.engine import Page


class Documents(Protocol):
    """Where stored documents are kept (``web.documents``)."""

    def register(self, text: str) -> str:
        """Store a document, by its hash."""
        ...


def routes(schema: strawberry.Schema, documents: Documents) -> list[BaseRoute]:
    """All pages and their files. Raises BadDocument when a page does not fit the schema."""
    pages = {
        "/": Page(schema, "home"),
        "/services": Page(schema, "services", services.pages),
        "/services/{code}": Page(schema, "service"),
        "/who-pays": Page(schema, "charge", charges.complain, charges.ask),
    }
    for page in pages.values():
        documents.register(page.operation.text)
    return [*assets.routes(), *(page.route(path) for path, page in pages.items())]
