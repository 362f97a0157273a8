"""The screens of quotes from opened contests to what is said: flags, look-alikes, small samples, and what they do not look at."""

import random
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.statistics import rulebook, words
from market.statistics.exact import decimal
from market.statistics.groups import Scene
from market.statistics.judging import SCREENS
from market.statistics.models import IndicatorValue
from market.statistics.rulebook import COMMON
from market.statistics.screens import Decision
from market.statistics.service import Value, judged, replay, said
from market.statistics.tenders import Bid, Tender
from tests.bench import false_alarms
from tests.contest import NOON

RULES = rulebook.in_force(date(2026, 11, 1))
OF_QUOTES = ("short_notice", "others_rejected", "identical_prices", "frequent_loser", "draw_wins")
OF_QUOTES += ("co_bidding", "same_origin", "quote_spread", "quote_group")


def tender(number: int, quotes: dict[str, int], **changes: Any) -> Tender:
    """A lowest-price contest of five days a day after the one before, whose cheapest quote won."""
    bids = changes.pop(
        "bids", tuple(Bid(bidder, fen, NOON + timedelta(hours=n)) for n, (bidder, fen) in enumerate(quotes.items()))
    )
    plain = {"item_code": "I1", "region": "330900", "agency": "G1", "method": "lowest_price", "ceiling_fen": None}
    plain |= {"published_at": NOON + timedelta(number), "closes_at": NOON + timedelta(number + 5), "bids": bids}
    plain["winner"] = min(quotes, key=lambda bidder: quotes[bidder]) if quotes else None
    return Tender(f"XM{number:03d}", **(plain | changes))


def values(indicator: str, *tenders: Tender) -> list[Value]:
    """Everything an indicator says, with its shipped thresholds."""
    return judged(Scene([], tenders=tenders), {indicator: RULES[indicator]}, RULES[COMMON].values)


def told(indicator: str, *tenders: Tender) -> tuple[str, str, dict[str, str]]:
    """What it says of the one thing there is: decision, level or reason, numbers."""
    [value] = values(indicator, *tenders)
    outcome = value.outcome
    return outcome.decision.value, outcome.level or outcome.reason, {n: decimal(v) for n, v in outcome.computed.items()}


def test_short_notice() -> None:
    """A second less than five days is 119 whole hours; direct selection has no such period."""
    assert told("short_notice", tender(1, {"A": 5}))[:2] == ("clear", "")
    short = tender(1, {"A": 5}, closes_at=NOON + timedelta(days=6, seconds=-1))
    assert told("short_notice", short) == ("flag", "", {"hours_open": "119"})
    assert told("short_notice", replace(short, method="direct"))[:2] == ("not_applicable", "no_contest")


def _rejected(*fen: int) -> tuple[Bid, ...]:
    return tuple(Bid(f"R{n}", amount, NOON, "above_ceiling") for n, amount in enumerate(fen))


@pytest.mark.parametrize(
    ("rejected", "more", "said_of_it"),
    [
        ((90, 95), {}, ("flag", "strong")),  # two rejected, one left and won
        ((90,), {}, ("flag", "plain")),
        ((50,), {"B": 85}, ("flag", "plain")),  # the lowest was rejected, two are left
        ((90,), {"B": 85}, ("clear", "")),
        ((), {"B": 85}, ("clear", "")),
        ((), {}, ("insufficient", "few_quotes")),
    ],
)
def test_others_rejected(rejected: tuple[int, ...], more: dict[str, int], said_of_it: tuple[str, str]) -> None:
    """Who is left matters, and whether the lowest was rejected; with nothing awarded, or in a direct selection, nothing is said."""
    quotes = {"A": 80} | more
    bids = tuple(Bid(bidder, fen, NOON) for bidder, fen in quotes.items()) + _rejected(*rejected)
    assert told("others_rejected", tender(1, quotes, bids=bids))[:2] == said_of_it
    if rejected:
        assert told("others_rejected", tender(1, quotes, bids=bids, winner=None))[0] == "clear"


@pytest.mark.parametrize(
    ("quotes", "said_of_it", "pairs"),
    [
        ({"A": 1_234_567, "B": 1_234_567, "C": 1_234_567}, ("flag", "strong"), "3"),
        ({"A": 1_230_000, "B": 1_230_000}, ("flag", "plain"), "1"),  # round: a multiple of 10,000 ≤ 1 % of it
        ({"A": 1_999_999, "B": 1_999_999}, ("flag", "plain"), "1"),  # the ceiling
        ({"A": 1_234_567, "B": 1_234_568}, ("clear", ""), "0"),
        ({"A": 12, "B": 12}, ("flag", "strong"), "1"),
    ],
)
def test_identical_prices(quotes: dict[str, int], said_of_it: tuple[str, str], pairs: str) -> None:
    """To the cent; weak at the ceiling and at round numbers."""
    decision, level, computed = told("identical_prices", tender(1, quotes, ceiling_fen=1_999_999))
    assert ((decision, level), computed["equal_pairs"]) == (said_of_it, pairs)


def test_one_quote_counts_of_those_under_one_control() -> None:
    """Two of one group that ask the same are one bidder: nothing to compare, whatever else is looked at."""
    bids = tuple(Bid(bidder, 1_234_567, NOON, group="A") for bidder in "AB")
    assert told("identical_prices", tender(1, {"A": 1}, bids=bids))[:2] == ("insufficient", "few_quotes")
    assert values("same_origin", tender(1, {"A": 1}, bids=bids)) == values("co_bidding", tender(1, {"A": 1}, bids=bids)) == []


def test_frequent_loser() -> None:
    """L loses 12 of 12 against three: (3/4)^12 = 0.0317 is no flag; 17 times: 0.0075 is. The others win by turns."""
    contests = [tender(n, {"ABC"[n % 3]: 1, "ABC"[(n + 1) % 3]: 2, "ABC"[(n + 2) % 3]: 3, "L": 4}) for n in range(17)]
    few = {v.candidate.supplier: v for v in values("frequent_loser", *contests[:12])}
    assert few["L"].outcome.decision is Decision.CLEAR
    by_bidder = {v.candidate.supplier: v for v in values("frequent_loser", *contests)}
    assert [bidder for bidder, v in by_bidder.items() if v.outcome.decision is Decision.FLAG] == ["L"]
    outcome = by_bidder["L"].outcome
    assert (outcome.n, outcome.computed["win_rate"], outcome.computed["chance_of_no_win"]) == (17, 0, Fraction(3, 4) ** 17)
    assert values("frequent_loser", *contests[:9])[0].outcome.reason == "few_quotes_of_bidder"


def test_a_rate_below_the_fence() -> None:
    """1 win of 30 is below 0.3 − 1.5 · 0.05 = 0.225: a flag for who quotes most often, with quartiles of eight bidders or more."""
    numbers = {"valid_quotes": 30, "wins": 1, "contest_sizes": {"3": 30}, "quotes_p75": "30", "rated_bidders": 8}
    numbers |= {"rate_q1": "3/10", "rate_q3": "7/20"}
    for changed, decision in (
        ({}, "flag"),
        ({"quotes_p75": "31"}, "clear"),
        ({"rated_bidders": 7}, "clear"),
        ({"wins": 7}, "clear"),
    ):
        assert SCREENS["frequent_loser"](numbers | changed, RULES["frequent_loser"].values).decision == decision


def test_draws_have_their_own_check() -> None:
    """30 draws among three: 0 wins have a two-sided chance of 2 · (2/3)^30 < 0.001, 10 wins are what is expected."""

    def draws(wins: int) -> list[Tender]:
        return [
            tender(n, {"A": 7, "B": 7, "C": 7}, method="random_draw", winner="A" if n < wins else "BC"[n % 2]) for n in range(30)
        ]

    for wins, decision in ((0, "flag"), (10, "clear"), (24, "flag")):
        found = {v.candidate.supplier: v.outcome for v in values("draw_wins", *draws(wins))}
        assert (found["A"].decision, found["A"].computed["expected_wins"]) == (decision, 10)
    assert values("draw_wins", *draws(0)[:29])[0].outcome.reason == "few_draws"
    for indicator in ("identical_prices", "quote_spread"):
        assert {v.outcome.reason for v in values(indicator, *draws(0))} == {"price_does_not_decide"}
    assert [v for name in ("frequent_loser", "co_bidding", "quote_group") for v in values(name, *draws(0))] == []


@pytest.mark.parametrize(
    ("winners", "alone", "decision"),
    [
        ("XXXXXXXX", 0, "flag"),  # the same one, eight times
        ("XXXXXXXY", 0, "clear"),  # 7/8 < 0.9
        ("XYXYXYXYXY", 0, "flag"),  # ten in turn: 2 / C(10, 5) = 0.0079
        ("XYXYXYXY", 0, "clear"),  # eight in turn: 2 / C(8, 4) = 0.0286
        ("XXXXXXXX", 4, "clear"),  # 8 of 12 together: 0.67 < 0.7
        ("XXXXXXX", 0, "insufficient"),
    ],
)
def test_pairs(winners: str, alone: int, decision: str) -> None:
    """Same winner or turns, and only of those that nearly always meet."""
    contests = [tender(n, {"X": 5, "Y": 6}, winner=winner) for n, winner in enumerate(winners)]
    contests += [tender(50 + n, {one: 5, "Z": 6}) for n in range(alone) for one in "XY"]
    [found] = [v for v in values("co_bidding", *contests) if v.candidate.inputs["bidders"] == ["X", "Y"]]
    assert found.outcome.decision == decision


def _quick(number: int, seconds: int, people: str = "") -> Tender:
    bids = (
        Bid("X", 5, NOON, people=frozenset({"u1"})),
        Bid("Y", 6, NOON + timedelta(seconds=seconds), people=frozenset(people.split())),
    )
    return tender(number, {"X": 5}, bids=bids)


def test_same_origin() -> None:
    """Five minutes apart in the same order three of five times, or one account for both; four seconds more are nothing."""
    assert told("same_origin", *(_quick(n, 300 if n < 3 else 9999) for n in range(5)))[:2] == ("flag", "plain")
    assert told("same_origin", *(_quick(n, 301 if n < 3 else 60) for n in range(5)))[:2] == ("clear", "")
    assert told("same_origin", *(_quick(n, (-1) ** n * 60) for n in range(4)))[:2] == ("clear", "")
    assert (
        told("same_origin", *(_quick(n, 60 if n < 3 else 9999) for n in range(8)))[2]["same_order"] == "0"
    )  # only the last five
    assert told("same_origin", _quick(1, 9999, "u1 u2"))[:2] == ("flag", "strong")


def test_a_spread_is_never_a_flag() -> None:
    """However close the quotes, one project gets its places in the market and no more; below 20 others not even those."""
    dice = random.Random(3)
    market = list(false_alarms.market(dice))[:20]
    close = tender(900, {"A": 1_000_000, "B": 1_000_001, "C": 1_000_002, "D": 1_000_003})
    found = {v.candidate.subject: v.outcome for v in values("quote_spread", *market, close)}
    outcome = found["project:XM900"]
    assert (outcome.decision, outcome.computed["cv_percentile"], outcome.computed["spd"]) == ("clear", 0, Fraction(3, 10**6))
    assert {o.decision for o in found.values()} == {Decision.CLEAR}
    assert {v.outcome.reason for v in values("quote_spread", *market)} == {"few_other_projects"}


def test_a_ring_is_one_set() -> None:
    """Its numbers, corrected for all sets; too few other projects, and there is no answer; larger contests make it strong."""
    ring = ("S00", "S01", "S02")
    market = list(false_alarms.market(random.Random(7), ring))
    [flag] = [v for v in values("quote_group", *market) if v.outcome.decision is Decision.FLAG]
    assert flag.candidate.inputs["bidders"] == list(ring) and (flag.outcome.n, flag.outcome.level) == (20, "strong")
    computed = flag.outcome.computed
    assert (
        computed["median_cv"] < computed["market_low_cv"]
        and computed["median_rd"] > 1
        and computed["corrected_chance"] < Fraction(1, 100)
    )
    together, others = ([t for t in market if ("S00" in t.valid) is there] for there in (True, False))
    few = [v for v in values("quote_group", *together, *others[:19]) if v.candidate.inputs["bidders"] == list(ring)]
    assert [v.outcome.reason for v in few] == ["few_other_projects"]


_TENDERS = st.lists(
    st.builds(
        lambda n, item, method, fens, winner: tender(
            n,
            {f"S{i}": fen for i, fen in enumerate(fens)},
            item_code=item,
            method=method,
            winner=f"S{winner}" if winner < len(fens) else None,
        ),
        st.integers(0, 10**4),
        st.sampled_from(["I1", "I2"]),
        st.sampled_from(["lowest_price", "random_draw", "direct"]),
        st.lists(st.integers(1, 1_000), max_size=5),
        st.integers(0, 5),
    ),
    max_size=40,
    unique_by=lambda t: t.project_no,
)


def _all(tenders: list[Tender]) -> dict[tuple[str, str], tuple[str, str]]:
    found = judged(Scene([], tenders=tenders), {name: RULES[name] for name in OF_QUOTES}, RULES[COMMON].values)
    keyed = {(v.rule.id, v.candidate.subject): (str(v.candidate.inputs), str(v.outcome)) for v in found}
    assert len(keyed) == len(found)
    return keyed


@settings(max_examples=40, deadline=None)
@given(_TENDERS, st.randoms(use_true_random=False))
def test_order_and_strangers_change_nothing(tenders: list[Tender], dice: random.Random) -> None:
    """Whatever order they are read in the same is said; contests for another item change nothing."""
    shuffled = list(tenders)
    dice.shuffle(shuffled)
    before = _all(tenders)
    assert _all(shuffled) == before
    strangers = [replace(t, item_code="Z", project_no=f"Z{t.project_no}") for t in tenders]
    assert _all([*tenders, *strangers]).items() >= before.items()


@settings(max_examples=20, deadline=None)
@given(_TENDERS)
def test_every_value_can_be_computed_again(tenders: list[Tender]) -> None:
    """From its inputs alone, and all its numbers have their words."""
    for value in judged(Scene([], tenders=tenders), {name: RULES[name] for name in OF_QUOTES}, RULES[COMMON].values):
        about = value.candidate
        row = IndicatorValue(indicator=value.rule.id, rule_version="2020", region=about.region, inputs=about.inputs)
        assert said(replay(row)) == said(value.outcome)
        assert all(words.number(name, "en") for name in (*about.inputs, *value.outcome.computed))
        assert not value.outcome.reason or words.reason(value.outcome.reason, "zh", 1, 2)


def test_each_screen_says_how_often_it_misleads() -> None:
    """In both languages, beside every flag."""
    assert set(OF_QUOTES) <= set(SCREENS)
    assert all(RULES[name].false_alarm_zh and RULES[name].false_alarm_en for name in OF_QUOTES)
