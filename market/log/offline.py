"""Check a file of the public log without its server, its database or any of its code: this file needs Python 3.11 and nothing else.

``python log.py FILE [--key KEY] [--known CHECKPOINT]``. It recomputes the Merkle tree (RFC 9162) over all entries, and compares
each signed checkpoint (C2SP signed note, Ed25519 by RFC 8032, written out below) with the tree as it was at that size.
``--key``: the log's public key from where you trust it; without it the file's own is believed. ``--known``: a checkpoint that you,
or a witness, kept: whoever rewrites the log signs a new one, but cannot take back the old.
"""

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FORMAT = "zhoushan-market log/1"
WORDS = {
    "unreadable": {
        "zh": "第 {line} 行不是这种文件的内容：文件损坏，或格式不对。",
        "en": "Line {line} is nothing that such a file has: damaged, or another format.",
    },
    "changed": {
        "zh": "第 {seq} 条被改动：内容与它的散列值不符。",
        "en": "Entry {seq} was changed: its content does not fit its hash.",
    },
    "misplaced": {
        "zh": "第 {seq} 条的内容自称是第 {said} 条：有插入或换位。",
        "en": "Entry {seq} says of itself that it is {said}: inserted or moved.",
    },
    "missing": {"zh": "缺少第 {seq} 条。", "en": "Entry {seq} is missing."},
    "inserted": {
        "zh": "第 {seq} 条之后多出一条，编号 {said} 已经有过。",
        "en": "Something was inserted after entry {seq}: number {said} was there already.",
    },
    "reordered": {
        "zh": "第 {seq} 条不在它的位置上，次序被改动。",
        "en": "Entry {seq} is not in its place: the order was changed.",
    },
    "truncated": {
        "zh": "记录只有 {entries} 条，检查点签的是 {size} 条：末尾被截去。",
        "en": "There are {entries} entries, a checkpoint was signed over {size}: the end was cut off.",
    },
    "history": {
        "zh": "第 {since} 到 {size} 条里有改动：检查点签名无误，但根与记录不符。",
        "en": "Among entries {since} to {size} something was changed: the checkpoint is signed, the entries do not give its root.",
    },
    "root": {
        "zh": "{size} 条处的检查点被改动：根或大小与记录不符，签名也不对。",
        "en": "The checkpoint at {size} was changed: neither its root or size fits the entries, nor its signature.",
    },
    "signature": {
        "zh": "{size} 条处的检查点签名不对：签名或时间被改动。",
        "en": "The checkpoint at {size} has a wrong signature: the signature or the time was changed.",
    },
    "key": {"zh": "{size} 条处的检查点是另一把钥匙签的。", "en": "The checkpoint at {size} was signed by another key."},
    "other_key": {"zh": "文件用的不是您给的公钥。", "en": "The file has another public key than yours."},
    "forked": {
        "zh": "{size} 条处与您留存的检查点不符：这是另一本日志。两份检查点合在一起就是证据。",
        "en": "At {size} it differs from the checkpoint you kept: this is another log. Both checkpoints together prove it.",
    },
    "uncovered": {
        "zh": "第 {seq} 条之后没有检查点：末尾几条没有签名。",
        "en": "No checkpoint follows entry {seq}: the last entries are not signed.",
    },
    "good": {
        "zh": "日志相符：{entries} 条，{checkpoints} 个检查点。末尾的检查点：",
        "en": "The log is as it says: {entries} entries, {checkpoints} checkpoints. The last one:",
    },
}


@dataclass(frozen=True)
class Problem:
    """What does not fit, and where."""

    code: str
    facts: dict[str, Any]

    def words(self, language: str) -> str:
        """In ``zh`` or ``en``."""
        return WORDS[self.code][language].format(**self.facts)


class _Found(Exception):
    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.problem = Problem(code, facts)


_P, _L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
Point = tuple[int, int, int, int]


def _sum(a: Point, b: Point) -> Point:
    s, t = (a[1] - a[0]) * (b[1] - b[0]) % _P, (a[1] + a[0]) * (b[1] + b[0]) % _P
    c, d = 2 * a[3] * b[3] * _D % _P, 2 * a[2] * b[2] % _P
    e, f, g, h = t - s, d - c, d + c, t + s
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(number: int, point: Point) -> Point:
    found = (0, 1, 1, 0)
    while number:
        found = _sum(found, point) if number & 1 else found
        point, number = _sum(point, point), number >> 1
    return found


def _point(text: bytes) -> Point | None:
    """A point from its 32 bytes; None when they are none. Source: RFC 8032 §5.1.3."""
    whole = int.from_bytes(text, "little")
    y, odd = whole & (1 << 255) - 1, whole >> 255
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    x = x if x * x % _P == square else x * _ROOT % _P
    if y >= _P or x * x % _P != square or (x == 0 and odd):
        return None
    x = x if x & 1 == odd else _P - x
    return x, y, 1, x * y % _P


_BASE = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))


def ed25519(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature holds. Source: RFC 8032 §5.1.7."""
    if len(public) != 32 or len(signature) != 64 or _BASE is None:
        return False
    a, r, s = _point(public), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= _L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _L
    left, right = _times(s, _BASE), _sum(r, _times(k, a))
    return (left[0] * right[2] - right[0] * left[2]) % _P == 0 == (left[1] * right[2] - right[1] * left[2]) % _P


@dataclass(frozen=True)
class _Key:
    """The log's public key: name, id and 32 bytes. Source: C2SP signed-note."""

    name: str
    id: bytes
    public: bytes

    @classmethod
    def of(cls, line: str) -> "_Key":
        name, id_, key = line.split("+", 2)
        raw = base64.b64decode(key, validate=True)
        if raw[:1] != b"\x01" or hashlib.sha256(f"{name}\n".encode() + raw).hexdigest()[:8] != id_:
            raise ValueError(line)
        return cls(name, bytes.fromhex(id_), raw[1:])


@dataclass(frozen=True)
class _Note:
    size: int
    root: bytes
    key: bool
    signed: bool

    @classmethod
    def of(cls, note: str, key: _Key) -> "_Note":
        text, _, below = note.rpartition("\n\n")
        name, size, root, *_ = text.split("\n")
        ours = [line.rpartition(" ")[2] for line in below.split("\n") if line.startswith(f"— {key.name} ")]
        raw = [base64.b64decode(line, validate=True) for line in ours]
        mine = [part[4:] for part in raw if part[:4] == key.id and name == key.name]
        signed = any(ed25519(key.public, part, f"{text}\n".encode()) for part in mine)
        return cls(int(size), base64.b64decode(root, validate=True), bool(mine), signed)


@dataclass
class _Tree:
    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def add(self, leaf: bytes) -> None:
        left = self.size
        while left & 1:
            leaf = hashlib.sha256(b"\x01" + self.peaks.pop() + leaf).digest()
            left >>= 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        found = self.peaks[-1] if self.peaks else hashlib.sha256().digest()
        for peak in reversed(self.peaks[:-1]):
            found = hashlib.sha256(b"\x01" + peak + found).digest()
        return found


@dataclass
class Verdict:
    """What was checked, up to the first problem if there is one. ``last``: the last signed note."""

    entries: int = 0
    checkpoints: int = 0
    problem: Problem | None = None
    last: str = ""


def verify(lines: Iterable[str], key: str = "", known: Sequence[str] = ()) -> Verdict:
    """Check the lines of a file, one after the other; it may be of any length."""
    verdict = Verdict()
    try:
        _verify(iter(enumerate(lines, 1)), key.strip(), known, verdict)
    except _Found as found:
        verdict.problem = found.problem
    return verdict


def _verify(lines: Iterator[tuple[int, str]], key: str, known: Sequence[str], verdict: Verdict) -> None:
    signer = _head(next(lines, (1, "")))
    if key and _Key.of(key) != signer:
        raise _Found("other_key")
    kept = _kept(known, signer)
    tree, covered = _Tree(), 0
    for number, line in lines:
        row = _row(number, line)
        if "checkpoint" in row:
            _check_note(row["checkpoint"], signer, tree, covered)
            covered, verdict.last, verdict.checkpoints = tree.size, row["checkpoint"], verdict.checkpoints + 1
        else:
            _check_number(row, tree.size + 1, lines)
            _check_entry(row, tree)
            verdict.entries = tree.size
        if tree.size in kept and kept[tree.size] != tree.root():
            raise _Found("forked", size=tree.size)
    _check_end(tree, covered, kept)


def _kept(known: Sequence[str], signer: _Key) -> dict[int, bytes]:
    notes = [_Note.of(text, signer) for text in known]
    return {note.size: note.root for note in notes if note.signed}


def _head(first: tuple[int, str]) -> _Key:
    row = _row(*first)
    try:
        if row["format"] == FORMAT:
            return _Key.of(row["key"])
    except (KeyError, ValueError, AttributeError):
        pass
    raise _Found("unreadable", line=first[0])


def _row(number: int, line: str) -> dict[str, Any]:
    """A line of the file: whole, and with the kinds of values that it must have."""
    try:
        row = json.loads(line)
        kinds = {"format": str, "key": str, "checkpoint": str, "seq": int, "leaf": str, "body": str}
        if isinstance(row, dict) and row and all(type(value) is kinds[name] for name, value in row.items()):
            return {**row, "line": number}
    except (ValueError, KeyError, RecursionError):
        pass
    raise _Found("unreadable", line=number)


def _check_number(row: dict[str, Any], wanted: int, rest: Iterator[tuple[int, str]]) -> None:
    if "seq" not in row:
        raise _Found("unreadable", line=row["line"])
    if row["seq"] < wanted:
        raise _Found("inserted", seq=wanted - 1, said=row["seq"])
    if row["seq"] > wanted:
        follows = any(_row(*line).get("seq") == wanted for line in rest)
        raise _Found("reordered" if follows else "missing", seq=wanted)


def _check_entry(row: dict[str, Any], tree: _Tree) -> None:
    if "body" in row:
        _check_body(row, tree.size + 1)
    try:
        leaf = bytes.fromhex(row.get("leaf", ""))
    except ValueError:
        leaf = b""
    if len(leaf) != 32:
        raise _Found("changed", seq=tree.size + 1)
    tree.add(leaf)


def _check_body(row: dict[str, Any], wanted: int) -> None:
    if hashlib.sha256(b"\x00" + row["body"].encode("utf-8", "surrogatepass")).hexdigest() != row.get("leaf"):
        raise _Found("changed", seq=wanted)
    said = json.loads(row["body"]).get("seq")
    if said != wanted:
        raise _Found("misplaced", seq=wanted, said=said)


def _check_note(text: str, key: _Key, tree: _Tree, covered: int) -> None:
    try:
        note = _Note.of(text, key)
    except ValueError:
        raise _Found("root", size=tree.size) from None
    fits = (note.size, note.root) == (tree.size, tree.root())
    if not note.key:
        raise _Found("key", size=tree.size)
    if not note.signed:
        raise _Found("signature" if fits else "root", size=tree.size)
    if note.size < tree.size:
        raise _Found("reordered", seq=note.size + 1)
    if note.size > tree.size:
        raise _Found("truncated", entries=tree.size, size=note.size)
    if not fits:
        raise _Found("history", since=covered + 1, size=tree.size)


def _check_end(tree: _Tree, covered: int, kept: dict[int, bytes]) -> None:
    longest = max(kept, default=0)
    if longest > tree.size:
        raise _Found("truncated", entries=tree.size, size=longest)
    if covered != tree.size or not tree.size:
        raise _Found("uncovered", seq=covered)


def main(words: Sequence[str] | None = None) -> int:
    """The command. 0: as it says; 1: a problem; 2: no file."""
    parser = argparse.ArgumentParser(description="核对公开日志 · check a file of the public log")
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", default="", help="日志的公钥 · the log's public key")
    parser.add_argument("--known", type=Path, action="append", default=[], help="留存的检查点 · a checkpoint that you kept")
    asked = parser.parse_args(words)
    try:
        with asked.file.open(encoding="utf-8") as lines:
            verdict = verify(lines, asked.key, [path.read_text(encoding="utf-8") for path in asked.known])
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    problem = verdict.problem or Problem("good", vars(verdict))
    sys.stdout.write(f"{problem.words('zh')}\n{problem.words('en')}\n{'' if verdict.problem else verdict.last}")
    return 1 if verdict.problem else 0


if __name__ == "__main__":
    sys.exit(main())
