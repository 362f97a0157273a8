"""One pure function per indicator: plain numbers and the row's parameters in, one of four outcomes out.

The numbers are what is stored with a value, so that it can be computed again from them alone. All arithmetic is exact.
A flag is a reason to look, never a finding. Source: integrity.md §3.2; domain.md §3.5 (V07, V09, V16, V32).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Any

from market.statistics import exact


class Decision(StrEnum):
    """值得看一看 · 未见异常 · 样本不足 · 不适用."""

    FLAG = "flag"
    CLEAR = "clear"
    INSUFFICIENT = "insufficient"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True)
class Outcome:
    """What a screen says.

    ``n`` of at least ``need``: the sample that decides, or the one that is too small. ``value``: what is compared first.
    ``computed``: everything that was worked out. ``reason``: why there is no answer. ``level``: how strong a flag is.
    """

    decision: Decision
    n: int
    need: int
    value: Fraction | None = None
    reason: str = ""
    level: str = ""
    computed: Mapping[str, Fraction] = field(default_factory=dict)


Inputs = Mapping[str, Any]
Parameters = Mapping[str, Any]
Screen = Callable[[Inputs, Parameters], Outcome]
SCREENS: dict[str, Screen] = {}


def screen(function: Screen) -> Screen:
    """Register a screen by the id of its indicator."""
    SCREENS[function.__name__] = function
    return function


def too_few(*samples: tuple[str, int, int]) -> Outcome | None:
    """The first sample (what, how many, how many are needed) that is too small."""
    lacking = ((what, n, need) for what, n, need in samples if n < need)
    return next((Outcome(Decision.INSUFFICIENT, n, need, reason=f"few_{what}") for what, n, need in lacking), None)


def decided(flagged: bool, n: int, need: int, computed: Mapping[str, Fraction], level: str = "") -> Outcome:
    """Flag or clear. The first of what was computed is the value."""
    value = next(iter(computed.values()))
    decision = Decision.FLAG if flagged else Decision.CLEAR
    return Outcome(decision, n, need, value, level=level if flagged else "", computed=computed)


@screen
def designation(i: Inputs, p: Parameters) -> Outcome:
    """No. 6: nearly all applicants of one agency use one body, which the region's applicants seldom do."""
    n, need = i["applicants"], p["min_applicants"]
    few = too_few(("suppliers", i["active_suppliers"], p["min_suppliers"]), ("applicants", n, need))
    if few:
        return few
    share = Fraction(i["using"], n)
    lift = share / Fraction(i["regional_using"], i["regional_applicants"])
    flagged = share >= p["min_share"] and lift >= p["min_lift"]
    return decided(flagged, n, need, {"share": share, "lift": lift})


@screen
def disguised_designation(i: Inputs, p: Parameters) -> Outcome:
    """V09: as no. 6 against the other agencies of the region, where chance alone would hardly do it (Fisher's exact test)."""
    n, need, others = i["applicants"], p["min_applicants"], i["elsewhere_applicants"]
    few = too_few(
        ("suppliers", i["active_suppliers"], p["min_suppliers"]),
        ("applicants", n, need),
        ("applicants_elsewhere", others, p["min_elsewhere"]),
    )
    if few:
        return few
    share, elsewhere = Fraction(i["using"], n), Fraction(i["elsewhere_using"], others)
    chance = exact.fisher(i["using"], n, i["elsewhere_using"], others)
    flagged = chance < p["max_chance"] and share >= p["min_lift"] * elsewhere
    return decided(flagged, n, need, {"share": share, "share_elsewhere": elsewhere, "chance": chance})


@screen
def price_gap(i: Inputs, p: Parameters) -> Outcome:
    """No. 8: the same body asks applicants for more than agencies, for the same item."""
    need = p["min_contracts"]
    samples = [(side, i[side], need) for side in ("applicant_contracts", "agency_contracts")]
    few = too_few(*samples)
    if few:
        return few
    dear, cheap = _number(i["applicant_median"]), _number(i["agency_median"])
    gap = dear / cheap - 1
    return decided(gap > p["max_gap"], min(n for _, n, _ in samples), need, {"gap": gap})


@screen
def concentration(i: Inputs, p: Parameters) -> Outcome:
    """No. 16: Herfindahl-Hirschman index of what an agency spends on an item, by supplier, beside 1/k for k active suppliers."""
    n, need = i["contracts"], p["min_contracts"]
    few = too_few(("suppliers", i["active_suppliers"], p["min_suppliers"]), ("contracts", n, need))
    if few:
        return few
    amounts = i["by_supplier"].values()
    total = sum(amounts)
    index = Fraction(sum(a * a for a in amounts), total * total)
    level = "high" if index > p["high"] else "moderate"
    even = Fraction(1, i["active_suppliers"])
    return decided(index > p["moderate"], n, need, {"hhi": index, "hhi_if_even": even}, level)


@lru_cache(maxsize=1024)
def _number(text: str) -> Fraction:
    """A number as it is stored; the same median stands beside every contract of a group."""
    return Fraction(text)


def _below(i: Inputs, threshold: int) -> list[tuple[date, int]]:
    """The contracts that are each below the threshold, by date."""
    return sorted((date.fromisoformat(day), fen) for day, fen, _ in i["contracts"] if fen < threshold)


@screen
def splitting(i: Inputs, p: Parameters) -> Outcome:
    """No. 12: contracts each below the threshold that reach it together within the rolling days."""
    deals, need = _below(i, p["threshold_fen"]), p["min_contracts"]
    few = too_few(("contracts_below", len(deals), need))
    if few:
        return few
    total, count, largest = _fullest(deals, p["days"], need)
    flagged = total >= p["threshold_fen"] and count >= need
    level = "strong" if largest >= p["strong_share"] * p["threshold_fen"] else "plain"
    sums = {"sum_fen": Fraction(total), "sum_contracts": Fraction(count), "largest_fen": Fraction(largest)}
    return decided(flagged, len(deals), need, sums, level)


def _fullest(deals: Sequence[tuple[date, int]], days: int, least: int) -> tuple[int, int, int]:
    """Sum, number and largest of the costliest window of so many days that holds ``least`` contracts; zeros: none does."""
    best, start, total = (0, 0, 0), 0, 0
    for end, (day, fen) in enumerate(deals):
        total += fen
        while (day - deals[start][0]).days >= days:
            total -= deals[start][1]
            start += 1
        count = end + 1 - start
        if count >= least and total > best[0]:
            best = (total, count, max(amount for _, amount in deals[start : end + 1]))
    return best


@screen
def year_splitting(i: Inputs, p: Parameters) -> Outcome:
    """V16: contracts of one fiscal year, each below the threshold, above it together."""
    deals, need = _below(i, p["threshold_fen"]), p["min_contracts"]
    few = too_few(("contracts_below", len(deals), need))
    if few:
        return few
    total = sum(fen for _, fen in deals)
    sums = {"sum_fen": Fraction(total), "sum_contracts": Fraction(len(deals))}
    return decided(total > p["threshold_fen"], len(deals), need, sums)


@screen
def contract_drift(i: Inputs, p: Parameters) -> Outcome:
    """No. 17: paid beyond what was agreed, amended again and again, or made dearer after the award."""
    awarded, changes, paid = i["award_fen"], i["changes_fen"], i["paid_fen"]
    if not awarded or awarded + changes <= 0:
        return Outcome(Decision.NOT_APPLICABLE, 0, 0, reason="no_amount")
    dearer = Fraction(changes, awarded)
    over = Fraction(paid, awarded + changes) - 1 if paid is not None else None
    told = [over is not None and over > p["max_overpaid"], i["amendments"] >= p["max_amendments"], dearer >= p["max_dearer"]]
    level = "strong" if sum(told) > 1 else "plain"
    computed = {"dearer": dearer} | ({} if over is None else {"overpaid": over})
    return decided(any(told), 1, p["min_contracts"], computed, level)


@screen
def single_quote(i: Inputs, p: Parameters) -> Outcome:
    """No. 9: an agency gets one quote more often than the region; Wilson's lower bound lies above the region's rate."""
    n, need = i["projects"], p["min_projects"]
    few = too_few(("projects", n, need))
    if few:
        return few
    rate = Fraction(i["regional_single"], i["regional_projects"])
    share = Fraction(i["single"], n)
    low = exact.wilson_low(i["single"], n, p["z"])
    flagged = exact.wilson_exceeds(i["single"], n, rate, p["z"])
    return decided(flagged, n, need, {"rate": share, "regional_rate": rate, "wilson_low": low})


@screen
def token_price(i: Inputs, p: Parameters) -> Outcome:
    """V07: an agency pays next to nothing, and the body later serves that agency's applicants."""
    n, need = i["item_contracts"], p["min_contracts"]
    few = too_few(("item_contracts", n, need))
    if few:
        return few
    part = i["price_fen"] / _number(i["median"])
    flagged = part <= p["max_part"] and i["later_applicants"] >= p["min_later"]
    return decided(flagged, n, need, {"part_of_median": part})


@screen
def below_cost(i: Inputs, p: Parameters) -> Outcome:
    """V32: a price below half of the item's median; strong where it also lies below the item's lower fence."""
    n, need = i["item_contracts"], p["min_contracts"]
    few = too_few(("item_contracts", n, need))
    if few:
        return few
    part = i["price_fen"] / _number(i["median"])
    if part >= p["max_part"]:
        return decided(False, n, need, {"part_of_median": part})
    fence = exact.lower_fence(_number(i["q1"]), _number(i["q3"]), p["fence_ranges"])
    level = "strong" if fence is not None and i["price_fen"] < fence else "plain"
    computed = {"part_of_median": part} | ({} if fence is None else {"lower_fence_fen": fence})
    return decided(True, n, need, computed, level)
