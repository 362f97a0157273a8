"""Selection methods: golden examples, and what must hold for any quotes: exact, blind to the order of arrival."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.selection import credit_merit, direct, lowest_price, proposal_merit, reference_price, rotation
from market.selection.draw import Place
from market.selection.methods import METHODS, VERSIONS
from market.selection.ranking import NoValidQuotes, Selection, ValidQuote, discounted, half_up

START = datetime(2026, 11, 24, tzinfo=UTC)
PERCENTS = {"percents": [95, 96, 97, 98], "dropFrom": 6}
MERIT = {"criteria": [{"name": "方案", "weight": 50}, {"name": "人员", "weight": 20}], "priceWeight": 30}
CREDIT = {"longList": 3, "shortList": 2, "pointsPerLot": 10}
CONSTANTS: Mapping[str, Any] = PERCENTS | MERIT | CREDIT
PRICE_METHODS = ("lowest_price", "reference_price", "average_price")


def drawn(seed: int) -> Place:
    """A draw: pseudo-random, by the seed alone."""
    return lambda label: hmac.digest(str(seed).encode(), label.encode(), hashlib.sha256)


def in_order(*labels: str) -> Place:
    """A draw whose order is given; all other labels come after."""
    return lambda label: bytes([labels.index(label) if label in labels else 255])


def quote(amount_fen: int, name: str, minute: int = 0, **more: Any) -> ValidQuote:
    """A quote received so many minutes after the start."""
    return ValidQuote(f"commitment-{name}", name, amount_fen, START + timedelta(minutes=minute), **more)


def quotes_of(*amounts: int) -> list[ValidQuote]:
    """Bidders A, B, C … with these amounts in fen."""
    return [quote(amount, chr(65 + number)) for number, amount in enumerate(amounts)]


def select(method: str, quotes: list[ValidQuote], place: Place, **constants: Any) -> Selection:
    """By the method that new notices take."""
    newest = max((v for v in VERSIONS if v.startswith(f"{method}/")), key=lambda v: int(v.rpartition("/")[2]))
    return VERSIONS[newest].select(quotes, dict(CONSTANTS) | constants, place)


def order(selection: Selection) -> str:
    """The bidders' letters, best first."""
    return "".join(q.bidder_code for q in selection.ranking)


def test_lowest_price_ranks_by_amount() -> None:
    """Of three amounts the lowest is first and no tie is claimed, whatever the draw says."""
    chosen = select("lowest_price", quotes_of(300, 100, 200), in_order("A"))
    assert (order(chosen), chosen.tie_broken, chosen.method) == ("BCA", False, "lowest_price/2")


def test_equal_lowest_prices_fall_to_the_draw() -> None:
    """Not to who came first: the draw names C, which quoted last; a tie further down is no tie of the first place."""
    tied = [quote(100, "A", 1), quote(200, "B", 2), quote(100, "C", 3)]
    chosen = select("lowest_price", tied, in_order("C", "A"))
    assert (order(chosen), chosen.tie_broken, chosen.tie_rule) == ("CAB", True, "verifiable_draw")
    below = select("lowest_price", quotes_of(1, 9, 9), in_order("C", "B"))
    assert (order(below), below.tie_broken) == ("ACB", False)


def test_the_first_version_stays_for_its_notices() -> None:
    """Published with version 1, decided by version 1: equal amounts fall to the earlier receipt."""
    tied = [quote(100, "late", 2), quote(100, "early", 1), quote(200, "B")]
    chosen = VERSIONS["lowest_price/1"].select(tied, {}, in_order("late"))
    assert (chosen.winner.bidder_code, chosen.tie_broken, chosen.tie_rule) == ("early", True, "earliest_receipt")
    assert {m.version for m in METHODS.values()} <= set(VERSIONS)


def test_the_worked_example_of_the_reference_price() -> None:
    """10000 … 5000: without the extremes the mean is 7500.00, 96 % of it 7200.00, the nearest 7000."""
    chosen = select("reference_price", quotes_of(*(n * 100_000 for n in (10, 9, 8, 7, 6, 5))), in_order("percent:96"))
    assert (chosen.worked, chosen.winner.amount_fen) == ({"percent": 96, "reference": 720_000}, 700_000)
    assert (order(chosen), "".join(q.bidder_code for q in chosen.dropped)) == ("DCEB", "AF")


@pytest.mark.parametrize("percent", [95, 96, 97, 98])
def test_each_percentage_can_be_drawn(percent: int) -> None:
    """Whatever percentage comes first in the draw is the one; another set may stand in the notice."""
    chosen = select("reference_price", quotes_of(100_000), in_order(f"percent:{percent}"))
    assert chosen.worked == {"percent": percent, "reference": percent * 1000}
    assert select("reference_price", quotes_of(100_000), in_order("percent:96"), percents=[90]).worked["percent"] == 90


@pytest.mark.parametrize(
    ("amounts", "reference", "expected"),
    [
        ((500,), 490, "A"),  # one quote wins alone, whatever the reference
        ((100, 200), 147, "AB"),  # two: mean 150 × 98 % = 147; 47 below, 53 above
        ((100, 200, 300, 400, 500), 294, "CBDAE"),  # five: nobody is left out
        ((1, 1, 1, 1, 1, 49), 1, "ABCD"),  # six: one of the equal lowest is left out, the last in the draw: E; mean 1 × 98 %
        ((7, 7, 7, 7, 7, 7), 7, "ABCD"),  # all equal: two are left out, the draw decides between the rest
    ],
)
def test_reference_prices_at_the_bounds(amounts: tuple[int, ...], reference: int, expected: str) -> None:
    """One to six quotes; the draw puts bidders in alphabetical order and names 98 %."""
    chosen = select("reference_price", quotes_of(*amounts), in_order("percent:98", *"ABCDEF"))
    assert (chosen.worked["reference"], order(chosen)) == (reference, expected)


def test_equal_distances_from_the_reference_fall_to_the_draw() -> None:
    """Above and below count alike: 96 and 100 are both 2 away from 98."""
    tied = [quote(96, "A"), quote(100, "B"), quote(104, "C")]
    for first, second in ("AB", "BA"):
        chosen = select("reference_price", tied, in_order("percent:98", first, second))
        assert (order(chosen)[:2], chosen.tie_broken) == (first + second, True)


@pytest.mark.parametrize(
    ("amounts", "mean", "expected"),
    [
        ((5,), 5, "A"),
        ((5, 5, 5), 5, "ABC"),
        ((1, 2), 2, "BA"),  # 1.5 is rounded half up
        ((100, 200, 600), 300, "BAC"),
        ((1, 1, 2), 1, "ABC"),  # 4/3 is rounded down
    ],
)
def test_average_prices(amounts: tuple[int, ...], mean: int, expected: str) -> None:
    """The nearest to the mean of all; nobody is left out; equal distances in the order of the draw."""
    chosen = select("average_price", quotes_of(*amounts), in_order(*"ABC"))
    assert (chosen.worked["reference"], order(chosen), chosen.dropped) == (mean, expected, ())


def test_the_highest_discount_is_the_lowest_price() -> None:
    """Rates are compared as rates: two that give the same amount on a small base are still different."""
    rates = [quote(99, "A", discount_bp=100), quote(99, "B", discount_bp=101), quote(100, "C", discount_bp=0)]
    chosen = select("lowest_price", rates, in_order("A"))
    assert (order(chosen), chosen.tie_broken) == ("BAC", False)


def test_the_reference_of_rates_is_in_basis_points() -> None:
    """Rates of 10 % and 20 % leave 9000 and 8000 of 10,000; the mean 8500 × 95 % = 8075: the second is nearer."""
    chosen = select("reference_price", [quote(9, "A", discount_bp=1000), quote(8, "B", discount_bp=2000)], in_order("percent:95"))
    assert (chosen.worked["reference"], order(chosen)) == (8075, "BA")


def test_half_a_fen_is_rounded_up() -> None:
    """The one rounding of money: 0.5 fen up, less than that down."""
    assert [half_up(Fraction(n, 4)) for n in range(8)] == [0, 0, 1, 1, 1, 1, 2, 2]
    assert [discounted(1001, bp) for bp in (0, 5000, 9999, 10_000)] == [1001, 501, 0, 0]


def test_proposals_are_ranked_by_the_weighted_average() -> None:
    """A: 50 × 80 % + 20 × 70 % + 30 × 100/100; B: 50 × 90 % + 20 × 90 % + 30 × 100/120."""
    sheets = {"A": ((90, 60), (70, 80)), "B": ((95, 90), (85, 90))}
    chosen = select("proposal_merit", [quote(100, "A", scores=sheets["A"]), quote(120, "B", scores=sheets["B"])], in_order("A"))
    assert (order(chosen), chosen.worked) == ("BA", {"totals": {"A": 8400, "B": 8800}})


def test_equal_totals_fall_to_the_draw_and_thirds_stay_exact() -> None:
    """Three evaluators' 1/3 points are no float: totals that are equal are equal."""
    first = quote(100, "A", scores=((10, 0), (10, 0), (11, 0)))
    chosen = select("proposal_merit", [first, replace(first, bidder_code="B", scores=((11, 0), (10, 0), (10, 0)))], in_order("B"))
    assert (order(chosen), chosen.tie_broken, chosen.worked["totals"]["A"]) == ("BA", True, 3517)


def test_missing_scores_are_a_defect() -> None:
    """Nothing is decided on half a sheet, nor on none."""
    for scores in ((), ((1,),), ((1, 2), (3,))):
        with pytest.raises(ValueError, match="every evaluator"):
            proposal_merit.select([quote(1, "A", scores=scores)], MERIT, drawn(0))


def test_the_credit_lists() -> None:
    """D's score is too low for the long list; of the other three the draw takes two; a score of 30 has three lots."""
    four = [quote(9, "A", credit=30), quote(9, "B", credit=20), quote(9, "C", credit=10), quote(9, "D", credit=9)]
    long, short = credit_merit.lists(four, CREDIT, in_order("D", "D#2", "C", "A#3", "B"))
    assert ("".join(q.bidder_code for q in long), "".join(q.bidder_code for q in short)) == ("ABC", "CA")
    assert credit_merit.lists(four, CREDIT, in_order("A#4", "B#3", "C#2", "B#2", "C")).short == (four[1], four[2])


def test_equal_credit_at_the_cut_falls_to_the_draw() -> None:
    """Four equal scores for three places: the last in the draw is cut."""
    long, _ = credit_merit.lists([quote(9, c, credit=5) for c in "ABCD"], CREDIT, in_order("D", "C", "B", "A"))
    assert "".join(q.bidder_code for q in long) == "DCB"


def test_the_buyer_picks_from_the_short_list_only() -> None:
    """The pick is first, the others of the short list follow; nobody else can be picked, nor two."""
    place = in_order("B", "A")
    three = [quote(9, "A", credit=9), quote(9, "B", credit=9), quote(9, "C", credit=9)]
    chosen = credit_merit.select([replace(three[0], picked=True), *three[1:]], CREDIT, place)
    assert (order(chosen), [q.bidder_code for q in chosen.dropped], chosen.worked["shortList"]) == ("AB", ["C"], ["B", "A"])
    for picks in ("", "C", "AB"):
        with pytest.raises(ValueError, match="one of the short list"):
            credit_merit.select([replace(q, picked=q.bidder_code in picks) for q in three], CREDIT, place)


def test_credit_lots_are_proportional() -> None:
    """With scores 30 and 10 the first is drawn in three of four: 3,000 ± 150 of 4,000 draws (3.5 standard deviations)."""
    two, one = [quote(9, "A", credit=30), quote(9, "B", credit=10)], CREDIT | {"shortList": 1}
    wins = sum(credit_merit.lists(two, one, drawn(seed)).short[0].bidder_code == "A" for seed in range(4000))
    assert abs(wins - 3000) < 150


def rotated(offers: str, turns: Sequence[str], place: Place, roster: str = "ABCD") -> Selection:
    """A call-off: who offered, who had which turn before, who could have offered."""
    last = {code: number for number, code in enumerate(turns, 1)}
    return rotation.select([quote(100, code) for code in offers], {"turns": last, "roster": list(roster)}, place)


def test_call_offs_rotate() -> None:
    """Never called come first, in the order of the draw; then whoever waited longest; who left and who is new cost nobody a turn."""
    place = in_order("C", "B", "A", "D")
    first = rotated("ABCD", "", place)
    assert (order(first), first.tie_broken, first.worked["passed"]) == ("CBAD", True, [])
    assert (order(rotated("ABC", "CBX", place, "ABC")), rotated("ABC", "CBX", place, "ABC").tie_broken) == ("ACB", False)
    assert order(rotated("ABC", "CBAC", place, "ABC")) == "BAC"


def test_who_does_not_offer_loses_the_turn() -> None:
    """Those before the winner in the order in which they stood; those after it, and whoever was no member in time, lose nothing."""
    place = in_order("C", "B", "A", "D")
    assert rotated("A", "DA", place).worked["passed"] == ["C", "B", "D"]
    assert rotated("A", "DA", place, "BA").worked["passed"] == ["B"]
    assert rotated("BD", "CBAD", place).worked["passed"] == ["C"]
    with pytest.raises(NoValidQuotes):
        rotated("", "", place)


@given(st.lists(st.sampled_from("ABCDE"), max_size=30), st.lists(st.sets(st.sampled_from("ABCDE"), min_size=1), max_size=8))
def test_a_rotation_is_even(called: list[str], offers: list[set[str]]) -> None:
    """From any history, five more call-offs reach five members; whoever holds back meanwhile moves behind those it let pass."""
    history = list(called)
    for offering in offers:
        chosen = rotated("".join(sorted(offering)), history, drawn(7), "ABCDE")
        assert not offering & set(chosen.worked["passed"])
        history += [*chosen.worked["passed"], chosen.winner.bidder_code]
    for _ in range(5):
        history.append(rotated("ABCDE", history, drawn(7), "ABCDE").winner.bidder_code)
    assert set(history[-5:]) == set("ABCDE")


def test_nothing_to_choose_from_is_refused() -> None:
    """The minimum is the caller's business; an empty contest is never decided."""
    for method in VERSIONS.values():
        with pytest.raises(NoValidQuotes):
            method.select([], CONSTANTS, drawn(0))


def test_a_random_draw_follows_the_draw_alone() -> None:
    """C, A, B in the draw's order, whatever they asked; one bidder is no tie; nobody is no contest."""
    chosen = select("random_draw", quotes_of(3, 1, 2), in_order("C", "A", "B"))
    assert (order(chosen), chosen.winner.amount_fen, chosen.tie_broken) == ("CAB", 2, True)
    alone = select("random_draw", quotes_of(7), drawn(0))
    assert (order(alone), alone.tie_broken) == ("A", False)
    equal = select("random_draw", quotes_of(5, 5), in_order("B", "A"))
    assert order(equal) == "BA"
    with pytest.raises(NoValidQuotes):
        select("random_draw", [], drawn(0))


def test_a_direct_selection_has_one_quote() -> None:
    """Two quotes in a direct selection are a defect, not a contest."""
    assert direct.select(quotes_of(5), {}, drawn(0)).winner.amount_fen == 5
    with pytest.raises(ValueError, match="one invited"):
        direct.select(quotes_of(5, 6), {}, drawn(0))


def _quote(number: int, amount: int, minute: int, credit: int, points: tuple[int, int]) -> ValidQuote:
    return quote(amount, f"B{number}", minute, credit=credit, scores=(points, points[::-1]), picked=number == 0)


facts = st.tuples(st.integers(1, 50), st.integers(0, 5), st.integers(0, 60), st.tuples(st.integers(0, 100), st.integers(0, 100)))
many_quotes = st.lists(facts, min_size=1, max_size=9).map(lambda rows: [_quote(n, *row) for n, row in enumerate(rows)])
ROTATION: Mapping[str, Any] = {"turns": {"B0": 3, "B2": 1}, "roster": [f"B{n}" for n in range(10)], "leftOut": {}}
contests = ("lowest_price", "reference_price", "average_price", "proposal_merit", "credit_merit", "random_draw", "rotation")


@pytest.mark.parametrize("method", contests)
@given(quotes=many_quotes, seed=st.integers(0, 99), random=st.randoms(use_true_random=False))
def test_the_order_of_arrival_never_matters(method: str, quotes: list[ValidQuote], seed: int, random: Random) -> None:
    """Any order in the list and any times of receipt give the same ranking, the same dropped ones, the same workings."""
    minutes = random.sample(range(100), len(quotes))
    late = [replace(q, received_at=START + timedelta(minutes=m)) for q, m in zip(quotes, minutes, strict=True)]
    random.shuffle(late)
    constants = {"longList": 99, "shortList": 99} | ROTATION
    before, after = (select(method, some, drawn(seed), **constants) for some in (quotes, late))
    assert (order(before), before.worked, before.tie_broken) == (order(after), after.worked, after.tie_broken)
    assert [q.bidder_code for q in before.dropped] == [q.bidder_code for q in after.dropped]


@pytest.mark.parametrize("method", contests)
@given(quotes=many_quotes, seed=st.integers(0, 99))
def test_everybody_is_ranked_or_dropped_once(method: str, quotes: list[ValidQuote], seed: int) -> None:
    """No quote is lost and none counts twice."""
    chosen = select(method, quotes, drawn(seed), longList=99, shortList=99, **ROTATION)
    assert sorted(q.bidder_code for q in (*chosen.ranking, *chosen.dropped)) == sorted(q.bidder_code for q in quotes)


@given(many_quotes, st.integers(0, 99), st.data())
def test_raising_the_own_price_never_helps(quotes: list[ValidQuote], seed: int, data: st.DataObject) -> None:
    """Who does not win cannot win by asking for more."""
    chosen = data.draw(st.sampled_from(quotes))
    dearer = replace(chosen, amount_fen=chosen.amount_fen + data.draw(st.integers(1, 9)))
    before = lowest_price.select(quotes, {}, drawn(seed)).winner
    after = lowest_price.select([dearer if q is chosen else q for q in quotes], {}, drawn(seed)).winner
    assert before is chosen or after is not dearer


@given(many_quotes, st.integers(0, 99))
def test_the_reference_is_between_the_bounds(quotes: list[ValidQuote], seed: int) -> None:
    """Within ± half a fen of 95-98 % of the kept quotes' mean, and who was dropped was no better than an extreme."""
    chosen = reference_price.select(quotes, PERCENTS, drawn(seed))
    exact = Fraction(sum(q.amount_fen for q in chosen.ranking) * chosen.worked["percent"], len(chosen.ranking) * 100)
    assert abs(chosen.worked["reference"] - exact) <= Fraction(1, 2)
    amounts = sorted(q.amount_fen for q in quotes)
    assert sorted(q.amount_fen for q in chosen.dropped) == ([amounts[0], amounts[-1]] if len(quotes) >= 6 else [])


@pytest.mark.parametrize("method", PRICE_METHODS)
@given(rows=st.lists(st.integers(0, 9999), min_size=1, max_size=9), seed=st.integers(0, 99))
def test_a_rate_is_worth_what_it_leaves(method: str, rows: list[int], seed: int) -> None:
    """On a base of 10,000 fen, quoting rates and quoting the amounts they leave give the same order."""
    rates = [quote(1, f"B{n}", discount_bp=bp) for n, bp in enumerate(rows)]
    amounts = [quote(discounted(10_000, bp), f"B{n}") for n, bp in enumerate(rows)]
    assert order(select(method, rates, drawn(seed))) == order(select(method, amounts, drawn(seed)))
