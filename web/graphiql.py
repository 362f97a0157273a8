"""GraphiQL from our own files: strawberry's page, whose integrity hashes prove the copies under ``static/graphiql``."""

import base64
import gzip
import hashlib
import re
from functools import cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from strawberry.http.ides import get_graphql_ide_html

FOLDER = Path(__file__).parent / "static" / "graphiql"
PREFIX = "/static/graphiql/"
CDN = "https://unpkg.com/"
_CHANGES = {
    CDN: PREFIX,
    'window.location.href.split("?")[0]': 'new URL("/graphql", window.location.href).href',
    "shouldPersistHeaders: true": "shouldPersistHeaders: false",  # a token must not stay behind on a shared machine
    "<html>": '<html lang="en">',
    "Strawberry GraphiQL": "GraphiQL · 中介超市接口",
}
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_FILES = {path.relative_to(FOLDER).as_posix(): path for path in FOLDER.rglob("*") if path.suffix in _TYPES}


@cache
def page() -> str:
    """The page's HTML. Raises ValueError when strawberry's page has changed, so that the changes no longer apply."""
    html = get_graphql_ide_html("graphiql")
    for old, new in _CHANGES.items():
        if old not in html:
            raise ValueError(f"strawberry's GraphiQL page no longer has {old!r}")
        html = html.replace(old, new)
    return html


@cache
def policy() -> str:
    """Its own Content-Security-Policy: the one inline script by its hash; the editor makes style elements as it goes."""
    scripts = re.findall(r"<script>(.*?)</script>", page(), re.DOTALL)
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts)
    return (
        f"default-src 'none'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


async def serve_page(_request: Request) -> Response:
    """The page; ``?q=`` and ``&variables=`` fill it in."""
    return HTMLResponse(page(), headers={"Content-Security-Policy": policy(), "Cache-Control": "no-cache"})


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress(_FILES[name].read_bytes(), 9, mtime=0)


async def serve_file(request: Request) -> Response:
    """A file of the page. The version is in its path, so it never changes."""
    name = request.path_params["name"]
    if name not in _FILES:
        raise HTTPException(404)
    path = _FILES[name]
    headers = {"Vary": "Accept-Encoding", "Cache-Control": "public, max-age=31536000, immutable"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(await run_in_threadpool(_compressed, name), media_type=_TYPES[path.suffix], headers=headers)
    return Response(await run_in_threadpool(path.read_bytes), media_type=_TYPES[path.suffix], headers=headers)


def routes() -> list[Route]:
    """The page and its files."""
    return [Route("/graphiql", serve_page), Route(PREFIX + "{name:path}", serve_file)]
