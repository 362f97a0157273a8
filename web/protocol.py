"""uvicorn's HTTP protocol with an end to patience: a slow or silent client loses its connection (uvicorn 0.54 would wait)."""

import asyncio
import time
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from web.guard import BODY_S, HEAD_BYTES, UPLOAD_PATH, UPLOAD_S

HEAD_S = 10.0
GRACE_S = 2.0
"""The guard answers 408 first; this is for bodies that nobody reads."""


class TimedHttp(HttpToolsProtocol):
    """The head must arrive within HEAD_S and 32 KB, the body within BODY_S after it. Notes when a request's last byte came."""

    _deadline: asyncio.TimerHandle | None = None
    _head_bytes: int | None = 0
    """How much of an unfinished head has come; None while a body is coming or an answer is made."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the base class
        """The clock runs from the connection on: who says nothing is closed, too."""
        super().connection_made(transport)
        self._arm(HEAD_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing left to time."""
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Counts an unfinished head."""
        super().data_received(data)
        if self._head_bytes is None or self.transport.is_closing():
            return
        if self._deadline is None:
            self._arm(HEAD_S)  # blank lines before a request are not a request yet
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES:
            self._refuse(431)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._head_bytes = 0
        if self._deadline is None:
            self._arm(HEAD_S)

    def on_headers_complete(self) -> None:
        """From here on the body is timed."""
        self._head_bytes = None
        patience_s = UPLOAD_S if self.url.split(b"?")[0] == UPLOAD_PATH.encode() else BODY_S
        self._arm(patience_s + GRACE_S)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is here, to its last byte: deadlines of quotes are judged by this moment, not by a first byte sent ahead.

        The next one has its own time, which runs already if this one was answered unread.
        """
        state: dict[str, Any] = self.scope["state"]
        state["received_s"] = time.monotonic()
        self._disarm()
        super().on_message_complete()
        if self.cycle is not None and self.cycle.response_complete:
            self._head_bytes = 0
            self._arm(HEAD_S)

    def on_response_complete(self) -> None:
        """What comes now is a new head."""
        super().on_response_complete()
        if self._deadline is None:
            self._head_bytes = 0

    def handle_websocket_upgrade(self) -> None:
        """A socket has its own rules."""
        self._disarm()
        super().handle_websocket_upgrade()

    def _arm(self, seconds: float) -> None:
        self._disarm()
        self._deadline = self.loop.call_later(seconds, self._refuse, 408)

    def _disarm(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, status: int) -> None:
        answering = self.cycle is not None and not self.cycle.response_complete
        if not answering and not self.transport.is_closing():
            self.transport.write(STATUS_LINE[status] + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()
