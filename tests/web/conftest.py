"""Servers for the web tests."""

from collections.abc import Iterator

import pytest

from tests.web.servers import Server


@pytest.fixture(scope="session")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a running demo world, shared by the tests that only add to it."""
    server = Server(tmp_path_factory.mktemp("demo"))
    server.start()
    yield server.url
    server.stop()
