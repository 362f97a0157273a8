"""The ``market`` command as an operator runs it: files that are no list, databases that are none, a world half built."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from market.catalogue import shipped
from tests.conftest import migrated_sqlite
from tests.web import commands

LIST = shipped.edition().content


def market(folder: Path, *words: str, lang: str = "en") -> tuple[int, str]:
    """Run it on this folder's database; exit code and everything that it said."""
    environment = {**os.environ, "MARKET_LANG": lang, "MARKET_KEYS_DIR": str(folder / "keys")}
    done = commands.run([*words, "--database", f"sqlite://{folder / 'm.sqlite3'}"], environment)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


def load(folder: Path, content: bytes, *more: str, lang: str = "en") -> tuple[int, str]:
    """Load a file as an edition of 2027, without being asked."""
    file = folder / "list.csv"
    file.write_bytes(content)
    return market(folder, "catalogue", "load", str(file), "--yes", "--effective-from", "2027-01-01", *more, lang=lang)


def editions(folder: Path) -> int:
    """How many there are."""
    with sqlite3.connect(folder / "m.sqlite3") as rows:
        return int(rows.execute("SELECT COUNT(*) FROM editions").fetchone()[0])


BAD = {
    "empty": (b"", "missing_column"),
    "noise": (bytes(range(256)) * 9, "not_utf8"),
    "gbk": (LIST.decode().encode("gb18030"), "GB 18030"),
    "row": (LIST.replace(b"agency_commissioned", b"nonsense", 1), "nonsense"),
    "twice": (LIST + LIST.splitlines(keepends=True)[1], "duplicate"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_list_is_refused_by_row_and_column(tmp_path: Path, name: str) -> None:
    """Exit code 1, the place and the reason; only the shipped edition is there afterwards."""
    content, told = BAD[name]
    shutil.copy(migrated_sqlite(), tmp_path / "m.sqlite3")
    code, said = load(tmp_path, content)
    assert (code, editions(tmp_path)) == (1, 1) and told in said and "nothing changed" in said


def test_a_new_list_is_loaded_after_its_difference_is_shown(tmp_path: Path) -> None:
    """What changes is shown first; saying no loads nothing; the old edition stays."""
    changed = LIST.replace(b"agency_commissioned", b"mandatory", 1)
    file = tmp_path / "new.csv"
    file.write_bytes(changed)
    code, said = market(tmp_path, "catalogue", "load", str(file), "--effective-from", "2027-01-01")  # nobody answers
    assert (code, editions(tmp_path)) == (1, 1) and "mandatory" in said
    code, said = load(tmp_path, changed)
    assert (code, editions(tmp_path)) == (0, 2) and "Loaded" in said


def test_a_refusal_is_a_sentence_in_the_operators_language(tmp_path: Path) -> None:
    """An edition that is not newer, a label that is too long, a folder instead of a file, a day that is none."""
    changed = LIST.replace(b"agency_commissioned", b"mandatory", 1)
    for lang, words in (("en", "2024-01-01"), ("zh", "必须晚于现有最新清单的 2024-01-01")):
        code, said = load(tmp_path, changed, "--effective-from", "2020-01-01", lang=lang)
        assert code == 1 and words in said, said
    code, said = load(tmp_path, changed, "--label", "x" * 500)
    assert code == 1 and "label" in said and "500" in said
    assert market(tmp_path, "catalogue", "load", str(tmp_path), "--yes")[0] == 1
    assert load(tmp_path, changed, "--effective-from", "morgen")[0] == 1
    assert editions(tmp_path) == 1


def test_what_is_not_there_does_not_verify(tmp_path: Path) -> None:
    """A mistyped path is said to be one: no empty database is made and found to be in order."""
    code, said = market(tmp_path, "verify")
    assert code == 1 and "There is no database file" in said and not (tmp_path / "m.sqlite3").exists()


def test_the_demo_refuses_what_is_no_whole_demo_world(tmp_path: Path) -> None:
    """Real data never gets the demo's rulebook and passwords, and a world that was interrupted is not taken for one."""
    assert load(tmp_path, LIST)[0] == 0
    code, said = market(tmp_path, "serve", "--demo", "--port", "1")
    assert code == 1 and "no whole demo world" in said
