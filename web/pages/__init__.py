"""The web face: server-rendered pages over the public schema (ui.md §2). Each folder holds the pages of one kind of reader."""

from typing import Protocol

from starlette.routing import BaseRoute

from web.pages import account, assets, buyer, frameworks, helper, public, running, supervision, supplier
from web.pages.engine import Page, Site

__all__ = ["Site", "routes"]


class Documents(Protocol):
    """Where stored documents are kept (``web.documents``)."""

    def register(self, text: str) -> str:
        """Store a document, by its hash."""
        ...


AREAS = (
    public.pages,
    frameworks.pages,
    account.pages,
    buyer.pages,
    supplier.pages,
    supervision.pages,
    running.pages,
    helper.pages,
)


def routes(site: Site, documents: Documents) -> list[BaseRoute]:
    """All pages and their files. Raises BadDocument when a page does not fit the schema."""
    pages: dict[str, Page] = {}
    for area in AREAS:
        pages |= area(site)
    for page in pages.values():
        documents.register(page.document.text)
    return [*assets.routes(), *(page.route(path) for path, page in pages.items())]
