"""What readers verify with: the program of the draw as a file, and the words of what it may find."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from market.selection import draw


async def program(_request: Request) -> Response:
    """The very file that this server draws with; it needs nothing but Python."""
    return FileResponse(Path(draw.__file__), media_type="text/x-python; charset=utf-8", filename="draw.py")


async def words(_request: Request) -> Response:
    """Problem code → sentence in each language."""
    return JSONResponse(draw.WORDS, headers={"Cache-Control": "no-cache"})


def routes() -> list[Route]:
    """Where they are."""
    return [Route("/verify/draw.py", program), Route("/verify/words.json", words)]
