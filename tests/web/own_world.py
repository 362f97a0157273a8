"""A demo world for one file of tests: those that decide what waits in it (an award, a review, a case) leave nothing for others.

``demo_server = own_world.demo_server`` in the file takes the place of the shared one.
"""

from collections.abc import Iterator

import pytest

from tests.web.servers import Server


@pytest.fixture(scope="module")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the file's own running demo world."""
    server = Server(tmp_path_factory.mktemp("own"))
    server.start()
    yield server.url
    server.stop()
