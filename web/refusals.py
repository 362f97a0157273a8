"""What the transport answers when a request never reaches a page or the schema: a status, a code, a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
from starlette.datastructures import Headers, QueryParams
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, Response
from starlette.types import Scope

from schema.labels import N_
from web import i18n

JSON = "application/json; charset=utf-8"
PROBLEM = "application/problem+json; charset=utf-8"


@dataclass(frozen=True)
class Refusal:
    """``status`` for machines in between, ``code`` for programs, ``text`` (Chinese, translated when shown) for people."""

    status: int
    code: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)


def language(scope: Scope) -> str:
    """The reader's: from the address, the cookie or ``Accept-Language``."""
    headers = Headers(scope=scope)
    asked = QueryParams(scope.get("query_string", b"")).get("lang")
    return i18n.choose(asked, cookie_parser(headers.get("cookie", "")).get("lang"), headers.get("accept-language", ""))


def respond(refusal: Refusal, scope: Scope, lang: str | None = None) -> Response:
    """JSON in the form of a GraphQL answer for the API, a problem (RFC 9457) for files, plain text elsewhere."""
    message = i18n.translate(lang or language(scope), refusal.text)
    if scope["path"].split("/")[1] in ("documents", "exports", "auctions"):
        return problem(refusal.status, refusal.code, message, refusal.headers)
    if scope["path"] == "/graphql":
        body = orjson.dumps({"errors": [{"message": message, "extensions": {"code": refusal.code}}]})
        return Response(body, refusal.status, refusal.headers, JSON)
    return PlainTextResponse(message + "\n", refusal.status, refusal.headers)


def problem(status: int, code: str, message: str, headers: Mapping[str, str] | None = None, **facts: object) -> Response:
    """A refusal for programs and people. Source: RFC 9457."""
    body = orjson.dumps({"type": "about:blank", "title": message, "status": status, "code": code, **facts})
    return Response(body, status, headers, PROBLEM)


_CLOSE = {"Connection": "close"}
BAD_HOST = Refusal(400, "BAD_REQUEST", N_("Host 请求头缺失或不是有效的主机名。"))
BAD_ADDRESS = Refusal(400, "BAD_REQUEST", N_("网址中有无效字符：须为 UTF-8，不得含 NUL。"))
HEAD_TOO_LARGE = Refusal(431, "REQUEST_TOO_LARGE", N_("请求头或网址太长，上限 32 KB。"), _CLOSE)
BODY_TOO_LARGE = Refusal(413, "REQUEST_TOO_LARGE", N_("请求内容太大，上限 1 MB。"), _CLOSE)
BODY_TOO_SLOW = Refusal(408, "REQUEST_TIMEOUT", N_("请求内容在 10 秒内没有传完，请检查网络后重试。"), _CLOSE)
FOREIGN_ORIGIN = Refusal(
    403, "FOREIGN_ORIGIN", N_("这个请求来自别的网站，已拒绝。请在本网站上操作，或用 Authorization 令牌调用。")
)
