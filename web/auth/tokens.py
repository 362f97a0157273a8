"""Who asks: from the bearer token of a request or a socket to an actor."""

import time

from starlette.requests import HTTPConnection

from market.actors import Actor
from market.errors import NotSignedIn
from market.parties import read


async def identify(connection: HTTPConnection, authorization: str | None) -> Actor:
    """The actor of the ``Authorization`` header, or of a socket's own ``authorization``; anonymous when there is neither.

    Raises NotSignedIn when a token was sent that is unknown, expired or revoked: silently being somebody else helps nobody.
    """
    given = authorization or connection.headers.get("authorization")
    received_s = connection.scope.get("state", {}).get("received_s", time.monotonic())
    address = connection.client.host if connection.client else ""
    if not given:
        return Actor(address=address, received_s=received_s)
    scheme, _, token = given.partition(" ")
    actor = await read.actor_for_token(token.strip(), address, received_s) if scheme.lower() == "bearer" else None
    if actor is None:
        raise NotSignedIn
    return actor
