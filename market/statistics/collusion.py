"""The screens of quotes: one contest, one bidder, pairs, sets of bidders. As in ``screens``: numbers in, one of four outcomes out.

A flag is a reason to look, never a finding; a spread alone never is one. Source: integrity.md §3.2 nos. 10–18, §3.3.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import comb, prod

from market.statistics import exact
from market.statistics.bidding import chance_of, numbers
from market.statistics.screens import Decision, Inputs, Outcome, Parameters, Screen, decided, too_few
from market.statistics.spread import spread

_NO_CONTEST = Outcome(Decision.NOT_APPLICABLE, 0, 0, reason="no_contest")
_NO_PRICE = Outcome(Decision.NOT_APPLICABLE, 0, 0, reason="price_does_not_decide")


def short_notice(i: Inputs, p: Parameters) -> Outcome:
    """No. 10: bidders had less time than the item asks for; whole hours, rounded down."""
    if not i["competitive"]:
        return _NO_CONTEST
    return decided(i["hours"] < p["min_hours"], 1, 1, {"hours_open": Fraction(i["hours"])})


def others_rejected(i: Inputs, p: Parameters) -> Outcome:
    """No. 11: one valid quote won and all others were rejected, or the lowest was rejected and another won."""
    if not i["competitive"]:
        return _NO_CONTEST
    rejected, n = i["rejected_quotes"], i["valid_quotes"] + i["rejected_quotes"]
    few = too_few(("quotes", n, p["min_quotes"]))
    if few:
        return few
    alone, dearer = i["valid_quotes"] == 1, i["price_decides"] and i["lowest_rejected"]
    flagged = all((i["awarded"], rejected, alone or dearer))
    level = "strong" if alone and rejected >= p["strong_rejected"] else "plain"
    return decided(flagged, n, p["min_quotes"], {"rejected": Fraction(rejected)}, level)


def identical_prices(i: Inputs, p: Parameters) -> Outcome:
    """No. 13: independent bidders asked the same, to the cent; weak where it is the ceiling or a round number."""
    if not i["price_decides"]:
        return _NO_PRICE
    n, need = len(i["quotes"]), p["min_quotes"]
    few = too_few(("quotes", n, need))
    if few:
        return few
    same = _repeated(i["quotes"].values())
    telling = any(fen != i["ceiling_fen"] and not _is_round(fen, p["round_share"]) for fen in same)
    pairs = sum(comb(times, 2) for times in same.values())
    return decided(bool(same), n, need, {"equal_pairs": Fraction(pairs)}, "strong" if telling else "plain")


def _repeated(amounts: Iterable[int]) -> dict[int, int]:
    """Amount → how often, of those that come more than once."""
    return {fen: times for fen, times in Counter(amounts).items() if times > 1}


def _is_round(fen: int, share: Fraction) -> bool:
    """A multiple of the greatest power of ten that is no more than ``share`` of it."""
    unit = 10 ** (len(str(int(fen * share))) - 1) if fen * share >= 1 else 1
    return unit > 1 and fen % unit == 0


def frequent_loser(i: Inputs, p: Parameters) -> Outcome:
    """No. 14: quotes more often than others and wins less; or never won, which chance alone would hardly do."""
    n, won = i["valid_quotes"], i["wins"]
    few = too_few(("quotes_of_bidder", n, p["min_quotes"]))
    if few:
        return few
    computed = {"win_rate": Fraction(won, n), "chance_of_no_win": _no_win(_sizes(i))} | _fence(i, p)
    never = won == 0 and computed["chance_of_no_win"] < p["max_chance"]
    seldom = "rate_fence" in computed and computed["win_rate"] <= computed["rate_fence"] and n >= Fraction(i["quotes_p75"])
    return decided(seldom or never, n, p["min_quotes"], computed, "strong" if seldom and never else "plain")


def _no_win(sizes: Mapping[int, int]) -> Fraction:
    return prod((Fraction(size - 1, size) ** times for size, times in sizes.items()), start=Fraction(1))


def _fence(i: Inputs, p: Parameters) -> dict[str, Fraction]:
    """Below it a rate is uncommon; nothing where too few bidders have one, or all have the same."""
    fence = exact.lower_fence(Fraction(i["rate_q1"]), Fraction(i["rate_q3"]), p["fence_ranges"])
    return {"rate_fence": fence} if fence is not None and i["rated_bidders"] >= p["min_rated"] else {}


def _sizes(i: Inputs) -> dict[int, int]:
    return {int(size): times for size, times in i["contest_sizes"].items()}


def draw_wins(i: Inputs, p: Parameters) -> Outcome:
    """The draw's own check: drawn so often, or so seldom, that chance would hardly do it. Exact, two-sided."""
    n, need = i["valid_quotes"], p["min_entries"]
    few = too_few(("draws", n, need))
    if few:
        return few
    chance = exact.wins(_sizes(i), i["wins"])
    expected = sum((Fraction(times, size) for size, times in _sizes(i).items()), Fraction(0))
    return decided(chance < p["max_chance"], n, need, {"chance": chance, "expected_wins": expected})


def co_bidding(i: Inputs, p: Parameters) -> Outcome:
    """No. 15: two bidders that nearly always meet, where the same one wins, or each in turn more regularly than chance."""
    joint, need = len(i["winners"]), p["min_joint"]
    few = too_few(("joint_projects", joint, need))
    if few:
        return few
    share = Fraction(joint, min(i["quotes_each"]))
    won = [w for w in i["winners"] if w in i["bidders"]]
    same = max(Fraction(won.count(one), joint) for one in i["bidders"])
    turns = exact.runs([w == i["bidders"][0] for w in won])
    flagged = share >= p["min_share"] and (same >= p["min_same"] or turns < p["max_chance"])
    return decided(flagged, joint, need, {"joint_share": share, "same_winner": same, "chance_of_turns": turns})


def same_origin(i: Inputs, p: Parameters) -> Outcome:
    """No. 18: one person acts for two bidders; or one quotes right before the other, again and again."""
    few = too_few(("joint_projects", i["joint"], p["min_joint"]))
    if few:
        return few
    close = [gap for gap in i["gaps_s"] if abs(gap) <= p["seconds_apart"]]
    ordered = max(sum(gap >= 0 for gap in close), sum(gap <= 0 for gap in close))
    shared = i["shared_people"]
    computed = {"shared_accounts": Fraction(shared), "same_order": Fraction(ordered)}
    level = "strong" if shared else "plain"
    return decided(bool(shared) or ordered >= p["min_ordered"], i["joint"], p["min_joint"], computed, level)


def quote_spread(i: Inputs, p: Parameters) -> Outcome:
    """§3.3 (b): the nine numbers of one contest and their places in the market. Never a flag: one contest says too little."""
    if not i["price_decides"]:
        return _NO_PRICE
    n, others = len(i["amounts"]), i["others"].get("cv", 0)
    few = too_few(("quotes", n, p["min_quotes"]), ("other_projects", others, p["min_others"]))
    if few:
        return few
    told = spread(i["amounts"])
    places = {f"{name}_percentile": Fraction(i["below"][name], total) for name, total in i["others"].items() if total}
    return decided(False, n, p["min_quotes"], told | places)


def quote_group(i: Inputs, p: Parameters) -> Outcome:
    """§3.3 (c): quotes of a set of bidders lie closer together than the market's, with a lead of one and a long lower tail.

    The test is corrected for all sets of the market (Benjamini and Hochberg).
    """
    n, need = len(i["quotes_joint"]), p["min_projects"]
    few = too_few(("joint_projects", n, need), ("other_projects", len(i["cv_rest"]), p["min_rest"]))
    if few:
        return few
    computed = _medians(i) | {"market_low_cv": exact.quantile(sorted(numbers(i["cv_rest"])), p["low_share"])}
    chance = exact.discovery(chance_of(i, p), numbers(i["other_chances"]), i["sets_tested"])
    close = computed["median_cv"] < computed["market_low_cv"]
    shaped = computed.get("median_rd", Fraction(0)) > p["min_rd"] and computed.get("median_skew", Fraction(0)) < p["max_skew"]
    larger = sum(quotes >= p["strong_quotes"] for quotes in i["quotes_joint"])
    level = "strong" if larger >= need else "plain"
    return decided(close and shaped and chance < p["max_chance"], n, need, computed | {"corrected_chance": chance}, level)


def _medians(i: Inputs) -> dict[str, Fraction]:
    known = {name: numbers(i[f"{name}_joint"]) for name in ("cv", "rd", "skew")}
    return {f"median_{name}": exact.median(values) for name, values in known.items() if values}


SCREENS: Mapping[str, Screen] = {
    s.__name__: s
    for s in (
        *(short_notice, others_rejected, identical_prices, frequent_loser, draw_wins),
        *(co_bidding, same_origin, quote_spread, quote_group),
    )
}
