"""GraphQL over WebSocket (graphql-transport-ws): every message's shape is checked, every operation has its own context."""

import time
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from graphql import GraphQLError
from starlette.websockets import WebSocket
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import ConnectionInitMessage, Message

from market.errors import NotSignedIn
from schema.context import Context
from schema.errors import as_graphql_error

if TYPE_CHECKING:
    from web.graphql import GraphQLApi

MAX_ID_BYTES = 80
"""An id is repeated in close reasons, which have room for 123 bytes."""

_received_s: ContextVar[float] = ContextVar("received_s")
"""When the message arrived whose operation runs: each has its own time, not that of the connection."""
_OPTIONAL_OBJECT = (dict, type(None))
_PAYLOADS: dict[object, type | tuple[type, ...]] = {
    "connection_init": _OPTIONAL_OBJECT,
    "ping": _OPTIONAL_OBJECT,
    "pong": _OPTIONAL_OBJECT,
    "complete": object,
    "subscribe": dict,
}
_SUBSCRIBE: dict[str, type | tuple[type, ...]] = {
    "query": str,
    "variables": _OPTIONAL_OBJECT,
    "operationName": (str, type(None)),
    "extensions": _OPTIONAL_OBJECT,
}


# budget: one branch per kind of bad message
def fault(message: object) -> str | None:
    """What is wrong with a message, or None. Source: graphql-ws PROTOCOL.md."""
    if not isinstance(message, dict) or message.get("type") not in list(_PAYLOADS):  # a list: the value may be unhashable
        return "Unknown message type"
    payload, needs_id = message.get("payload"), message["type"] in ("subscribe", "complete")
    if not isinstance(payload, _PAYLOADS[message["type"]]):
        return "Invalid payload"
    if needs_id and not _is_id(message.get("id")):
        return f"An id of 1 to {MAX_ID_BYTES} bytes is required"
    if message["type"] == "subscribe":
        wrong = [name for name, kind in _SUBSCRIBE.items() if not isinstance(cast(dict[str, object], payload).get(name), kind)]
        return f"Invalid {wrong[0]}" if wrong else None
    return None


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value.encode()) <= MAX_ID_BYTES


class Socket(BaseGraphQLTransportWSHandler[Context, None]):
    """One connection. The token comes in ``connection_init``'s payload as ``authorization: Bearer …``, as in HTTP's header."""

    authorization: str | None = None

    async def handle_message(self, message: Message) -> None:
        """Strawberry trusts the shape of messages; a wrong one would end the connection without a reason (1006)."""
        _received_s.set(time.monotonic())  # inherited by the task that runs the operation
        wrong = fault(message)
        if wrong:
            await self.handle_invalid_message(wrong)
        else:
            await super().handle_message(message)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Remember the token; one that is not valid closes the connection."""
        payload: dict[str, Any] = dict(message.get("payload") or {})
        given = payload.get("authorization", payload.get("Authorization"))
        self.authorization = given if isinstance(given, str) else None
        try:
            await self._fresh_context()
        except NotSignedIn:
            await self.websocket.close(code=4403, reason="Forbidden")
            return
        await super().handle_connection_init({"type": "connection_init", "payload": payload})

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Asks again who this is: a session that has ended meanwhile must not live on in an open socket."""
        try:
            # strawberry reads the context before it waits for anything, so operations cannot take each other's
            self.context = await self._fresh_context()
        except NotSignedIn as error:
            refusal = as_graphql_error(error, self.context)
            await operation.send_initial_errors([GraphQLError(refusal.message, extensions=refusal.extensions)])
            return
        await super().run_operation(operation)

    async def _fresh_context(self) -> Context:
        connection: WebSocket = self.websocket.ws  # type: ignore[attr-defined]  # the ASGI adapter's
        context = await cast("GraphQLApi", self.view).context_of(connection, self.authorization)
        context.actor = replace(context.actor, received_s=_received_s.get())
        return context
