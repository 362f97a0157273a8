"""A log file is checked without the server: every tampering is found and named, by the module and by the program alone."""

import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from market.log import notes, offline
from tests import logfiles

PROGRAM = Path(offline.__file__)


def verdict(text: str, key: str = "", *known: str) -> offline.Verdict:
    """Of a file's text."""
    return offline.verify(text.splitlines(keepends=True), key, known)


def test_an_honest_file_is_in_order() -> None:
    """Entries and checkpoints are counted, the last note is told."""
    rows = logfiles.made()
    found = verdict(logfiles.text(rows), notes.verifier(), rows[8]["checkpoint"])
    assert (found.entries, found.checkpoints, found.problem, found.last) == (21, 3, None, rows[-1]["checkpoint"])


def test_every_tampering_is_named() -> None:
    """The seven, and others."""
    for name, text, code in logfiles.tampered():
        problem = verdict(text).problem
        assert problem is not None and problem.code == code, (name, problem)
        assert problem.words("zh") and problem.words("en")


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_no_byte_can_be_changed(data: st.DataObject) -> None:
    """Wherever a byte of the file is replaced by another, something is found."""
    notes.use(bytes(32))
    text = logfiles.text(logfiles.made(5, 5))
    at = data.draw(st.integers(0, len(text) - 2).filter(lambda n: not text[n].isspace()))
    other = data.draw(st.sampled_from("0aZ{}\"',+/=—").filter(lambda c: c.lower() != text[at].lower()))
    found = verdict(text[:at] + other + text[at + 1 :], notes.verifier() if at < 200 else "")
    assert found.problem is not None, (text[at - 20 : at], other)


def test_a_rewritten_log_is_caught_by_who_kept_a_checkpoint() -> None:
    """All of it signed anew by the right key: sound by itself, but not beside a checkpoint that a witness kept."""
    honest, short, rewritten = logfiles.made(), logfiles.made(14), logfiles.made()
    logfiles._changed_with_its_hash(rewritten)
    kept = honest[-1]["checkpoint"]
    assert verdict(logfiles.text(short), "", kept).problem.code == "truncated"  # type: ignore[union-attr]
    assert verdict(logfiles.text(rewritten), "", kept).problem.code == "history"  # type: ignore[union-attr]
    assert verdict(logfiles.text(logfiles.forked()), "", kept).problem.code == "forked"  # type: ignore[union-attr]
    assert verdict(logfiles.text(logfiles.forked())).problem is None


def test_another_public_key_is_noticed() -> None:
    """Whoever signs everything with a key of his own does not have the reader's."""
    text = logfiles.text(logfiles.made())
    notes.use(secrets.token_bytes(32))
    assert verdict(text).problem is None
    assert verdict(text, notes.verifier()).problem == offline.Problem("other_key", {})


def test_the_program_alone_names_them_too(tmp_path: Path) -> None:
    """Without any package and without our code: exit code and sentence, in both languages."""
    (tmp_path / "log.py").write_bytes(PROGRAM.read_bytes())
    cases = [*logfiles.tampered(), ("honest", logfiles.text(logfiles.made()), "")]
    for number, (_, text, _code) in enumerate(cases):
        (tmp_path / f"{number}.jsonl").write_text(text, encoding="utf-8")
    for number, (name, text, code) in enumerate(cases):
        command = [sys.executable, "-I", "-S", "log.py", f"{number}.jsonl"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        problem = verdict(text).problem
        assert done.returncode == int(bool(code)), (name, done)
        assert (problem.words("zh") if problem else "日志相符：21 条，3 个检查点") in done.stdout


@settings(deadline=None, max_examples=25)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=60), st.integers(0, 511))
def test_the_signature_check_is_that_of_the_library(secret: bytes, message: bytes, flipped: int) -> None:
    """Written out in plain Python: accepts what cryptography signs, nothing with a bit flipped, no other message."""
    key = Ed25519PrivateKey.from_private_bytes(secret)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert offline.ed25519(public, signature, message)
    changed = bytearray(signature)
    changed[flipped // 8] ^= 1 << flipped % 8
    assert not offline.ed25519(public, bytes(changed), message)
    assert not offline.ed25519(public, signature, message + b"x")


@pytest.mark.parametrize(
    ("public", "message", "signature"),
    [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
    ],
)
def test_the_vectors_of_the_rfc(public: str, message: str, signature: str) -> None:
    """RFC 8032 §7.1, tests 1 and 2."""
    assert offline.ed25519(bytes.fromhex(public), bytes.fromhex(signature), bytes.fromhex(message))
