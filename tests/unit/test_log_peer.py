"""The Merkle tree against a peer that knows nothing of ours: pymerkle, sizes 1 to 200."""

import pytest
from pymerkle import InmemoryTree

from market.log import tree
from tests.unit.test_log_tree import LEAVES, grown

SIZES = range(1, 201)


@pytest.fixture(scope="module")
def peer() -> InmemoryTree:
    """The peer's tree over the same data."""
    found = InmemoryTree(algorithm="sha256")
    for number in range(len(SIZES)):
        found.append_entry(str(number).encode())
    return found


def test_the_roots_agree(peer: InmemoryTree) -> None:
    """Of every size."""
    assert [grown(size)[0].root() for size in SIZES] == [peer.get_root(size) for size in SIZES]


def test_the_inclusion_proofs_agree(peer: InmemoryTree) -> None:
    """Of every leaf in every tree: the same path, and ours is accepted for the peer's root."""
    _, kept = grown(max(SIZES))
    for size in SIZES:
        root = peer.get_root(size)
        for index in range(size):
            path = tree.hashes_of(tree.inclusion_spans(index, size), kept)
            assert path == peer.prove_inclusion(index + 1, size).path[1:]
            assert tree.includes(index, size, LEAVES[index], path, root)


def test_the_consistency_proofs_agree(peer: InmemoryTree) -> None:
    """Of every pair of trees: ours holds for the peer's roots, the peer's (which divides its paths further) for ours."""
    _, kept = grown(max(SIZES))
    roots = {size: peer.get_root(size) for size in SIZES}
    ours = {size: grown(size)[0].root() for size in SIZES}
    for second in SIZES:
        for first in range(1, second + 1):
            path = tree.hashes_of(tree.consistency_spans(first, second), kept)
            assert tree.consistent(first, second, (roots[first], roots[second]), path)
            peer.prove_consistency(first, second).verify(ours[first], ours[second])
