"""The applications that servers start: ``uvicorn --factory web.asgi:market``."""

from starlette.types import ASGIApp

from web.app import create_app
from web.settings import Settings


def market() -> ASGIApp:
    """The market, by the environment's settings."""
    return create_app(Settings.read())


def demo() -> ASGIApp:
    """The demo world, on the database that the command line prepared."""
    return create_app(Settings.read().for_demo())
