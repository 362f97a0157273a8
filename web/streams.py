"""Server-sent events: how many streams may be open, and the beat that shows that one lives."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from schema.labels import N_
from web.refusals import Refusal, respond

Frames = AsyncGenerator[bytes, None]
"""The pieces of a stream, as they come."""
BEAT_S = 15.0
STREAMS = 2_000
"""How many streams one process holds open; of one address ``STREAMS_ADDRESS``, for a hall may share one."""
STREAMS_ADDRESS = 100
TOO_MANY = Refusal(429, "TOO_MANY_REQUESTS", N_("正在观看的连接太多，请稍后再试。"), {"Retry-After": "5"})
COMMENT = b": beat\n\n"

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_open: Counter[str] = Counter()


def answer(request: Request, frames: Frames, beat: bytes = COMMENT) -> Response:
    """The stream of these frames, with ``beat`` whenever it has been silent for ``BEAT_S`` seconds; 429 when too many are open."""
    address = request.client.host if request.client else ""
    if _open.total() >= STREAMS or _open[address] >= STREAMS_ADDRESS:
        return respond(TOO_MANY, request.scope)
    return StreamingResponse(_counted(address, beating(frames, beat)), 200, _HEADERS, "text/event-stream")


async def _counted(address: str, stream: Frames) -> Frames:
    _open[address] += 1
    try:
        async with aclosing(stream) as chunks:
            async for chunk in chunks:
                yield chunk
    finally:
        _open[address] -= 1
        if not _open[address]:
            del _open[address]


async def beating(stream: Frames, beat: bytes = COMMENT) -> Frames:
    """The stream, with ``beat`` whenever it has been silent for ``BEAT_S`` seconds; at the end the stream is closed as well."""
    coming = asyncio.ensure_future(anext(stream, None))
    try:
        while True:
            done, _ = await asyncio.wait({coming}, timeout=BEAT_S)
            if not done:
                yield beat
                continue
            chunk = coming.result()
            if chunk is None:
                return
            yield chunk
            coming = asyncio.ensure_future(anext(stream, None))
    finally:
        coming.cancel()
        await asyncio.wait({coming})  # nobody can close a stream that is still asked for its next chunk
        await stream.aclose()
