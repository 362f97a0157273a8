"""The Merkle tree against the definitions of RFC 9162, written down a second time as they stand there."""

import hashlib
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.log import tree

LEAVES = [tree.leaf_hash(str(number).encode()) for number in range(200)]


def grown(size: int) -> tuple[tree.Frontier, dict[tree.Node, bytes]]:
    """A tree of that size, and the hashes that are kept on the way."""
    frontier, kept = tree.Frontier(0, []), {}
    for number, leaf in enumerate(LEAVES[:size]):
        for level, found in enumerate([leaf, *frontier.add(leaf)]):
            kept[level, number >> level] = found
    return frontier, kept


@cache
def mth(start: int, end: int) -> bytes:
    """MTH of RFC 9162 §2.1.1."""
    count = end - start
    if count == 0:
        return hashlib.sha256().digest()
    if count == 1:
        return LEAVES[start]
    k = 1
    while 2 * k < count:
        k *= 2
    return hashlib.sha256(b"\x01" + mth(start, start + k) + mth(start + k, end)).digest()


@pytest.mark.parametrize("size", [*range(1, 35), 63, 64, 65, 100, 127, 128, 129, 199, 200])
def test_roots_and_proofs_are_those_of_the_rfc(size: int) -> None:
    """Every leaf is proven in the tree, every smaller tree is its beginning, and both from the kept hashes alone."""
    frontier, kept = grown(size)
    root = mth(0, size)
    assert frontier.root() == root and len(frontier.peaks) == size.bit_count()
    for index in range(size):
        path = tree.hashes_of(tree.inclusion_spans(index, size), kept)
        assert tree.includes(index, size, LEAVES[index], path, root)
    for first in range(1, size + 1):
        path = tree.hashes_of(tree.consistency_spans(first, size), kept)
        assert tree.consistent(first, size, (mth(0, first), root), path)


def test_the_empty_tree_has_its_root() -> None:
    """SHA-256 of nothing."""
    assert tree.Frontier(0, []).root() == mth(0, 0)


@given(st.data())
def test_a_changed_proof_proves_nothing(data: st.DataObject) -> None:
    """Another place, another size, another leaf, one flipped bit, one part more or less: none of them is accepted."""
    size = data.draw(st.integers(2, 200))
    index = data.draw(st.integers(0, size - 1))
    _, kept = grown(size)
    path, root = tree.hashes_of(tree.inclusion_spans(index, size), kept), mth(0, size)
    at = data.draw(st.integers(0, len(path) - 1))
    flipped = [*path[:at], bytes([path[at][0] ^ 1, *path[at][1:]]), *path[at + 1 :]]
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index))
    for wrong in (flipped, path[:-1], [*path, root], []):
        assert not tree.includes(index, size, LEAVES[index], wrong, root)
    assert not tree.includes(other, size, LEAVES[index], path, root)
    assert not tree.includes(index, size, LEAVES[other], path, root)
    assert tree.root_by_inclusion(size, size, LEAVES[index], path) is None


@given(st.data())
def test_a_changed_consistency_proof_proves_nothing(data: st.DataObject) -> None:
    """A tree that was rewritten is not the beginning of another, whatever is shown for it."""
    second = data.draw(st.integers(2, 200))
    first = data.draw(st.integers(1, second - 1))
    _, kept = grown(second)
    path, roots = tree.hashes_of(tree.consistency_spans(first, second), kept), (mth(0, first), mth(0, second))
    at = data.draw(st.integers(0, len(path) - 1))
    flipped = [*path[:at], bytes([path[at][0] ^ 1, *path[at][1:]]), *path[at + 1 :]]
    for wrong in (flipped, path[:-1], [*path, roots[1]], []):
        assert not tree.consistent(first, second, roots, wrong)
    assert not tree.consistent(first, second, (roots[1], roots[0]), path)
    assert tree.consistent(second, second, (roots[1], roots[1]), [])
    assert not tree.consistent(second, second, roots, [])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_what_is_not_there_has_no_proof(index: int, size: int) -> None:
    """A leaf beyond the tree, a tree that is longer than the later one."""
    with pytest.raises(ValueError, match="no leaf"):
        tree.inclusion_spans(index, size)
    with pytest.raises(ValueError, match="no proof"):
        tree.consistency_spans(size + 1, size)


def test_a_proof_in_a_long_log_needs_few_hashes() -> None:
    """A million entries: twenty hashes for a proof, from fewer than sixty kept ones."""
    assert max(len(tree.inclusion_spans(index, 999_999)) for index in (0, 1, 524_288, 999_998)) == 20
    needed = [len(tree.nodes_of(tree.consistency_spans(first, 999_999))) for first in (1, 524_289, 777_777)]
    assert max(needed) < 60
