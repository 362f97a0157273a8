"""Verifying a draw among 100 bidders, against a bare loop of its HMACs in the same run.

``python -m tests.bench.draw``. Prints the median in ms of ``draw.verify``, of the yardstick, and their ratio; aim: at most 1 ms.
"""

import hashlib
import hmac
import statistics
import time
from collections.abc import Callable
from datetime import timedelta

from market.selection import draw, transcript
from tests import transcripts

BIDDERS, ROUNDS = 100, 300


def made() -> dict[str, object]:
    """A transcript of so many bidders, all with nonces of their own."""
    codes = [f"91330902MA{number:07d}X" for number in range(BIDDERS)]
    nonces = {code: hashlib.sha256(code.encode()).digest() for code in codes}
    said = transcript.notice(transcripts.PROJECT, draw.commitment(transcripts.SECRET, 100), 100, transcripts.START, 7200, None)
    entrants = [
        transcript.Entrant(code, draw.nonce_hash(transcripts.PROJECT, code, nonce).hex(), False, nonce.hex())
        for code, nonce in nonces.items()
    ]
    closes = transcripts.START + timedelta(days=3)
    listed = transcript.closing(said, transcript.Times(closes, closes, closes + timedelta(hours=2)), bytes(32), entrants)
    return transcript.assemble(said, listed, entrants, None, draw.code(transcripts.SECRET, 100), closes)


def median_ms(work: Callable[[], object]) -> float:
    """Of many rounds."""
    spent = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent) * 1000


def bare() -> None:
    """What cannot be avoided: an HMAC and a hash a bidder."""
    for number in range(BIDDERS):
        hmac.digest(transcripts.SECRET, number.to_bytes(19, "big"), "sha256")
        hashlib.sha256(number.to_bytes(130, "big")).digest()


if __name__ == "__main__":
    honest = made()
    if draw.verify(honest):
        raise SystemExit("the transcript does not verify")
    ours, yardstick = median_ms(lambda: draw.verify(honest)), median_ms(bare)
    print(f"verify {BIDDERS} bidders: {ours:.2f} ms, bare HMACs {yardstick:.2f} ms, ratio {ours / yardstick:.1f}")
