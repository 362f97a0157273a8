"""A transcript says itself what it proves; tampering is caught and named, by the module and by the file people download."""

import copy
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.selection import draw, transcript
from tests import transcripts

ALL = {**transcripts.SEVEN, **transcripts.OTHERS}


@pytest.mark.parametrize("beacon", [True, False])
def test_an_honest_transcript_has_no_problem(beacon: bool) -> None:
    """With and without a beacon; also after a journey through JSON text."""
    made = transcripts.made(beacon=beacon)
    assert draw.verify(made) == [] and draw.verify(json.loads(json.dumps(made))) == []
    assert made["excluded"] == [transcripts.CODES[1]] and len(made["draw"]["order"]) == 4


def test_what_was_published_by_the_first_rule_still_verifies() -> None:
    """With its beacon; and it is caught as before when that is exchanged, or it is passed off as one of the second rule."""
    kept = transcripts.first_rule()
    assert draw.verify(kept) == [] and kept["notice"]["rule"] == draw.FIRST
    kept["beacon"]["value"] = "01"
    assert "beacon_changed" in {p.code for p in draw.verify(kept)}
    assert [p.code for p in draw.verify(kept | {"format": draw.FORMATS[draw.RULE]})] == ["unreadable"]


@pytest.mark.parametrize(
    ("values", "offices", "taken"),
    [
        ((), (), ""),
        (("A",), (0,), ""),
        (("A", "A"), (0, 1), "A"),
        (("A", "A"), (0, 0), ""),
        (("A", "B"), (0, 1), ""),
        (("A", "B", "B"), (0, 1, 0), "B"),
        (("A", "B", "B"), (0, 1, 1), ""),
        (("A", "A", "B", "B"), (0, 0, 0, 1), "B"),
        (("A", "B", "C"), (0, 1, 0), ""),
    ],
)
def test_what_counts_as_the_beacon(values: tuple[str, ...], offices: tuple[int, ...], taken: str) -> None:
    """What two organisations say; nothing where one alone speaks, however often, or they contradict: then the draw takes none."""
    said = enumerate(zip(values, offices, strict=True))
    made = transcripts.made(voices=[transcripts.voice(n, value, office) for n, (value, office) in said])
    assert draw.verify(made) == [] and made["beacon"]["value"] == taken
    nonces = {b["id"]: bytes.fromhex(b["nonce"]) for b in made["reveals"]}
    code = bytes.fromhex(made["draw"]["code"])
    assert made["draw"]["prk"] == draw.seed(code, transcripts.PROJECT, transcripts.CODES, nonces, taken).hex()


@pytest.mark.parametrize("name", ALL)
def test_tampering_is_named(name: str) -> None:
    """Each by its own name, in both languages."""
    change, expected = ALL[name]
    changed = copy.deepcopy(transcripts.made())
    change(changed)
    found = draw.verify(changed)
    assert expected in {p.code for p in found}, found
    assert all("{" not in p.words(language) for p in found for language in ("zh", "en"))


@pytest.mark.parametrize("name", transcripts.UNREADABLE)
def test_what_is_no_transcript_is_said_to_be_none(name: str) -> None:
    """No traceback, whatever the file holds."""
    assert [p.code for p in draw.verify(transcripts.UNREADABLE[name])] == ["unreadable"]


def _leaves(part: object, way: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else None
    return [way] if inner is None else [leaf for key, value in inner for leaf in _leaves(value, (*way, key))]


PROVEN = [way for way in _leaves(transcripts.made()) if way[0] != "trust"]


@given(st.sampled_from(PROVEN), st.text("0123456789abcdefABCDEF", min_size=1, max_size=64))
def test_no_value_can_be_exchanged(way: tuple[str, ...], other: str) -> None:
    """Whichever single value of the transcript becomes another text: it is noticed."""
    changed = transcripts.made()
    part = changed
    for step in way[:-1]:
        part = part[step]
    if str(part[way[-1]]).lower() != other.lower():
        part[way[-1]] = other
        assert draw.verify(changed) != []


def test_every_word_can_be_said() -> None:
    """Each problem has its sentence in both languages, and each is provoked by some test above."""
    provoked = {expected for _, expected in ALL.values()} | {"unreadable", "beacon_unannounced"}
    assert provoked == set(draw.WORDS)
    changed = transcripts.made()
    changed["notice"]["beacon"] = None
    assert "beacon_unannounced" in {p.code for p in draw.verify(changed)}


def test_the_trust_model_is_in_the_transcript() -> None:
    """In both languages, with the table of integrity.md."""
    told = transcripts.made()["trust"]
    table = {row["bidders"]: row["percentByWithheld"] for row in told["coalitionBound"]}
    assert table == {3: [33, 56, 80, 96], 5: [20, 36, 59, 83], 10: [10, 19, 34, 57]}
    assert len(told["zh"]) == len(told["en"]) == len(transcript.TRUST["zh"])


def alone(folder: Path, content: str) -> subprocess.CompletedProcess[str]:
    """The file as downloaded, run by a Python that knows nothing of this project."""
    script, file = folder / "draw.py", folder / "transcript.json"
    script.write_bytes(Path(draw.__file__).read_bytes())
    file.write_text(content, encoding="utf-8")
    command = [sys.executable, "-I", "-S", "-X", "utf8", str(script), str(file)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_downloaded_file_stands_alone(tmp_path: Path) -> None:
    """Without this project and without any package it accepts the honest one, names the seven, and refuses what is no JSON."""
    done = alone(tmp_path, json.dumps(transcripts.made()))
    assert done.returncode == 0 and transcripts.made()["closing"]["hash"] in done.stdout, done.stderr
    for name, (_, expected) in transcripts.SEVEN.items():
        done = alone(tmp_path, json.dumps(transcripts.tampered(name)))
        [problem, *_] = [p for p in draw.verify(transcripts.tampered(name)) if p.code == expected]
        assert done.returncode == 1 and problem.words("zh") in done.stdout and problem.words("en") in done.stdout
    for content in ("{", "[" * 100_000, "[]"):
        done = alone(tmp_path, content)
        assert done.returncode == 1 and "✗" in done.stdout and not done.stderr


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    """Usage, and the status that says so."""
    command = [sys.executable, str(Path(draw.__file__)), str(tmp_path / "none.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "usage" in done.stderr
