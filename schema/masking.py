"""What a client sees of an error: every one has ``extensions.code``, and an unexpected one only a reference to the log."""

import logging
import secrets
from typing import Any

import strawberry
from graphql import GraphQLError, GraphQLSyntaxError, VariableDefinitionNode
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.relay.types import GlobalIDValueError
from strawberry.types import ExecutionContext
from tortoise.exceptions import ValidationError

from market.errors import MarketError
from schema.context import Context
from schema.errors import as_graphql_error
from schema.labels import N_

MAX_ERRORS = 8
_MAX_MESSAGE = 500
"""A bad value is repeated in its error message, but not a megabyte of it."""

_UNEXPECTED = N_("服务器出错，本次请求没有完成。请稍后重试；若仍出错，请把编号 {reference} 告诉运营机构。")
_TOO_LONG = N_("输入的编号太长，没有这样的编号。请核对。")
_NO_NODE = N_("这不是有效的全局 id。请用查询结果中的 id。")
_SAID: dict[type[Exception], str] = {ValidationError: _TOO_LONG, NotImplementedError: _NO_NODE}
"""A text that no column could hold was looked for; strawberry's answer to a global id that names the interface itself."""
_INPUT = (StrawberryInputCoercionError, GlobalIDValueError)
_SUGGESTION = " Did you mean"

log = logging.getLogger("market.api")


class Schema(strawberry.Schema):
    """Strawberry's schema with this module's errors; each result passes here once, over HTTP, WebSocket and in process."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Replaces the errors where they are; strawberry would log each of them, expected ones too, with a traceback."""
        context = (execution_context and execution_context.context) or Context()
        errors[:] = [presentable(error, context) for error in errors[:MAX_ERRORS]]


def presentable(error: GraphQLError, context: Context) -> GraphQLError:
    """The error with a code, without suggestions where introspection is closed; logged and masked if nobody expected it."""
    original = error.original_error
    if "code" in (error.extensions or {}):
        return error
    if isinstance(original, MarketError):
        refusal = as_graphql_error(original, context)
        return _coded(error, refusal.message, **(refusal.extensions or {}))
    said = _said(original)
    if said:
        return _coded(error, context.translate(said), code="BAD_USER_INPUT")
    if not _expected(error):
        return _masked(error, context)
    message = error.message if context.introspection else error.message.split(_SUGGESTION)[0]
    return _coded(error, message[:_MAX_MESSAGE], code=_code(error))


def _said(original: BaseException | None) -> str | None:
    return next((text for kind, text in _SAID.items() if isinstance(original, kind)), None)


def _expected(error: GraphQLError) -> bool:
    """Made by the library about the request: before execution, or of an argument, when a resolver was about to start."""
    original = error.original_error
    if original is None or isinstance(original, _INPUT):
        return True
    if error.path is None:
        return bool(error.nodes) or isinstance(original, GraphQLError)
    return isinstance(original, GraphQLError) and original.message.startswith("Argument ")


def _code(error: GraphQLError) -> str:
    if isinstance(error, GraphQLSyntaxError):
        return "GRAPHQL_PARSE_FAILED"
    about_values = error.path is not None or any(isinstance(node, VariableDefinitionNode) for node in error.nodes or ())
    return "BAD_USER_INPUT" if about_values or isinstance(error.original_error, _INPUT) else "GRAPHQL_VALIDATION_FAILED"


def _coded(error: GraphQLError, message: str, **extensions: Any) -> GraphQLError:
    return GraphQLError(message, error.nodes, error.source, error.positions, error.path, extensions=extensions)


def _masked(error: GraphQLError, context: Context) -> GraphQLError:
    reference = secrets.token_hex(4)
    log.error("reference %s, path %s", reference, error.path, exc_info=error.original_error)
    message = context.translate(_UNEXPECTED).format(reference=reference)
    return _coded(error, message, code="INTERNAL_SERVER_ERROR", reference=reference)
