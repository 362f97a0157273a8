"""``market audit`` as a regulator runs it: after ``market migrate`` and ``market import ledger``, on either database."""

import csv
import io
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.ledger import SAMPLE
from tests.web import commands
from tests.web.test_cli_import import environment

AUDIT = ("audit", "--as-of", "2026-11-01")


def run(url: str, folder: Path, *arguments: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    """The command to its end."""
    return commands.run(arguments, environment(url, folder, language))


@pytest.fixture
def ledger(database_url: str, tmp_path: Path) -> Iterator[str]:
    """The sample, imported."""
    done = run(database_url, tmp_path, "import", "ledger", str(SAMPLE))
    assert done.returncode == 0, done.stderr
    yield database_url


def expected() -> list[tuple[str, str, str]]:
    """Rule, subject, certainty, in order."""
    with (SAMPLE / "expected.csv").open(encoding="utf-8") as file:
        return sorted((r["rule"], r["subject"], r["certainty"]) for r in csv.DictReader(file))


def test_the_sample_gives_what_is_expected_in_every_format(ledger: str, tmp_path: Path) -> None:
    """JSON and CSV alike, row for row; importing again changes nothing; what cannot be computed is listed when asked."""
    only = [part for rule in sorted({rule for rule, _, _ in expected()}) for part in ("--rule", rule)]
    as_json = run(ledger, tmp_path, *AUDIT, *only, "--format", "json")
    rows = json.loads(as_json.stdout)
    assert sorted((r["rule"], r["subject"], r["certainty"]) for r in rows) == expected()
    assert run(ledger, tmp_path, "import", "ledger", str(SAMPLE)).returncode == 0
    assert run(ledger, tmp_path, *AUDIT, *only, "--format", "json").stdout == as_json.stdout
    as_csv = csv.DictReader(io.StringIO(run(ledger, tmp_path, *AUDIT, *only, "--format", "csv").stdout))
    assert sorted((r["rule"], r["subject"], r["certainty"]) for r in as_csv) == expected()
    more = json.loads(run(ledger, tmp_path, *AUDIT, "--rule", "V06", "--undecided", "--format", "json").stdout)
    assert {r["certainty"] for r in more} == {"lead", "not_computable"}


def test_one_rule_is_told_in_the_readers_language(ledger: str, tmp_path: Path) -> None:
    """A table with reasons; the counts go to the error stream."""
    chinese = run(ledger, tmp_path, *AUDIT, "--rule", "v08", language="zh")
    assert "必须用" in chinese.stdout and "认定" in chinese.stderr
    english = run(ledger, tmp_path, *AUDIT, "--rule", "V08")
    assert "demanded that this intermediary be used" in english.stdout and "Proven" in english.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("--as-of", "2026-02-30"), "2026-02-30"), (("--rule", "V99"), "V99"), (("--format", "pdf"), "pdf")],
)
def test_what_cannot_be_asked_is_said(tmp_path: Path, arguments: tuple[str, str], words: str) -> None:
    """No traceback; the value is named; nothing is printed as a finding, and no database is touched."""
    done = run(f"sqlite://{tmp_path}/none.sqlite3", tmp_path, "audit", *arguments)
    assert not (tmp_path / "none.sqlite3").exists()
    assert done.returncode != 0 and words in done.stderr and "Traceback" not in done.stderr and not done.stdout
