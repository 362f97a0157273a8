"""Style, script and picture of the pages: in memory, compressed once, immutable under the hash of their content."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_FOLDER = Path(__file__).parent.parent / "static"
_TYPES = {
    "site.css": "text/css; charset=utf-8",
    "own.css": "text/css; charset=utf-8",
    "site.js": "text/javascript; charset=utf-8",
    "verify.js": "text/javascript; charset=utf-8",
    "verify-log.js": "text/javascript; charset=utf-8",
    "verify-receipt.js": "text/javascript; charset=utf-8",
    "quote.js": "text/javascript; charset=utf-8",
    "auction.js": "text/javascript; charset=utf-8",
    "mark.svg": "image/svg+xml",
}
_JOINED = {"site.js": ("site.js", "part.js"), "quote.js": ("nonce.js", "keep.js")}
"""What a page loads together comes as one file: a request costs more than its bytes."""
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file, plain and compressed."""

    digest: str
    plain: bytes
    compressed: bytes


@cache
def _asset(name: str) -> Asset:
    plain = b"\n".join((_FOLDER / part).read_bytes() for part in _JOINED.get(name, (name,)))
    return Asset(hashlib.blake2b(plain, digest_size=6).hexdigest(), plain, gzip.compress(plain, 9, mtime=0))


def url(name: str) -> str:
    """The address of the file as it is now."""
    return f"/assets/{_asset(name).digest}/{name}"


async def serve(request: Request) -> Response:
    """The file. A page of another release, still open somewhere, gets today's file, but does not keep it."""
    name = request.path_params["name"]
    if name not in _TYPES:
        raise HTTPException(404)
    asset = _asset(name)
    headers = {"Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    headers["Cache-Control"] = _FOREVER if request.path_params["digest"] == asset.digest else "no-cache"
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.compressed, media_type=_TYPES[name], headers=headers | {"Content-Encoding": "gzip"})
    return Response(asset.plain, media_type=_TYPES[name], headers=headers)


def routes() -> list[Route]:
    """Where the files are."""
    return [Route("/assets/{digest}/{name}", serve)]
