"""The session of a browser: the same token as the API's, in a cookie that no script reads and no other site sends.

Source: OWASP ASVS 5.0 3.3 (``__Host-``, HttpOnly, SameSite). The API takes no cookie (``tokens.identify``).
"""

from datetime import UTC, datetime

from starlette.requests import HTTPConnection
from starlette.responses import Response

from market.actors import Actor
from market.errors import NotSignedIn
from web.auth.tokens import identify


class SessionCookie:
    """``origin``: the configured public one; with https the cookie is bound to this very host."""

    def __init__(self, origin: str = "") -> None:
        self.secure = origin.startswith("https://")
        self.name = "__Host-session" if self.secure else "session"

    async def visitor(self, connection: HTTPConnection) -> Actor:
        """Whose page this is; anonymous when the session has ended, which ``is_there`` tells from never having begun."""
        token = connection.cookies.get(self.name)
        try:
            return await identify(connection, f"Bearer {token}" if token else None)
        except NotSignedIn:
            return await identify(connection, None)

    async def caller(self, connection: HTTPConnection, authorization: str | None = None) -> Actor:
        """Who asks for a file: by header as the API, else by cookie. Raises NotSignedIn."""
        token = connection.cookies.get(self.name)
        if authorization or "authorization" in connection.headers or not token:
            return await identify(connection, authorization)
        return await identify(connection, f"Bearer {token}")

    def is_there(self, connection: HTTPConnection) -> bool:
        """Whether the browser sent one, valid or not."""
        return self.name in connection.cookies

    def set(self, response: Response, token: str, expires_at: str) -> None:
        """From now to the end of the session (ISO 8601)."""
        until = datetime.fromisoformat(expires_at).astimezone(UTC)
        response.set_cookie(self.name, token, expires=until, httponly=True, secure=self.secure, samesite="lax")

    def clear(self, response: Response) -> None:
        """The browser forgets it."""
        response.delete_cookie(self.name, httponly=True, secure=self.secure, samesite="lax")
