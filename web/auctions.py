"""Auctions outside of GraphQL: ``GET /auctions/CODE/events`` as server-sent events, ``GET /auctions/CODE/audit.json`` at the end.

The stream is the subscription of the schema, for browsers and for tools that speak plain HTTP: ``id`` is the event's number, so a
client that reconnects (``Last-Event-ID``) misses nothing. A comment every ``streams.BEAT_S`` seconds shows that it lives.
"""

from contextlib import aclosing

import orjson
import strawberry
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from market.actors import ANONYMOUS
from market.auctions import read
from market.errors import NotFound
from schema.auctions import NO_EVENT, event_number
from schema.context import Context
from schema.labels import N_
from web import i18n, streams
from web.refusals import JSON, Refusal, language, respond

NO_AUCTION = Refusal(404, "NOT_FOUND", N_("没有这个项目的竞价，或竞价尚未公布。"))
NOT_ENDED = Refusal(409, "NOT_DONE", N_("竞价还没有结束，结束后才能下载审计文件。"), {"Retry-After": "30"})
BAD_EVENT = Refusal(400, "BAD_USER_INPUT", NO_EVENT)

EVENTS = """subscription AuctionLive($code: String!, $after: ID) { auctionEvents(projectCode: $code, after: $after) {
  id kind at dueAt serverTime stage roundNumber turn beginsAt closesAt made { alias amount } order
  board { rank alias amount bidderCode } } }"""


def routes(schema: strawberry.Schema) -> list[BaseRoute]:
    """The two addresses."""
    auctions = Auctions(schema)
    return [
        Route("/auctions/{code}/events", auctions.events, methods=["GET"]),
        Route("/auctions/{code}/audit.json", auctions.audit, methods=["GET"]),
    ]


class Auctions:
    """The endpoints of one application."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self.schema = schema

    async def events(self, request: Request) -> Response:
        """The stream; 404 until the auction is announced."""
        given = request.headers.get("last-event-id") or request.query_params.get("after")
        try:
            auction = await read.auction_of(ANONYMOUS, request.path_params["code"])
        except NotFound:
            return respond(NO_AUCTION, request.scope)
        if not _known(given, auction.last_event):
            return respond(BAD_EVENT, request.scope)
        lang = language(request.scope)
        context = Context(lang=lang, translate=lambda text: i18n.translate(lang, text))
        frames = self._frames({"code": auction.project.code, "after": given}, context)
        return streams.answer(request, frames)

    async def _frames(self, values: dict[str, object], context: Context) -> streams.Frames:
        async with aclosing(await self.schema.subscribe(EVENTS, values, context)) as results:
            async for result in results:
                if not result.data:
                    return
                event = result.data["auctionEvents"]
                yield b"id: %s\nevent: auction\ndata: %s\n\n" % (event["id"].encode(), orjson.dumps(event))

    async def audit(self, request: Request) -> Response:
        """The audit file of an auction that has ended, as an attachment; its SHA-256 stands in the log."""
        try:
            auction = await read.auction_of(ANONYMOUS, request.path_params["code"])
        except NotFound:
            return respond(NO_AUCTION, request.scope)
        if auction.ended_at is None:
            return respond(NOT_ENDED, request.scope)
        headers = {"Content-Disposition": f'attachment; filename="auction-{auction.project.code}.json"'}
        return Response(read.canonical_audit(await read.audit(auction)), 200, headers, JSON)


def _known(given: str | None, last: int) -> bool:
    number = 0 if given is None else event_number(given)
    return number is not None and number <= last
