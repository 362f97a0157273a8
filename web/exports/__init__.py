"""Lists as files for supervisors: ``GET /exports/fees.csv``, ``findings.xlsx``, ``audit/ID.csv``, filtered as in GraphQL.

A ``purpose`` is required and logged with the filter. Rows are read in pages and written as they come: a list of any length
takes the same memory. Never a person's name, ID number or account.
"""

import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from market import errors
from market.actors import Actor
from market.clock import SHANGHAI
from schema.errors import FieldProblem, sentence
from schema.labels import N_
from web import i18n
from web.exports import files, lists
from web.refusals import Refusal, language, problem, respond

log = logging.getLogger("market")
Identify = Callable[[HTTPConnection, str | None], Awaitable[Actor]]

AT_ONCE = 4
"""How many exports one process makes at the same time; one of each account."""
TOO_MANY = Refusal(429, "TOO_MANY_REQUESTS", N_("正在导出的文件太多，请等前一个完成后再试。"), {"Retry-After": "30"})
NOT_DONE = Refusal(409, "NOT_DONE", N_("这次检查还没有完成，完成后才能导出。"), {"Retry-After": "30"})
DAILY = Refusal(409, "KEPT_AS_FINDINGS", N_("每日检查的结果就是线索与认定，请导出 /exports/findings。"))
_STATUS: dict[type[errors.MarketError], tuple[int, str]] = {
    errors.NotSignedIn: (401, "UNAUTHENTICATED"),
    errors.NotPermitted: (403, "NOT_PERMITTED"),
    errors.NotFound: (404, "NOT_FOUND"),
    errors.InvalidInput: (400, "INVALID_INPUT"),
}
_NOT_FILTERS = ("lang",)


def routes(identify: Identify) -> list[BaseRoute]:
    """The addresses."""
    exports = Exports(identify)
    return [
        Route("/exports/{list:str}.{format:str}", exports.get, methods=["GET"]),
        Route("/exports/{list:str}/{id:str}.{format:str}", exports.get, methods=["GET"]),
    ]


class Exports:
    """The endpoint of one application."""

    def __init__(self, identify: Identify) -> None:
        self.identify = identify
        self.under_way: Counter[UUID | None] = Counter()

    async def get(self, request: Request) -> Response:
        """The file, as an attachment that nobody caches."""
        if request.method != "GET":
            raise HTTPException(405, headers={"Allow": "GET"})
        try:
            return await self._get(request)
        except lists.Unfit as unfit:
            return respond({lists.Unfit.DAILY: DAILY, lists.Unfit.NOT_DONE: NOT_DONE}[unfit.reason], request.scope)
        except tuple(_STATUS) as error:
            return _refused(error, language(request.scope))

    async def _get(self, request: Request) -> Response:
        actor, name, format = await self.identify(request, None), request.path_params["list"], request.path_params["format"]
        make = lists.LISTS.get(f"{name}/" if "id" in request.path_params else name)
        if make is None or format not in files.MEDIA:
            raise HTTPException(404)
        if actor.is_anonymous:
            raise errors.NotSignedIn
        if self._busy(actor):
            return respond(TOO_MANY, request.scope)
        listed = await make(actor, _given(request), format, language(request.scope), request.path_params.get("id", ""))
        file = f"{listed.name}-{listed.at.astimezone(SHANGHAI):%Y%m%d-%H%M%S}.{format}"
        headers = {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "private, no-store"}
        return StreamingResponse(self._counted(actor, files.chunks(format, listed)), 200, headers, files.MEDIA[format])

    def _busy(self, actor: Actor) -> bool:
        return self.under_way.total() >= AT_ONCE or self.under_way[actor.account_id] > 0

    async def _counted(self, actor: Actor, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        self.under_way[actor.account_id] += 1
        try:
            async for chunk in chunks:
                yield chunk
        finally:
            self.under_way[actor.account_id] -= 1
            self.under_way += Counter()  # forget those who have none left


def _given(request: Request) -> dict[str, str]:
    return {name: value for name, value in request.query_params.items() if name not in _NOT_FILTERS and value}


def _refused(error: errors.MarketError, lang: str) -> Response:
    status, code = _STATUS[type(error)]

    def translate(text: str) -> str:
        return i18n.translate(lang, text)

    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    facts = [vars(FieldProblem.of(p, translate)) for p in error.fields] if isinstance(error, errors.InvalidInput) else None
    return problem(status, code, sentence(error, translate), headers, **({"fields": facts} if facts else {}))
