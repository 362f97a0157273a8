"""GraphQL over HTTP as its specification says, on top of strawberry's view, which answers 500 to some of what clients send.

POST with ``application/json`` for everything; GET for stored documents (``web/documents.py``) only. Source: GraphQL over
HTTP, working draft (media types, status codes); ``security.md`` (groups C, E, W).
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from json import JSONDecodeError
from typing import Any

import orjson
import strawberry
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import MissingQueryError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from market.actors import Actor
from market.errors import NotSignedIn
from schema.context import Context
from schema.labels import N_
from schema.messages import MESSAGES
from web import documents, i18n
from web.refusals import JSON, Refusal, language, respond
from web.settings import Settings
from web.socket import Socket

GRAPHQL_JSON = "application/graphql-response+json"

Identify = Callable[[HTTPConnection, str | None], Awaitable[Actor]]
"""Who asks, by the connection's ``Authorization`` header or a socket's token. Raises NotSignedIn when the token is not valid."""

_ALLOW = {"Allow": "GET, POST"}
METHOD = Refusal(405, "METHOD_NOT_ALLOWED", N_("GraphQL 接口只接受 POST（任何操作）和 GET（已登记的查询）。"), _ALLOW)
GET_NEEDS_STORED = Refusal(
    405, "METHOD_NOT_ALLOWED", N_("GET 只能用 documentId 执行已登记的查询；其他请用 POST。"), {"Allow": "POST"}
)
GET_WRITES = Refusal(405, "METHOD_NOT_ALLOWED", N_("GET 只能读取，不能执行修改。请用 POST。"), {"Allow": "POST"})
NOT_OVER_HTTP = Refusal(400, "BAD_REQUEST", N_("订阅（subscription）请用 WebSocket，协议 graphql-transport-ws。"))
MEDIA_TYPE = Refusal(415, "UNSUPPORTED_MEDIA_TYPE", N_("Content-Type 须为 application/json（UTF-8）。"))
NOT_JSON = Refusal(400, "BAD_REQUEST", N_("请求内容须为 UTF-8 编码的 JSON，不得含 NUL（\\u0000）、NaN，层数不得过深。"))
NOT_OBJECT = Refusal(400, "BAD_REQUEST", N_('请求须为一个 JSON 对象，如 {"query": "…", "variables": {}}；不支持批量。'))
WRONG_SHAPE = Refusal(
    400,
    "BAD_REQUEST",
    N_("query、documentId、operationName 须为文本，variables、extensions 须为 JSON 对象；query 与 documentId 择一。"),
)
NO_QUERY = Refusal(400, "BAD_REQUEST", N_("请求中没有 query，也没有 documentId。"))
NOT_STORED = Refusal(400, "PERSISTED_DOCUMENT_NOT_FOUND", N_("没有这个 documentId 的登记文档。请用 POST 发送 query。"))
NO_OPERATION = Refusal(400, "BAD_REQUEST", N_("文档中没有 operationName 所指的操作；有多个操作时必须指明一个。"))
SIGNED_OUT = Refusal(401, "UNAUTHENTICATED", MESSAGES[NotSignedIn], {"WWW-Authenticate": "Bearer"})

_SHAPES = {"query": str, "documentId": str, "operationName": str, "variables": dict, "extensions": dict}
_NUL = re.compile(rb"\\u(?:0000|\{0+\})")
"""No text of ours may have one and PostgreSQL cannot store it; also as an escape inside the GraphQL document."""


class Refused(HTTPException):
    """Carries what ``__call__`` answers."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.status, refusal.code)
        self.refusal = refusal


class SubResponse(Response):
    """Carries the media type that the client takes from the request to the response."""

    media = JSON


class GraphQLApi(GraphQL[Context, None]):
    """The endpoint for HTTP and WebSocket. ``identify``: see there."""

    graphql_transport_ws_handler_class = Socket

    def __init__(self, schema: strawberry.Schema, settings: Settings, identify: Identify) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=3),
            max_subscriptions_per_connection=20,
            allowed_origins=(settings.public_origin,) if settings.public_origin else (),
        )
        self.settings, self.identify = settings, identify

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Every refusal is JSON with a code, in the reader's language."""
        if scope["type"] == "websocket":
            await super().__call__(scope, receive, send)
            return
        try:
            if scope["method"] not in ("GET", "POST"):
                raise Refused(METHOD)
            response = await self.run(Request(scope, receive))
        except Refused as refused:
            response = respond(refused.refusal, scope)
        except NotSignedIn:
            response = respond(SIGNED_OUT, scope)
        await response(scope, receive, send)

    def should_render_graphql_ide(self, request: object) -> bool:
        """It has a page of its own."""
        return False

    def decode_json(self, data: str | bytes) -> object:
        """Raises JSONDecodeError for everything that is not plain JSON: bad UTF-8, NaN, bottomless nesting, NUL."""
        if _NUL.search(data.encode() if isinstance(data, str) else data):
            raise JSONDecodeError("NUL", "", 0)
        return orjson.loads(data)

    def encode_json(self, data: object) -> str:
        """As text: a WebSocket message must not be binary."""
        return orjson.dumps(data).decode()

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """Raises Refused."""
        try:
            given = _from_address(request, self.decode_json) if request.method == "GET" else await self._from_body(request)
        except JSONDecodeError:
            raise Refused(NOT_JSON) from None
        if not all(given.get(name) is None or isinstance(given[name], kind) for name, kind in _SHAPES.items()):
            raise Refused(WRONG_SHAPE)
        return GraphQLRequestData(_document(given), given.get("variables"), given.get("operationName"), given.get("extensions"))

    async def _from_body(self, request: AsyncHTTPRequestAdapter) -> Mapping[str, Any]:
        if not _is_json(request.headers.get("content-type", "")):
            raise Refused(MEDIA_TYPE)
        given = self.decode_json(await request.get_body())
        if not isinstance(given, dict):
            raise Refused(NOT_OBJECT)
        return given

    async def execute_single(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,
        sub_response: Response,
        context: Context,
        root_value: None,
        request_data: GraphQLRequestData,
    ) -> ExecutionResult:
        """Reads by GET, writes by POST only, subscriptions not at all. Raises Refused."""
        allowed = {OperationType.QUERY, OperationType.MUTATION} if request.method == "POST" else {OperationType.QUERY}
        try:
            return await self.schema.execute(
                request_data.query,
                variable_values=request_data.variables,
                context_value=context,
                operation_name=request_data.operation_name,
                allowed_operation_types=allowed,
                operation_extensions=request_data.extensions,
            )
        except InvalidOperationTypeError as error:
            raise Refused(GET_WRITES if error.operation_type is OperationType.MUTATION else NOT_OVER_HTTP) from None
        except CannotGetOperationTypeError:
            raise Refused(NO_OPERATION) from None
        except MissingQueryError:
            raise Refused(NO_QUERY) from None

    # budget: one branch per status of the specification
    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """Without ``data`` when nothing was executed. Source: GraphQL specification 7.1."""
        errors: list[object] = [error.formatted for error in result.errors or ()]
        answer: GraphQLHTTPResponse = {"errors": errors} if errors else {}
        if result.data is not None or any(error.path for error in result.errors or ()):
            answer["data"] = result.data
        if result.extensions:
            answer["extensions"] = result.extensions
        return answer

    async def get_sub_response(self, request: Request | WebSocket) -> SubResponse:
        """Notes the media type."""
        response = SubResponse()
        response.media = negotiated(request.headers.get("accept", ""))
        return response

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        """``application/json`` always has status 200 here; the newer type says with 4xx that nothing was executed."""
        media = sub_response.media if isinstance(sub_response, SubResponse) else JSON
        refused = media != JSON and "data" not in response_data
        return Response(orjson.dumps(response_data), _status(response_data) if refused else 200, media_type=media)

    async def get_context(self, request: Request | WebSocket, response: object) -> Context:
        """Of an HTTP request, or of a socket before it has named anybody."""
        return await self.context_of(request, None)

    async def context_of(self, connection: HTTPConnection, authorization: str | None) -> Context:
        """A fresh context. Raises NotSignedIn when a token was sent that is not valid."""
        lang = language(connection.scope)
        return Context(
            actor=await self.identify(connection, authorization),
            lang=lang,
            translate=lambda text: i18n.translate(lang, text),
            introspection=self.settings.introspection,
        )


def _from_address(request: AsyncHTTPRequestAdapter, decode: Callable[[str], object]) -> Mapping[str, Any]:
    given: dict[str, Any] = dict(request.query_params)
    if "query" in given or "documentId" not in given:
        raise Refused(GET_NEEDS_STORED)
    return given | {name: decode(given[name]) for name in ("variables", "extensions") if given.get(name)}


def _document(given: Mapping[str, Any]) -> str:
    text, stored = given.get("query"), given.get("documentId")
    if text is not None and stored is not None:
        raise Refused(WRONG_SHAPE)
    if stored is not None:
        text = documents.find(stored)
        if text is None:
            raise Refused(NOT_STORED)
    if not text:
        raise Refused(NO_QUERY)
    return str(text)


def _is_json(content_type: str) -> bool:
    kind, *parameters = (part.strip().lower() for part in content_type.split(";"))
    return kind == "application/json" and all(p in ("", "charset=utf-8", 'charset="utf-8"') for p in parameters)


def _status(answer: Mapping[str, Any]) -> int:
    codes = {error.get("extensions", {}).get("code") for error in answer.get("errors", ())}
    return 500 if "INTERNAL_SERVER_ERROR" in codes else 400


def negotiated(accept: str) -> str:
    """The newer media type for clients that name it and like it no less; ``application/json`` for everybody else."""
    wanted: dict[str, float] = {}
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        weights = [p.removeprefix("q=") for p in parameters if p.startswith("q=")]
        wanted[kind] = float(weights[0]) if weights and re.fullmatch(r"[01](\.\d{1,3})?", weights[0]) else 1.0
    return f"{GRAPHQL_JSON}; charset=utf-8" if wanted.get(GRAPHQL_JSON, 0) >= wanted.get("application/json", 0.001) else JSON
