"""The auction room's live block over server-sent events: executed and rendered once for each event and language, whoever watches.

Every message carries the whole block and the first one is the present state, so a message that is lost never matters.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

from graphql import OperationType
from starlette.responses import Response

from schema.context import Context
from web import i18n, streams
from web.pages import templates
from web.pages.engine import Page, Refused, Site, Visit
from web.pages.supplier import auctions

Data = dict[str, Any]
_PING = b"event: ping\ndata:\n\n"
_TRY_AGAIN_S = 1.0
_log = logging.getLogger(__name__)


class Hall:
    """One reader of an auction's events for all who watch it in one language; it follows them from the first watcher to the last."""

    def __init__(self, follow: Callable[[], streams.Frames]) -> None:
        self.frames, self.frame, self.ended = 0, b"", False
        self.grown, self.watchers = asyncio.Event(), 0
        self.task = asyncio.create_task(self._follow(follow))

    async def _follow(self, follow: Callable[[], streams.Frames]) -> None:
        while not self.ended:
            try:
                async for frame in follow():
                    self._show(frame)
                self.ended = True
            except Exception:
                _log.exception("an auction's events cannot be shown")
                await asyncio.sleep(_TRY_AGAIN_S)
        self.grown.set()

    def _show(self, frame: bytes) -> None:
        self.frame, self.frames = frame, self.frames + 1
        grown, self.grown = self.grown, asyncio.Event()
        grown.set()

    async def watch(self) -> streams.Frames:
        """The newest frame, then each newer one; a slow watcher leaves out what is past already."""
        seen = 0
        while self.frames > seen or not self.ended:
            grown = self.grown
            if self.frames > seen:
                seen = self.frames
                yield self.frame
            else:
                await grown.wait()


class Halls:
    """The halls that somebody is in, by auction and language. ``follow``: the frames of one of them."""

    def __init__(self, follow: Callable[[str, str], streams.Frames]) -> None:
        self.follow = follow
        self.open: dict[tuple[str, str], Hall] = {}

    async def watch(self, code: str, lang: str) -> streams.Frames:
        """What is shown there. One comes in with the first frame asked for and goes when the stream is closed: a hall is found,
        counted in and left without a pause in between, so nobody ever waits in one whose last watcher has ended it."""
        hall = self._enter(code, lang)
        try:
            async with aclosing(hall.watch()) as frames:
                async for frame in frames:
                    yield frame
        finally:
            self._leave(code, lang, hall)

    def _enter(self, code: str, lang: str) -> Hall:
        hall = self.open.get((code, lang)) or Hall(lambda: self.follow(code, lang))
        self.open[code, lang] = hall
        hall.watchers += 1
        return hall

    def _leave(self, code: str, lang: str, hall: Hall) -> None:
        hall.watchers -= 1
        if not hall.watchers:
            hall.task.cancel()
            del self.open[code, lang]


class Live(Page):
    """The stream beside the room. 404 until the auction is announced."""

    kind = OperationType.SUBSCRIPTION

    def __init__(self, site: Site, room: auctions.AuctionRoom) -> None:
        super().__init__(site, room.name)
        self.room = room
        self.halls = Halls(self._frames)

    async def answered(self, visit: Visit) -> Response:
        """See the class."""
        known = await self.room.data(visit, dict(visit.request.path_params))
        if not known["project"]["auction"]:
            raise Refused(404)
        frames = self.halls.watch(known["project"]["code"], visit.reader.lang)
        return streams.answer(visit.request, frames, _PING)

    async def _frames(self, code: str, lang: str) -> streams.Frames:
        """The rendered block after each event, from the present on; as nobody in particular sees it."""
        variables = {"projectCode": code}
        context = Context(lang=lang, translate=lambda text: i18n.translate(lang, text))
        shown = await self.site.schema.execute(self.document.text, variables, context, operation_name=self.room.operation.name)
        data: Data = dict(shown.data or {})
        known = data["project"]["auction"]["events"]
        yield self._frame(data, lang)
        told = await self.site.schema.subscribe(self.document.text, variables, context, operation_name=self.operation.name)
        async with aclosing(told) as results:
            async for result in results:
                if result.errors:
                    raise result.errors[0]
                event = (result.data or {})["auctionEvents"]
                if int(event["id"]) == len(known) + 1:
                    known.append(event)
                    yield self._frame(data, lang)

    def _frame(self, data: Data, lang: str) -> bytes:
        template = templates.environment(lang).get_template(f"{self.name}.html")
        block = templates.render_part(template, "board", data | auctions.shown(data, {}))
        lines = "".join(f"data: {line}\n" for line in block.splitlines())
        return f"event: board\n{lines}\n".encode()
