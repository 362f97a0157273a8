"""How the reader wants pages: language and letter size, from the address (which is remembered) or from cookies."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from web import i18n

_YEAR_S = 365 * 24 * 3600
_VIEWS = ("normal", "big")


@dataclass(frozen=True)
class Reader:
    """``big``: 关怀版, the same page in larger letters. ``chosen``: what the address asked to remember."""

    lang: str
    big: bool
    chosen: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, request: Request) -> "Reader":
        """Unknown languages and views are as if they were not there."""
        lang, view = request.query_params.get("lang"), request.query_params.get("view")
        kept = request.cookies
        return cls(
            lang=i18n.choose(lang, kept.get("lang"), request.headers.get("accept-language", "")),
            big=(view if view in _VIEWS else kept.get("view")) == "big",
            chosen=(*([("lang", lang)] if lang in i18n.LANGUAGES else ()), *([("view", view)] if view in _VIEWS else ())),
        )

    def remember(self, response: Response, *, secure: bool) -> None:
        """Keep for a year what was chosen in the address."""
        for key, value in self.chosen:
            response.set_cookie(key, value, max_age=_YEAR_S, httponly=True, secure=secure, samesite="lax")
