"""A real server process for tests: start, kill, start again on the same folder."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx

from market.demo import world
from tests.conftest import migrated_sqlite
from tests.web import commands


def free_port() -> int:
    """A port that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _rulebook(path: Path, limits: Mapping[str, tuple[int, str]]) -> Path:
    """The demo's rulebook with later rows for these."""
    row = '\n[[setting]]\nname = "{}"\nvalue = {}\nunit = "{}"\nfrom = 2024-01-02\nsource = "test"\n'
    text = (Path(world.__file__).parent / "rulebook.toml").read_text(encoding="utf-8")
    path.write_text(text + "".join(row.format(name, *limit) for name, limit in limits.items()), encoding="utf-8")
    return path


class Server:
    """``market serve --demo`` on a folder of its own, on SQLite there or on another database; its output goes to ``log``.

    ``limits``: rows of the demo's rulebook that are otherwise here, as name → (value, unit).
    """

    def __init__(self, folder: Path, url: str | None = None, limits: Mapping[str, tuple[int, str]] | None = None) -> None:
        self.rulebook = _rulebook(folder / "rulebook.toml", limits) if limits else None
        self.folder = folder
        self.log = folder / "server.log"
        self.database = folder / "demo.sqlite3"
        self.database_url = url or f"sqlite://{self.database}"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: ForkServerProcess | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are told: with other keys ``market verify`` would take the checkpoints for somebody else's."""
        return {**os.environ, "MARKET_KEYS_DIR": str(self.folder / "keys"), "MARKET_RULEBOOK": str(self.rulebook or "")}

    def start(self) -> None:
        """Start and wait until it answers."""
        if self.database_url == f"sqlite://{self.database}" and not self.database.exists():
            shutil.copy(migrated_sqlite(), self.database)
        command = ["serve", "--demo", "--port", str(self.port), "--database", self.database_url]
        self.process = commands.start(command, self.environment, self.log, self.log)
        for _ in range(300):
            if self.process.exitcode is not None:
                raise AssertionError(f"the server stopped:\n{self.log.read_text()}")
            if self._answers():
                return
            time.sleep(0.2)
        raise AssertionError(f"the server never answered:\n{self.log.read_text()}")

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", trust_env=False, timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """kill -9."""
        if self.process and self.process.exitcode is None:
            self.process.kill()
            self.process.join()

    def stop(self) -> None:
        """Ask it to stop, and wait."""
        if self.process and self.process.exitcode is None:
            self.process.terminate()
            self.process.join(30)
            assert self.process.exitcode is not None, "the server did not stop"

    def verify(self) -> subprocess.CompletedProcess[str]:
        """``market verify`` on its database."""
        return commands.run(["verify", "--database", self.database_url], self.environment)


@contextmanager
def serving(servers: list[Server]) -> Iterator[list[Server]]:
    """Started one after the other: the first builds the world."""
    try:
        for server in servers:
            server.start()
        yield servers
    finally:
        for server in servers:
            server.stop()
