"""The draw: golden values, the same order whatever the order of the roster, and no favourites."""

import hashlib
import hmac
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.selection import draw

SECRET = bytes(range(32))
BIDDERS = {f"91330902MA{n:07d}X": bytes([n]) * 32 for n in range(7)}
PRK = draw.seed(draw.code(SECRET, 3), "XM-20261124-ABCDEF", BIDDERS, BIDDERS)
CHI_SQUARE_6 = 22.46
"""Exceeded once in a thousand fair experiments with 7 candidates."""


def by_hand(domain: str, *fields: bytes) -> bytes:
    """H, written a second time."""
    return hashlib.sha256(b"".join(len(f).to_bytes(8, "big") + f for f in (domain.encode(), *fields))).digest()


def test_the_seed_is_what_the_description_says() -> None:
    """Written out by hand for two bidders and a beacon."""
    shown, project, beacon = draw.code(SECRET, 2), "XM-1", "7 12 31"
    roster = by_hand("zhoushan-market draw roster v1", b"A", b"B")
    nonces = by_hand("zhoushan-market draw nonces v1", b"A", b"ra", b"B", b"rb")
    inputs = by_hand("zhoushan-market draw seed v1", b"XM-1", roster, nonces, b"7 12 31")
    prk = hmac.new(shown, inputs, "sha256").digest()
    assert draw.seed(shown, project, ["B", "A"], {"B": b"rb", "A": b"ra"}, beacon) == prk
    assert draw.place(prk, "A") == hmac.new(prk, b"A\x01", "sha256").digest()


def test_golden_values() -> None:
    """Published transcripts stay verifiable only as long as these never change."""
    assert draw.commitment(SECRET, 3).hex() == "90697d36541ae3e9b881caca13b0b52a15e6c083fbedaa05855645b8da10a925"
    assert PRK.hex() == "ff9a99e90d23e71699a2038ee6700c7c185e985cff444797305ad55b8c534567"
    assert [entry[-4:-1] for entry in draw.order(PRK, BIDDERS)] == ["005", "000", "006", "001", "002", "003", "004"]
    assert draw.nonce_hash("XM-1", "A", SECRET).hex() == "11f6db6fdd76ea8281b2507a76bd6631e34f83ddb0afb8f9de83bab66a7df883"


def test_the_code_shown_leads_to_the_commitment() -> None:
    """One hash from the first code, two from the second; the chain has an end."""
    assert [draw.chained(draw.code(SECRET, 3, k), k) for k in (1, 2, 3)] == [draw.commitment(SECRET, 3)] * 3
    for n, number in ((3, 0), (3, 4)):
        with pytest.raises(ValueError, match="no code number"):
            draw.code(SECRET, n, number)
    with pytest.raises(ValueError, match="at least one"):
        draw.commitment(SECRET, 0)


def test_who_is_entered_twice_or_without_a_ticket_is_refused() -> None:
    """A second entry would double the chance: domain.md §2.6 has a real platform that did just that."""
    with pytest.raises(ValueError, match="twice"):
        draw.order(PRK, ["A", "B", "A"])
    with pytest.raises(ValueError, match="at least one ticket"):
        draw.weighted(PRK, {"A": 0})


ids = st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=1, max_size=18)
entered = st.dictionaries(ids, st.binary(min_size=32, max_size=32), min_size=1, max_size=9)


@given(entered, st.randoms(use_true_random=False), st.text(max_size=9))
def test_the_order_of_the_roster_never_matters(bidders: dict[str, bytes], dice: random.Random, beacon: str) -> None:
    """However the same roster and nonces are listed: one seed, one order, and everybody in it once."""
    shuffled = sorted(bidders, key=lambda _: dice.random())
    prk = draw.seed(SECRET, "P", bidders, bidders, beacon)
    assert draw.seed(SECRET, "P", shuffled, {k: bidders[k] for k in shuffled}, beacon) == prk
    assert draw.order(prk, shuffled) == draw.order(prk, bidders)
    assert sorted(draw.order(prk, bidders)) == sorted(bidders)


@given(entered, st.data())
def test_who_drops_out_is_followed_by_the_next(bidders: dict[str, bytes], data: st.DataObject) -> None:
    """The others keep their order: substitutes are fixed by the same draw."""
    gone = data.draw(st.sampled_from(sorted(bidders)))
    prk = draw.seed(SECRET, "P", bidders, bidders)
    assert draw.order(prk, bidders.keys() - {gone}) == tuple(x for x in draw.order(prk, bidders) if x != gone)


@given(entered, st.data())
def test_every_input_counts(bidders: dict[str, bytes], data: st.DataObject) -> None:
    """Another code, project, roster, nonce or beacon is another seed."""
    who = data.draw(st.sampled_from(sorted(bidders)))
    changed = bidders | {who: bytes(b ^ 1 for b in bidders[who])}
    seeds = [
        draw.seed(SECRET, "P", bidders, bidders),
        draw.seed(SECRET[::-1], "P", bidders, bidders),
        draw.seed(SECRET, "Q", bidders, bidders),
        draw.seed(SECRET, "P", [*bidders, "?"], bidders),
        draw.seed(SECRET, "P", bidders, changed),
        draw.seed(SECRET, "P", bidders, bidders, "1"),
    ]
    assert len(set(seeds)) == len(seeds)


def chi_square(counts: list[int]) -> float:
    """Against equal chances."""
    expected = sum(counts) / len(counts)
    return sum((n - expected) ** 2 / expected for n in counts)


def test_the_draw_is_uniform() -> None:
    """100,000 draws among 7: how often each comes first, and how often the first listed comes where."""
    candidates = list(BIDDERS)
    first, where = Counter[str](), Counter[int]()
    for number in range(100_000):
        drawn = draw.order(draw.seed(SECRET, f"P{number}", candidates, BIDDERS), candidates)
        first[drawn[0]] += 1
        where[drawn.index(candidates[0])] += 1
    assert chi_square(list(first.values())) < CHI_SQUARE_6
    assert chi_square(list(where.values())) < CHI_SQUARE_6


def test_tickets_weigh() -> None:
    """Of 20,000 draws the holder of 3 tickets of 4 wins three quarters; with one ticket each it is the plain draw."""
    wins = Counter(draw.weighted(n.to_bytes(32, "big"), {"A": 3, "B": 1})[0] for n in range(20_000))
    assert abs(wins["A"] - 15_000) < 4 * (20_000 * 0.75 * 0.25) ** 0.5
    assert draw.weighted(PRK, dict.fromkeys(BIDDERS, 1)) == draw.order(PRK, BIDDERS)
