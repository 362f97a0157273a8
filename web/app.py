"""The application: guard, API, pages, health."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import strawberry
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from market import db
from schema.labels import N_
from schema.schema import schema as market_schema
from web import auctions, documents, exports, graphiql, logs, opendata, pages, startup, uploads, verifying
from web.auth.cookies import SessionCookie
from web.auth.tokens import identify
from web.graphql import GraphQLApi
from web.guard import Guard
from web.pages import engine
from web.refusals import Refusal, respond
from web.settings import Settings

log = logging.getLogger("market")

_METHOD = Refusal(405, "METHOD_NOT_ALLOWED", N_("这个网址不接受此种请求方法。"))
_FAILED = Refusal(500, "INTERNAL_SERVER_ERROR", N_("服务器出错，本次请求没有完成。请稍后重试。"))


def create_app(settings: Settings, schema: strawberry.Schema = market_schema) -> ASGIApp:
    """Everything behind the guard. The database is connected by the lifespan. Raises BadDocument when a page does not fit."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with startup.running(settings):
            yield

    session = SessionCookie(settings.public_origin)
    api = GraphQLApi(schema, settings, identify)
    app = Starlette(
        routes=[
            Route("/graphql", api),
            WebSocketRoute("/graphql", api),
            *(graphiql.routes() if settings.introspection else []),
            *uploads.routes(session.caller),
            *exports.routes(session.caller),
            *verifying.routes(),
            *logs.routes(),
            *opendata.OpenData(schema, settings.public_origin).routes(),
            *auctions.routes(schema),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            *pages.routes(pages.Site(schema, session, settings.public_origin), documents),
        ],
        middleware=[Middleware(GZipMiddleware, minimum_size=1000, compresslevel=6)],
        exception_handlers={HTTPException: refused, Exception: failed},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # a redirect would repeat the Host that the client sent
    return Guard(app, settings.public_origin)


async def healthz(_request: Request) -> Response:
    """The process is alive."""
    return PlainTextResponse("ok\n")


async def readyz(_request: Request) -> Response:
    """The database answers; 503 until it does."""
    try:
        await db.connection().execute_query("SELECT 1")
    except Exception:
        log.exception("not ready")
        return PlainTextResponse("database\n", 503)
    return PlainTextResponse("ok\n")


async def refused(request: Request, error: Exception) -> Response:
    """No such address, or not with this method."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    if error.status_code == 405 and "text/html" not in request.headers.get("accept", ""):
        return respond(replace(_METHOD, headers=error.headers or {}), request.scope)
    page = engine.problem(engine.stranger(request), engine.Refused(error.status_code))
    page.headers.update(error.headers or {})
    return page


async def failed(request: Request, error: Exception) -> Response:
    """A defect. The reader is told that it is one, the log has the rest."""
    if request.url.path == "/graphql":
        log.error("the API failed", exc_info=error)
        return respond(_FAILED, request.scope)
    return engine.failed(request, error)
