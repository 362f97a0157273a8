"""Files of the public log, and what people may do to them: each tampering with the name that it must be given."""

import base64
import json
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from market.log import notes, offline, tree

AT = datetime(2026, 11, 24, 4, tzinfo=UTC)
Rows = list[dict[str, Any]]


def made(count: int = 21, every: int = 7) -> Rows:
    """A file with public and other entries and several checkpoints, under the key in use."""
    rows: Rows = [{"format": offline.FORMAT, "key": notes.verifier()}]
    grown = tree.Frontier(0, [])
    for seq in range(1, count + 1):
        body = json.dumps({"seq": seq, "facts": {"名称": f"第{seq}条"}}, ensure_ascii=False)
        leaf = tree.leaf_hash(body.encode())
        grown.add(leaf)
        rows.append({"seq": seq, "leaf": leaf.hex()} | ({"body": body} if seq % 3 else {}))
        if seq % every == 0:
            rows.append({"checkpoint": notes.Checkpoint(seq, grown.root(), AT).note()})
    return rows


def place(rows: Rows, seq: int) -> int:
    """Where an entry stands."""
    return next(at for at, row in enumerate(rows) if row.get("seq") == seq)


def _changed_byte(rows: Rows) -> None:
    row = rows[place(rows, 10)]
    row["body"] = row["body"].replace("条", "條")


def _changed_with_its_hash(rows: Rows) -> None:
    row = rows[place(rows, 10)]
    row["body"] = row["body"].replace("条", "條")
    row["leaf"] = tree.leaf_hash(row["body"].encode()).hex()


def _inserted(rows: Rows) -> None:
    at = place(rows, 10)
    rows.insert(at, dict(rows[at]))


def _inserted_and_renumbered(rows: Rows) -> None:
    at = place(rows, 10)
    rows.insert(at, dict(rows[at]))
    for row in rows[at + 1 :]:
        if "seq" in row:
            row["seq"] += 1


def _reordered(rows: Rows) -> None:
    at = place(rows, 10)
    rows[at], rows[at + 1] = rows[at + 1], rows[at]


def _truncated(rows: Rows) -> None:
    del rows[place(rows, 19) : place(rows, 21) + 1]


def _cut_with_its_checkpoint(rows: Rows) -> None:
    del rows[place(rows, 20) :]


def _changed_root(rows: Rows) -> None:
    lines = rows[-1]["checkpoint"].split("\n")
    lines[2] = base64.b64encode(bytes(32)).decode()
    rows[-1]["checkpoint"] = "\n".join(lines)


def _changed_signature(rows: Rows) -> None:
    note = rows[-1]["checkpoint"]
    rows[-1]["checkpoint"] = note[:-6] + ("A" if note[-6] != "A" else "B") + note[-5:]


def _changed_time(rows: Rows) -> None:
    rows[-1]["checkpoint"] = rows[-1]["checkpoint"].replace("time 2026", "time 2025")


def _other_key(rows: Rows) -> None:
    keep = list(notes._key)
    notes.use(secrets.token_bytes(32))
    rows[-1] = made()[-1]
    notes._key[:] = keep


def _removed(rows: Rows) -> None:
    del rows[place(rows, 10)]


SEVEN: dict[str, tuple[Callable[[Rows], None], str]] = {
    "changed byte": (_changed_byte, "changed"),
    "removed entry": (_removed, "missing"),
    "inserted entry": (_inserted, "inserted"),
    "reordered": (_reordered, "reordered"),
    "truncated tail": (_truncated, "truncated"),
    "changed root": (_changed_root, "root"),
    "changed signature": (_changed_signature, "signature"),
}
OTHERS: dict[str, tuple[Callable[[Rows], None], str]] = {
    "other key": (_other_key, "key"),
    "changed time": (_changed_time, "signature"),
    "changed with its hash": (_changed_with_its_hash, "history"),
    "inserted and renumbered": (_inserted_and_renumbered, "misplaced"),
    "cut with its checkpoint": (_cut_with_its_checkpoint, "uncovered"),
    "no log": (lambda rows: rows.clear(), "unreadable"),
    "wrong kind": (lambda rows: rows.insert(3, {"seq": "4"}), "unreadable"),
}


def text(rows: Rows) -> str:
    """As a file."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def tampered() -> Iterator[tuple[str, str, str]]:
    """Name, file and expected code of each."""
    for name, (change, code) in (SEVEN | OTHERS).items():
        rows = made()
        change(rows)
        yield name, text(rows), code


def forked() -> Rows:
    """Another log of the same length, sound by itself, under the same key."""
    rows, other = made(), tree.Frontier(0, [])
    for row in rows[1:]:
        if "checkpoint" in row:
            row["checkpoint"] = notes.Checkpoint(other.size, other.root(), AT).note()
            continue
        leaf = tree.leaf_hash(b"other" + bytes.fromhex(row["leaf"]))
        other.add(leaf)
        row.pop("body", None)
        row["leaf"] = leaf.hex()
    return rows
