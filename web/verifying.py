"""What readers verify with: programs as files, and the words of what they may find."""

from pathlib import Path
from types import ModuleType

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from market.selection import draw


def tool(module: ModuleType, program: str, words: str) -> list[Route]:
    """The very file that this server verifies with, which needs nothing but Python, and its WORDS: problem code → sentences."""
    file = Path(module.__file__ or "")

    async def source(_request: Request) -> Response:
        return FileResponse(file, media_type="text/x-python; charset=utf-8", filename=program)

    async def said(_request: Request) -> Response:
        return JSONResponse(module.WORDS, headers={"Cache-Control": "no-cache"})

    return [Route(f"/verify/{program}", source), Route(f"/verify/{words}", said)]


def routes() -> list[Route]:
    """Of the draw; the log's stand in ``logs``."""
    return tool(draw, "draw.py", "words.json")
