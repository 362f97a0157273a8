"""The outermost layer: notes when a request arrived, refuses what no page or resolver should have to think about.

Bodies are read to the end here, within limits of size and time (uvicorn, starlette and strawberry have none), so what is
inside never sees half a request. Headers: OWASP ASVS 5.0 3.4; cross-site requests: 3.5, by Fetch Metadata, without tokens.
"""

import asyncio
import re
import time
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.refusals import (
    BAD_ADDRESS,
    BAD_HOST,
    BODY_TOO_LARGE,
    BODY_TOO_SLOW,
    FOREIGN_ORIGIN,
    HEAD_TOO_LARGE,
    Refusal,
    respond,
)

BODY_BYTES = 1_000_000
BODY_S = 10.0
UPLOAD_PATH, UPLOAD_FORM_PATH = "/documents", "/documents/form"
UPLOAD_S = 60.0
"""The bodies that are not read here but streamed (``web/uploads.py``): larger, slower, to signed-in people only."""
HEAD_BYTES = 32 * 1024

_HOST = re.compile(r"(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?", re.ASCII | re.IGNORECASE)
_SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": _CSP,
    "Cache-Control": "no-store",
}
"""For every answer that does not say otherwise itself."""
_HSTS = {"Strict-Transport-Security": "max-age=31536000"}


class _Refused(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class Guard:
    """ASGI middleware around everything. ``origin``: the configured public origin, "" while developing."""

    def __init__(self, app: ASGIApp, origin: str = "", body_s: float = BODY_S) -> None:
        self.app, self.origin, self.body_s = app, origin, body_s
        self.headers = _HEADERS | (_HSTS if origin.startswith("https://") else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sets ``scope["state"]["received_s"]`` (``time.monotonic()``) once all is here, unless the server has noted the last byte."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
            return
        send = self._with_headers(send)
        try:
            check_head(scope, self.origin)
            if scope["path"] in (UPLOAD_PATH, UPLOAD_FORM_PATH):
                await self.app(scope, receive, send)
                return
            body = await self._body(scope, receive)
        except _Refused as refused:
            await respond(refused.refusal, scope)(scope, receive, send)
            return
        if body is not None:
            state.setdefault("received_s", time.monotonic())
            await self.app(scope, _replay(body, receive), send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Strawberry checks the origin of a socket; a bad address is refused as for any request."""
        try:
            _check_address(scope)
        except _Refused:
            await send({"type": "websocket.close", "code": 1008})
            return
        await self.app(scope, receive, send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """All of it, or None when the client has gone."""
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and (len(declared) > 9 or int(declared) > BODY_BYTES):
            raise _Refused(BODY_TOO_LARGE)
        try:
            async with asyncio.timeout(self.body_s):
                return await _read(receive)
        except TimeoutError:
            raise _Refused(BODY_TOO_SLOW) from None

    def _with_headers(self, send: Send) -> Send:
        async def wrapped(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        return wrapped


async def _read(receive: Receive) -> bytes | None:
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > BODY_BYTES:
            raise _Refused(BODY_TOO_LARGE)
        more = message.get("more_body", False)
    return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives the whole body first."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return first.pop() if first else await receive()

    return replayed


def check_head(scope: Scope, origin: str) -> None:
    """Refuses what is wrong before a body is read."""
    _check_address(scope)
    headers = Headers(scope=scope)
    by_cookie = (
        "authorization" not in headers or "cookie" in headers
    )  # a proxy's password is sent with other sites' forms as well
    if scope["method"] not in _SAFE and by_cookie and not _is_own(scope, headers, origin):
        raise _Refused(FOREIGN_ORIGIN)


# budget: one branch per kind of bad address
def _check_address(scope: Scope) -> None:
    raw_path, query = scope.get("raw_path") or scope["path"].encode(), scope.get("query_string", b"")
    if sum(len(name) + len(value) for name, value in scope["headers"]) + len(raw_path) + len(query) > HEAD_BYTES:
        raise _Refused(HEAD_TOO_LARGE)
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]):
        raise _Refused(BAD_HOST)
    for part in (raw_path, query):
        if not _is_text(unquote_to_bytes(part)):
            raise _Refused(BAD_ADDRESS)


def _is_text(data: bytes) -> bool:
    try:
        return "\x00" not in data.decode()
    except UnicodeDecodeError:
        return False


def _is_own(scope: Scope, headers: Mapping[str, str], origin: str) -> bool:
    """Whether an unsafe request comes from this site, or from no browser at all (which brings no cookies it was not given)."""
    site, sent_from = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site in ("same-origin", "none")
    if sent_from is not None:
        return sent_from.lower() == (origin or f"{scope.get('scheme', 'http')}://{headers['host']}".lower())
    return "cookie" not in headers
