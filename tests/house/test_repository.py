"""What is committed serves everybody, on any machine."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house import repository
from tests.house.source import ROOT, listing

_PROJECT = '[project]\ndependencies = ["a"]\noptional-dependencies.dev = []\n'
_HASHED = "a==1 \\\n    --hash=sha256:00\n"


def _locks(run: str, dev: str) -> dict[str, str]:
    return {"pyproject.toml": _PROJECT, "requirements.lock": run, "requirements-dev.lock": dev}


BREACHES: list[tuple[Callable[[Path], list[str]], dict[str, str]]] = [
    (repository.lock_problems, _locks(_HASHED, _HASHED + "b==1\n")),
    (repository.lock_problems, _locks(_HASHED, f"--index-url x\n{_HASHED}")),
    (repository.lock_problems, _locks(_HASHED, _HASHED.replace("1", "2", 1))),
    (repository.lock_problems, _locks("", _HASHED)),
    (repository.machine_names, {"README.md": "see /wo" + "rk/main\n"}),
    (repository.machine_names, {"deploy/x.conf": "index = py" + "pi.org\n"}),
    (repository.skipped_tests, {"tests/test_x.py": "@pytest.mark." + "skip\ndef test_x(): ...\n"}),
    (repository.mute_tests, {"tests/test_x.py": "def test_x(): ...\n"}),
]


@pytest.mark.parametrize("check", dict.fromkeys(check for check, _ in BREACHES), ids=lambda check: check.__name__)
def test_the_repository_is_clean(check: Callable[[], list[str]]) -> None:
    """Locks, paths and tests are as they should be."""
    found = check()
    assert not found, listing(found, f"{check.__doc__} See tests/house/repository.py.")


@pytest.mark.parametrize(("check", "files"), BREACHES)
def test_a_breach_is_found(check: Callable[[Path], list[str]], files: dict[str, str], tmp_path: Path) -> None:
    """Exactly the one planted breach is found."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert len(check(tmp_path)) == 1


def test_sound_locks_pass(tmp_path: Path) -> None:
    """Pinned, hashed, consistent locks are no problem."""
    for name, text in _locks(_HASHED, _HASHED).items():
        (tmp_path / name).write_text(text)
    assert not repository.lock_problems(tmp_path)


def test_the_licence_is_whole() -> None:
    """Apache-2.0, as pyproject.toml says."""
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_median_test_is_short() -> None:
    """A test that can be read at a glance: the median has at most 20 lines."""
    assert 0 < repository.median_test_lines() <= 20
