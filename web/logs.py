"""What readers check the log with: the log as a file, the program, and the words of what it may find."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from market.log import export, offline
from schema.labels import N_
from web import verifying
from web.refusals import Refusal, respond

AT_ONCE = 4
"""How many copies of the log one process writes at the same time."""
BUSY = Refusal(429, "TOO_MANY_REQUESTS", N_("正在下载日志的人太多，请稍后再试。"), {"Retry-After": "30"})
_CHUNK = 500


class Copies:
    """The log as a file, read in pages and sent as it comes."""

    def __init__(self) -> None:
        self.under_way = 0

    async def get(self, request: Request) -> Response:
        """Up to the newest checkpoint."""
        if self.under_way >= AT_ONCE:
            return respond(BUSY, request.scope)
        headers = {"Content-Disposition": 'attachment; filename="log.jsonl"', "Cache-Control": "no-cache"}
        return StreamingResponse(self._chunks(), 200, headers, "application/x-ndjson; charset=utf-8")

    async def _chunks(self) -> AsyncIterator[str]:
        self.under_way += 1
        try:
            waiting: list[str] = []
            async for line in export.lines():
                waiting.append(line)
                if len(waiting) == _CHUNK:
                    yield "".join(waiting)
                    waiting.clear()
            yield "".join(waiting)
        finally:
            self.under_way -= 1


def routes() -> list[Route]:
    """Where they are."""
    return [Route("/verify/log.jsonl", Copies().get, methods=["GET"]), *verifying.tool(offline, "log.py", "log-words.json")]
