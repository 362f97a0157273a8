"""Sealed acts in a public log without telling how many there are: batches of one fixed shape. Pure.

A contest must not tell how many quotes it has, and a log tells its size to everybody: checkpoints, proofs, the feed, gaps
in the sequence. So a sealed act (a quote, its withdrawal, a look at one's own) is no entry of the log. Its salted commitment
waits in a table, written in the act's own transaction, until the next **checkpoint**. Then all that wait go into a tree of
fixed depth, each at a random place, and the root of that tree is *one* entry: one for twenty, one for none.

- Checkpoints come at moments that anybody can work out without looking at quotes (a notice's deadline, its opening, every
  ``sealed_batch`` seconds while any notice is open, once a day), so neither their number nor their time tells anything.
- Places in the tree where nothing stands hold keyed hashes, which nobody without the batch's secret can tell from subtrees
  with commitments in them. Proofs always have ``DEPTH`` hashes. So a receipt's holder learns nothing of others either.
- Not chosen: decoy leaves. They hide a number only in noise that thins out with patience, or cost as much as the busiest hour
  at all times. Not chosen: whole checkpoints held back, since everything else in the log would have to wait, too.
- What it costs: between the act and the next checkpoint the commitment is in the database but not in the log. For that time
  the receipt is the platform's signature, as in Certificate Transparency (signed timestamp, then inclusion).
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping, Sequence

from market.log.tree import leaf_hash, node_hash

DEPTH = 16
MOST = 1 << 15
"""How many acts one batch takes at most: half of its places, so that random ones are found at once."""


_DOMAIN = b"zhoushan-market sealed act v1\x00"


def commitment_of(body: str) -> str:
    """The commitment to an act that nothing else keeps; ``body`` holds a salt. Hexadecimal SHA-256."""
    return hashlib.sha256(_DOMAIN + body.encode()).hexdigest()


def scatter(count: int) -> list[int]:
    """That many different random places."""
    return secrets.SystemRandom().sample(range(1 << DEPTH), count)


class Batch:
    """A batch tree. ``acts``: place → commitment, hexadecimal; ``secret``: 32 bytes that fill the rest."""

    def __init__(self, secret: bytes, acts: Mapping[int, str]) -> None:
        self._secret = secret
        self._levels = [{place: leaf_hash(bytes.fromhex(commitment)) for place, commitment in acts.items()}]
        for level in range(DEPTH):
            parents = {place >> 1 for place in self._levels[level]}
            self._levels.append({p: node_hash(self._at(level, 2 * p), self._at(level, 2 * p + 1)) for p in parents})

    def _at(self, level: int, place: int) -> bytes:
        return self._levels[level].get(place) or self._filler(level, place)

    def _filler(self, level: int, place: int) -> bytes:
        return hmac.new(self._secret, level.to_bytes(1, "big") + place.to_bytes(4, "big"), hashlib.sha256).digest()

    def root(self) -> bytes:
        """What the log says of the batch."""
        return self._at(DEPTH, 0)

    def path(self, place: int) -> list[bytes]:
        """The proof for one place: always ``DEPTH`` hashes, from the bottom up."""
        return [self._at(level, (place >> level) ^ 1) for level in range(DEPTH)]


def root_of(place: int, commitment: str, path: Sequence[bytes]) -> bytes | None:
    """The batch root that a proof leads to; None when its length is wrong or there is no such place."""
    if len(path) != DEPTH or not 0 <= place < 1 << DEPTH:
        return None
    found = leaf_hash(bytes.fromhex(commitment))
    for level, part in enumerate(path):
        found = node_hash(part, found) if place >> level & 1 else node_hash(found, part)
    return found


def hexadecimal(path: Iterable[bytes]) -> list[str]:
    """Hashes as texts."""
    return [part.hex() for part in path]
