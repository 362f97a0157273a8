"""What a reader verifies with, on a real server: the page, the downloaded program, the command."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from market.selection import draw
from tests import transcripts
from tests.web import commands
from tests.web.api import Api
from tests.web.test_cli import market
from tests.web.test_pages import get

DRAWN = "{ projects(filter: {state: [STANDSTILL]}, first: 1) { edges { node { code draw { transcript } } } } }"


def drawn(url: str) -> tuple[str, Any]:
    """A project of the demo world and the transcript of its draw."""
    [edge] = Api(url)(DRAWN)["projects"]["edges"]
    return edge["node"]["code"], edge["node"]["draw"]["transcript"]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_page_explains_and_is_small(demo_server: str, language: str) -> None:
    """In the reader's language, under the strict policy, no inline script; without script it says what to do instead."""
    page = get(demo_server, "/verify", **{"Accept-Language": language})
    assert page.status_code == 200 and f'<html lang="{language}"' in page.text and "<noscript>" in page.text
    assert ("不证明" in page.text) == (language == "zh-CN") and "unsafe-inline" not in page.headers["content-security-policy"]
    assert "style=" not in page.text and "<script>" not in page.text and len(gzip.compress(page.content)) < 8_000


def test_the_page_fetches_a_transcript_by_code(demo_server: str) -> None:
    """The one of the API, ready to be computed again; a project that is not there is said to be none."""
    code, transcript = drawn(demo_server)
    page = get(demo_server, f"/verify?code={code.lower()}")
    assert page.status_code == 200 and transcript["closing"]["hash"] in page.text and draw.verify(transcript) == []
    assert "没有这个项目" in get(demo_server, "/verify?code=XM-00000000-000000").text


def test_the_program_and_the_words_are_offered(demo_server: str, tmp_path: Path) -> None:
    """The file runs by itself and finds the server's own draw to be as it says."""
    program, transcript = get(demo_server, "/verify/draw.py"), drawn(demo_server)[1]
    assert program.content == Path(draw.__file__).read_bytes() and "attachment" in program.headers["content-disposition"]
    assert get(demo_server, "/verify/words.json").json() == draw.WORDS
    (tmp_path / "draw.py").write_bytes(program.content)
    (tmp_path / "t.json").write_text(json.dumps(transcript))
    command = [sys.executable, "-I", "-S", "draw.py", "t.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and " ".join(transcript["draw"]["order"]) in done.stdout


def command(file: Path, language: str = "en") -> tuple[int, str]:
    """``market verify draw FILE``."""
    done = commands.run(["verify", "draw", str(file)], {"MARKET_LANG": language})
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_the_command_verifies_a_draw(tmp_path: Path) -> None:
    """An honest one; one with a tampering named in either language; and what is no transcript."""
    file = tmp_path / "t.json"
    file.write_text(json.dumps(transcripts.made()))
    assert command(file)[0] == 0
    file.write_text(json.dumps(transcripts.tampered("removed")))
    [problem, *_] = draw.verify(transcripts.tampered("removed"))
    for language in ("zh", "en"):
        code, said = command(file, language)
        assert code == 1 and problem.words(language) in said
    file.write_text("no JSON")
    assert command(file)[0] == 1 and command(tmp_path / "none.json")[0] == 1


def test_the_log_is_still_verified(tmp_path: Path) -> None:
    """``market verify`` alone is about the log."""
    market(tmp_path, "migrate")
    code, said = market(tmp_path, "verify")
    assert code == 0 and "0" in said
