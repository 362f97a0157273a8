"""What readers verify and seal with: programs as files, and the words of what they may find."""

from pathlib import Path
from types import ModuleType

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from market.selection import draw
from web import keeping


def program(module: ModuleType, name: str) -> Route:
    """A file that runs by itself: it needs nothing but Python."""
    file = Path(module.__file__ or "")

    async def source(_request: Request) -> Response:
        return FileResponse(file, media_type="text/x-python; charset=utf-8", filename=name)

    return Route(f"/verify/{name}", source)


def tool(module: ModuleType, name: str, words: str) -> list[Route]:
    """The very file that this server verifies with, and its WORDS: problem code → sentences."""

    async def said(_request: Request) -> Response:
        return JSONResponse(module.WORDS, headers={"Cache-Control": "no-cache"})

    return [program(module, name), Route(f"/verify/{words}", said)]


def routes() -> list[Route]:
    """Of the draw and of quotes that bidders keep; the log's stand in ``logs``."""
    return [*tool(draw, "draw.py", "words.json"), program(keeping, "keep.py")]
