"""The command line: what a newcomer gets wrong is said before anything is touched."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from web.cli import app


def test_a_taken_port_is_said_with_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another port is named, and no database is made."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MARKET_LANG", "en")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = CliRunner().invoke(app, ["serve", "--demo", "--port", str(port)])
    assert answer.exit_code == 1 and f"PORT={port + 1}" in " ".join(answer.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_not_an_intact_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database file that does not exist is not verified, and not made."""
    monkeypatch.chdir(tmp_path)
    answer = CliRunner().invoke(app, ["verify"])
    assert answer.exit_code == 1 and "market verify --demo" in " ".join(answer.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_kind_of_database_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a traceback."""
    monkeypatch.delenv("MARKET_DATABASE_URL", raising=False)
    answer = CliRunner().invoke(app, ["migrate", "--database", "mysql://somewhere"])
    assert answer.exit_code == 1 and isinstance(answer.exception, SystemExit)
    assert "sqlite:///" in answer.stderr
