"""The web face: server-rendered pages over the public schema (ui.md §2)."""

from typing import Protocol

import strawberry
from starlette.routing import BaseRoute

from web.pages import assets, charges, notices, services, verify
from web.pages.engine import Page
from web.pages.sending import Asking, Identify, Sending


class Documents(Protocol):
    """Where stored documents are kept (``web.documents``)."""

    def register(self, text: str) -> str:
        """Store a document, by its hash."""
        ...


def routes(schema: strawberry.Schema, documents: Documents, identify: Identify, origin: str = "") -> list[BaseRoute]:
    """All pages and their files; ``origin``: the public one, printed on paper. Raises BadDocument when a page does not fit the schema."""
    pages = {
        "/": Page(schema, "home"),
        "/services": Page(schema, "services", services.pages),
        "/services/{code}": Page(schema, "service"),
        "/who-pays": Page(schema, "charge", ask=charges.ask),
        "/who-pays/complaint": Sending(schema, "complaint", identify, charges.amount_as_typed),
        "/who-pays/receipt": Asking(schema, "receipt", identify),
        "/projects/{code}/notice.pdf": notices.Notice(schema, origin),
        "/verify": verify.Lookup(schema, "verify", verify.transcript, verify.ask),
        "/verify/log": Page(schema, "verify_log"),
    }
    for page in pages.values():
        documents.register(page.operation.text)
    return [*assets.routes(), *(page.route(path) for path, page in pages.items())]
