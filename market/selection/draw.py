"""The verifiable draw: nobody alone can choose who comes first, and anybody can compute the order again.

C = SHA-256ⁿ(secret) stands in the notice; c = SHA-256ⁿ⁻¹(secret) is shown at the draw. PRK = HMAC-SHA256(c, H(project,
roster, sorted (id, rᵢ), beacon)); the place of an id is HMAC(PRK, id‖01), the lowest comes first. H puts each field's length
before it, in 8 bytes. Pure and exact: ids are codes in capitals. Source: integrity.md §6.2, after draft-thomson-elegy-vrs.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping

Place = Callable[[str], bytes]
"""Where the draw puts an id: the lowest comes first. What methods take to break ties: ``partial(place, prk)``."""

CODE, ROSTER, NONCE, NONCES, SEED = (f"zhoushan-market draw {name} v1" for name in ("code", "roster", "nonce", "nonces", "seed"))


def hashed(domain: str, *fields: str | bytes) -> bytes:
    """SHA-256 over the domain and the fields, each with its length before it: no two lists of fields give one text."""
    parts = [field.encode() if isinstance(field, str) else field for field in (domain, *fields)]
    return hashlib.sha256(b"".join([len(part).to_bytes(8, "big") + part for part in parts])).digest()


def chained(start: bytes, times: int) -> bytes:
    """The hash of the hash of … ``start``, so many times."""
    for _ in range(times):
        start = hashed(CODE, start)
    return start


def commitment(secret: bytes, n: int) -> bytes:
    """What the notice publishes before anybody quotes. Raises ValueError when n < 1."""
    if n < 1:
        raise ValueError("a commitment takes at least one hash")
    return chained(secret, n)


def code(secret: bytes, n: int, number: int = 1) -> bytes:
    """What is shown at the draw; later draws of one notice go further back in the chain. Raises ValueError beyond its end."""
    if not 1 <= number <= n:
        raise ValueError(f"a chain of {n} has no code number {number}")
    return chained(secret, n - number)


def nonce_hash(project: str, bidder: str, nonce: bytes) -> bytes:
    """hᵢ: what a bidder sends with its quote, before it shows the nonce."""
    return hashed(NONCE, project, bidder, nonce)


def seed(shown: bytes, project: str, roster: Iterable[str], nonces: Mapping[str, bytes], beacon: str = "") -> bytes:
    """PRK. ``roster``: everybody at closing, in any order; ``nonces``: of those who take part; ``beacon``: "" where there is none."""
    pairs = [field for bidder in sorted(nonces) for field in (bidder, nonces[bidder])]
    inputs = hashed(SEED, project, hashed(ROSTER, *sorted(roster)), hashed(NONCES, *pairs), beacon)
    return hmac.digest(shown, inputs, "sha256")


def place(prk: bytes, entry: str) -> bytes:
    """Where the draw puts the id."""
    return hmac.digest(prk, entry.encode() + b"\x01", "sha256")


def order(prk: bytes, ids: Iterable[str]) -> tuple[str, ...]:
    """All of them, first place first: whoever drops out is followed by the next. Raises ValueError when one is there twice."""
    entered = list(ids)
    if len(set(entered)) < len(entered):
        raise ValueError("nobody enters a draw twice")
    return tuple(sorted(entered, key=lambda entry: place(prk, entry)))


def weighted(prk: bytes, tickets: Mapping[str, int]) -> tuple[str, ...]:
    """As ``order``, but each id holds so many tickets ``id#2`` … (the first bears the id itself), and its best one counts.

    Raises ValueError when an id holds none.
    """
    if any(number < 1 for number in tickets.values()):
        raise ValueError("everybody in a draw holds at least one ticket")
    best = {entry: min(place(prk, ticket) for ticket in _tickets(entry, number)) for entry, number in tickets.items()}
    return tuple(sorted(best, key=lambda entry: best[entry]))


def _tickets(entry: str, number: int) -> list[str]:
    return [entry, *(f"{entry}#{k}" for k in range(2, number + 1))]
