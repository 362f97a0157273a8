"""Open data as files, made of what the interface answers to anybody: nothing is in them that is not public there.

``/open-data/ocds.jsonl`` (a release a line), ``/open-data/ocds/CODE.json`` (a package), ``/open-data/catalogue.csv``.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import orjson
import strawberry
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from market import db
from schema.context import Context
from web.exports import files
from web.logs import AT_ONCE, BUSY
from web.opendata import ocds
from web.refusals import respond

FOLDER = Path(__file__).parent
PROJECTS = (FOLDER / "projects.graphql").read_text(encoding="utf-8")
ITEMS = (FOLDER / "items.graphql").read_text(encoding="utf-8")

COLUMNS = (
    *("code", "nameZh", "nameEn", "itemClass", "payer", "sector", "approvalItem", "departments", "legalBasis"),
    *("timeLimitWorkingDays", "priceMode", "priceCap", "qualification", "selfPreparation", "validFrom"),
)

Lines = Callable[[], AsyncIterator[bytes]]


class OpenData:
    """The files of one application. ``origin``: of the public site, "" while developing."""

    def __init__(self, schema: strawberry.Schema, origin: str) -> None:
        self.schema, self.origin, self.under_way = schema, origin, 0

    def routes(self) -> list[Route]:
        """The addresses."""
        return [
            Route("/open-data/ocds.jsonl", self.releases, methods=["GET"]),
            Route("/open-data/ocds/{code}.json", self.package, methods=["GET"]),
            Route("/open-data/catalogue.csv", self.catalogue, methods=["GET"]),
        ]

    async def releases(self, request: Request) -> Response:
        """All published projects, the newest first."""
        return self._streamed(request, self._releases, "ocds.jsonl", "application/x-ndjson; charset=utf-8")

    async def catalogue(self, request: Request) -> Response:
        """Today's list, for spreadsheets and programs alike."""
        listed = files.Listed("catalogue", await db.now(), (), COLUMNS, self._rows())
        return self._streamed(request, lambda: files.chunks("csv", listed), "catalogue.csv", files.MEDIA["csv"])

    async def package(self, request: Request) -> Response:
        """One project as a release package."""
        data = await self._asked(PROJECTS, code=request.path_params["code"], one=True)
        if data["project"] is None:
            raise HTTPException(404)
        release = ocds.release(data["project"])
        origin = self.origin or str(request.base_url).rstrip("/")
        package = ocds.package(f"{origin}/open-data/ocds/{data['project']['code']}.json", release["date"], [release])
        return Response(orjson.dumps(package), 200, {"Cache-Control": "no-cache"}, "application/json")

    def _streamed(self, request: Request, lines: Lines, name: str, media: str) -> Response:
        if self.under_way >= AT_ONCE:
            return respond(BUSY, request.scope)
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-cache"}
        return StreamingResponse(self._counted(lines), 200, headers, media)

    async def _counted(self, lines: Lines) -> AsyncIterator[bytes]:
        self.under_way += 1
        try:
            async for chunk in lines():
                yield chunk
        finally:
            self.under_way -= 1

    async def _releases(self) -> AsyncIterator[bytes]:
        async for nodes in self._pages(PROJECTS, "projects"):
            yield b"".join(orjson.dumps(ocds.release(node)) + b"\n" for node in nodes)

    async def _rows(self) -> AsyncIterator[Sequence[Sequence[files.Cell]]]:
        async for nodes in self._pages(ITEMS, "serviceItems"):
            yield [_row(node) for node in nodes]

    async def _pages(self, document: str, name: str) -> AsyncIterator[list[dict[str, Any]]]:
        """Page after page, each asked anew: a long list is never in memory."""
        after: str | None = None
        while True:
            listed = (await self._asked(document, after=after))[name]
            if listed["edges"]:
                yield [edge["node"] for edge in listed["edges"]]
            if not listed["pageInfo"]["hasNextPage"]:
                return
            after = listed["pageInfo"]["endCursor"]

    async def _asked(self, document: str, **variables: Any) -> dict[str, Any]:
        answer = await self.schema.execute(document, variables, context_value=Context())
        if answer.errors:
            raise answer.errors[0]
        return dict(answer.data or {})


def _row(item: dict[str, Any]) -> list[files.Cell]:
    """One line of the list; several departments with spaces between."""
    departments = " ".join(department["nameZh"] for department in item["departments"])
    flat = item | {"payer": item["payer"]["kind"], "sector": item["sector"]["code"], "departments": departments}
    return [None if flat[name] is None else str(flat[name]) for name in COLUMNS]
