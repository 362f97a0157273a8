"""The Merkle tree of RFC 9162 §2.1, without a database: leaf = SHA-256(00 ‖ data), node = SHA-256(01 ‖ left ‖ right).

The hash of a perfect subtree never changes once its last leaf is there. Whoever keeps those appends, and proves, in O(log n).
A perfect subtree is named (level, index): it spans the leaves index · 2^level up to (index + 1) · 2^level, counted from 0.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""

Node = tuple[int, int]
Range = tuple[int, int]


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def joined(parts: Sequence[bytes]) -> bytes:
    """The hash over perfect subtrees that stand side by side, the largest first."""
    if not parts:
        return EMPTY
    found = parts[-1]
    for part in reversed(parts[:-1]):
        found = node_hash(part, found)
    return found


@dataclass
class Frontier:
    """The right edge of a tree: its size and its perfect subtrees from left to right. It is all that appending needs."""

    size: int
    peaks: list[bytes]

    def add(self, leaf: bytes) -> list[bytes]:
        """Append a leaf's hash. Returns the hashes of the subtrees that it completes, at level 1, 2, …"""
        completed: list[bytes] = []
        found, left = leaf, self.size
        while left & 1:
            found = node_hash(self.peaks.pop(), found)
            completed.append(found)
            left >>= 1
        self.peaks.append(found)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The tree's root as it is now."""
        return joined(self.peaks)


def completed_by(node: Node) -> int:
    """How many leaves the tree has when the last leaf of this subtree is there."""
    level, index = node
    return (index + 1) << level


def perfect(span: Range) -> list[Node]:
    """The perfect subtrees that a span of leaves consists of, the largest first. The span is one of the tree's own."""
    start, end = span
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def _split(start: int, end: int) -> int:
    """Where a tree over these leaves divides: the left part is the largest power of two that is smaller than the whole."""
    return start + (1 << (end - start - 1).bit_length() - 1)


def inclusion_spans(index: int, size: int) -> list[Range]:
    """The subtrees of an inclusion proof in its order. Raises ValueError when there is no such leaf. Source: RFC 9162 §2.1.3.1."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} among {size}")
    start, end, found = 0, size, list[Range]()
    while end - start > 1:
        middle = _split(start, end)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency_spans(first: int, second: int) -> list[Range]:
    """The subtrees of a consistency proof in its order. Raises ValueError unless 1 ≤ first ≤ second. Source: RFC 9162 §2.1.4.1."""
    if not 1 <= first <= second:
        raise ValueError(f"no proof from {first} to {second}")
    start, end, found = 0, second, list[Range]()
    while first != end:
        middle = _split(start, end)
        if first <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return ([(start, end)] if start else []) + found[::-1]


def nodes_of(spans: Iterable[Range]) -> set[Node]:
    """Every perfect subtree that these spans need."""
    return {node for span in spans for node in perfect(span)}


def hashes_of(spans: Iterable[Range], known: Mapping[Node, bytes]) -> list[bytes]:
    """The spans' hashes from those of their perfect subtrees."""
    return [joined([known[node] for node in perfect(span)]) for span in spans]


def _sides(at: int, last: int, parts: int) -> list[bool] | None:
    """Of each part of a proof for leaf ``at`` of ``last + 1`` whether it stands on the left; None when so many do not fit."""
    found = []
    for _ in range(parts):
        if last == 0:
            return None
        found.append(bool(at & 1) or at == last)
        while found[-1] and at and not at & 1:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    return found if last == 0 else None


def root_by_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes | None:
    """The root that an inclusion proof leads to; None when it does not fit the size. Source: RFC 9162 §2.1.3.2."""
    sides = _sides(index, size - 1, len(path)) if 0 <= index < size else None
    if sides is None:
        return None
    found = leaf
    for part, left in zip(path, sides, strict=True):
        found = node_hash(part, found) if left else node_hash(found, part)
    return found


def includes(index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf stands at that place in the tree with that root."""
    return root_by_inclusion(index, size, leaf, path) == root


def consistent(first: int, second: int, roots: tuple[bytes, bytes], path: Sequence[bytes]) -> bool:
    """Whether the tree of ``second`` leaves begins with the tree of ``first``. Source: RFC 9162 §2.1.4.2."""
    if not 1 <= first < second:
        return first == second >= 1 and not path and roots[0] == roots[1]
    parts = path if first & (first - 1) else [roots[0], *path]
    shift = (first ^ (first - 1)).bit_length() - 1  # the largest perfect subtree that ends the smaller tree
    sides = _sides((first - 1) >> shift, (second - 1) >> shift, len(parts) - 1)
    if sides is None:
        return False
    old = new = parts[0]
    for part, left in zip(parts[1:], sides, strict=True):
        old, new = (node_hash(part, old), node_hash(part, new)) if left else (old, node_hash(new, part))
    return (old, new) == roots
