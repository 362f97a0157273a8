"""What a reader checks the log with, on a real server: the page, the file, the program, the commands."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from market.log import notes, offline
from tests import logfiles
from tests.web import commands
from tests.web.api import Api
from tests.web.test_cli import market
from tests.web.test_pages import get


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_page_shows_what_to_keep(demo_server: str, language: str) -> None:
    """Checkpoint and key in the page itself, under the strict policy, without inline script; what to do without script."""
    page = get(demo_server, "/verify/log", **{"Accept-Language": language})
    told = Api(demo_server)("{ log { publicKey } }")["log"]
    assert page.status_code == 200 and told["publicKey"] in page.text and "<noscript>" in page.text
    assert ("不证明" in page.text) == (language == "zh-CN") and "unsafe-inline" not in page.headers["content-security-policy"]
    assert "style=" not in page.text and "<script>" not in page.text


def test_the_file_and_the_program_need_nobody(demo_server: str, tmp_path: Path) -> None:
    """Downloaded from a running server, run without any package: the log is as it says, under the key of the interface."""
    program, copy = get(demo_server, "/verify/log.py"), get(demo_server, "/verify/log.jsonl")
    assert program.content == Path(offline.__file__).read_bytes() and "attachment" in copy.headers["content-disposition"]
    assert get(demo_server, "/verify/log-words.json").json() == offline.WORDS
    (tmp_path / "log.py").write_bytes(program.content)
    (tmp_path / "log.jsonl").write_bytes(copy.content)
    key = Api(demo_server)("{ log { publicKey } }")["log"]["publicKey"]
    command = [sys.executable, "-I", "-S", "log.py", "log.jsonl", "--key", key]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "The log is as it says" in done.stdout


def check(file: Path, *more: str, language: str = "en") -> tuple[int, str]:
    """``market verify log FILE``."""
    done = commands.run(["verify", "log", str(file), *more], {**os.environ, "MARKET_LANG": language})
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


def test_the_command_names_what_was_done(tmp_path: Path) -> None:
    """An honest file; the seven tamperings; a kept checkpoint; no file, and no log."""
    file, kept, honest = tmp_path / "log.jsonl", tmp_path / "kept", logfiles.made()
    file.write_text(logfiles.text(honest), encoding="utf-8")
    kept.write_text(honest[-1]["checkpoint"], encoding="utf-8")
    assert check(file, "--key", notes.verifier(), "--known", str(kept))[0] == 0
    for name, text, _ in [*logfiles.tampered()][: len(logfiles.SEVEN)]:
        file.write_text(text, encoding="utf-8")
        problem = offline.verify(text.splitlines(keepends=True)).problem
        code, said = check(file)
        assert code == 1 and problem is not None and problem.words("en") in said, (name, said)
    file.write_text(logfiles.text(logfiles.forked()), encoding="utf-8")
    assert "这是另一本日志" in check(file, "--known", str(kept), language="zh")[1]
    assert check(tmp_path / "none")[0] == 1 and check(Path(offline.__file__))[0] == 1


def test_an_export_is_checked_without_the_database(tmp_path: Path) -> None:
    """``market export log`` on a database where nothing was signed yet says so; the database itself still verifies."""
    market(tmp_path, "migrate")
    file = tmp_path / "log.jsonl"
    code, said = market(tmp_path, "export", "log", str(file))
    assert code == 0 and "market verify log" in said
    assert json.loads(file.read_text(encoding="utf-8"))["format"] == offline.FORMAT
    assert "not signed" in check(file)[1]
    assert market(tmp_path, "export", "log", str(tmp_path))[0] == 1
    assert market(tmp_path, "verify")[0] == 0
