"""What the screens of quotes ask of opened contests: per project, per bidder, per pair, per set of bidders.

Pure. A market is item × region. The order of tenders never matters, except where an indicator looks at the order in time.
"""

import hashlib
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from itertools import combinations
from typing import Any

from market.statistics import exact
from market.statistics.groups import Candidate, Grouping, Scene, by
from market.statistics.screens import Parameters
from market.statistics.spread import NAMES
from market.statistics.tenders import Tender

Market = tuple[tuple[str, str], list[Tender]]


def _markets(scene: Scene, methods: Sequence[str]) -> Iterator[Market]:
    """(item, region) and its tenders by these methods, in the order of time."""
    fit = sorted((t for t in scene.tenders if t.method in methods), key=lambda t: t.when)
    yield from by(fit, lambda t: (t.item_code, t.region)).items()


# --- per project ---------------------------------------------------------------------------------------------------------------


def _of(t: Tender, indicator: str, inputs: Mapping[str, Any]) -> Candidate:
    return Candidate(indicator, f"project:{t.project_no}", t.item_code, t.region, inputs, t.agency)


def short_notice(scene: Scene, p: Parameters) -> Iterator[Candidate]:
    """How long bidders had."""
    for t in scene.tenders:
        hours = (t.closes_at - t.published_at) // timedelta(hours=1)
        yield _of(t, "short_notice", {"competitive": t.method in p["competitive_methods"], "hours": hours})


def others_rejected(scene: Scene, p: Parameters) -> Iterator[Candidate]:
    """How many quotes were marked invalid, and whether the lowest was."""
    for t in scene.tenders:
        rejected = [b.amount_fen for b in t.bids if b.invalid_reason]
        inputs = {
            "competitive": t.method in p["competitive_methods"],
            "price_decides": t.method in p["price_methods"],
            "awarded": t.winner is not None,
            "valid_quotes": len(t.bids) - len(rejected),
            "rejected_quotes": len(rejected),
            "lowest_rejected": bool(rejected) and min(rejected) < min(t.amounts, default=0),
        }
        yield _of(t, "others_rejected", inputs)


def identical_prices(scene: Scene, p: Parameters) -> Iterator[Candidate]:
    """The valid quotes by bidder."""
    for t in scene.tenders:
        quotes = {bidder: bid.amount_fen for bidder, bid in t.valid.items()}
        inputs = {"price_decides": t.method in p["price_methods"], "quotes": quotes, "ceiling_fen": t.ceiling_fen}
        yield _of(t, "identical_prices", inputs)


def quote_spread(scene: Scene, p: Parameters) -> Iterator[Candidate]:
    """The quotes of a project, and how many of the market's other projects lie below it in each number."""
    for t in scene.tenders:
        if t.method not in p["price_methods"]:
            yield _of(t, "quote_spread", {"price_decides": False, "amounts": [], "others": {}, "below": {}})
    for _, tenders in _markets(scene, p["price_methods"]):
        spreads = {t.project_no: t.spread for t in tenders if len(t.amounts) >= p["min_quotes"]}
        known = {name: _ordered(spreads.values(), name) for name in NAMES}
        for t in tenders:
            places = _places(known, spreads.get(t.project_no, {}))
            yield _of(t, "quote_spread", {"price_decides": True, "amounts": t.amounts} | places)


def _ordered(spreads: Iterable[Mapping[str, Fraction]], name: str) -> list[Fraction]:
    return sorted(spread[name] for spread in spreads if name in spread)


def _places(known: Mapping[str, Sequence[Fraction]], mine: Mapping[str, Fraction]) -> dict[str, Any]:
    """Of each number: how many others there are, and how many of them are lower."""
    return {
        "others": {name: len(known[name]) - 1 for name in mine},
        "below": {name: bisect_left(known[name], value) for name, value in mine.items()},
    }


# --- per bidder ----------------------------------------------------------------------------------------------------------------


class Record:
    """What became of one bidder's valid quotes: how many contests it won, and how many bidders each contest had."""

    def __init__(self) -> None:
        self.wins = 0
        self.sizes: Counter[int] = Counter()

    @property
    def quotes(self) -> int:
        """How many valid quotes."""
        return self.sizes.total()

    @property
    def rate(self) -> Fraction:
        """Wins per quote."""
        return Fraction(self.wins, self.quotes)

    @property
    def inputs(self) -> dict[str, Any]:
        """As an indicator takes them."""
        sizes = {str(size): times for size, times in sorted(self.sizes.items())}
        return {"valid_quotes": self.quotes, "wins": self.wins, "contest_sizes": sizes}


def _records(tenders: Iterable[Tender]) -> dict[str, Record]:
    """Bidder → its record, over the contests of two or more that somebody won."""
    records: dict[str, Record] = defaultdict(Record)
    for t in tenders:
        if t.winner is not None and len(t.valid) > 1:
            for bidder in t.valid:
                records[bidder].sizes[len(t.valid)] += 1
                records[bidder].wins += bidder == t.winner
    return dict(records)


def _rates(records: Collection[Record], least: int) -> dict[str, Any]:
    """How often the market's bidders quote, and how often those with enough quotes win."""
    counts = sorted(r.quotes for r in records)
    rates = [r.rate for r in records if r.quotes >= least]
    low, _, high = exact.quartiles(rates) if rates else (0, 0, 0)
    most = exact.quantile(counts, exact.QUARTERS[2]) if counts else 0
    return {"quotes_p75": str(most), "rated_bidders": len(rates), "rate_q1": str(low), "rate_q3": str(high)}


def frequent_loser(scene: Scene, p: Parameters) -> Iterator[Candidate]:
    """Per bidder: its wins, beside the numbers of quotes and the rates of the market's bidders."""
    for (item, region), tenders in _markets(scene, p["price_methods"]):
        records = _records(tenders)
        around = _rates(records.values(), p["min_quotes"])
        for bidder, record in records.items():
            subject = f"{bidder}/{item}/{region}"
            yield Candidate("frequent_loser", subject, item, region, record.inputs | around, supplier=bidder)


def draw_wins(scene: Scene, p: Parameters) -> Iterator[Candidate]:
    """Per bidder: how often it was drawn, whatever the item: every draw is as fair as any other."""
    draws = (t for t in scene.tenders if t.method in p["draw_methods"])
    for item, tenders in by(draws, lambda t: t.item_code).items():
        for bidder, record in _records(tenders).items():
            yield Candidate("draw_wins", f"{bidder}/{item}", item, "", record.inputs, supplier=bidder)


# --- per pair ------------------------------------------------------------------------------------------------------------------

Pair = tuple[str, str]


def _pairs(tenders: Iterable[Tender]) -> dict[Pair, list[Tender]]:
    """Pairs of bidders, each in the order of their codes → the tenders in which both have a valid quote, in time."""
    joint: dict[Pair, list[Tender]] = defaultdict(list)
    for t in tenders:
        for one, other in combinations(sorted(t.valid), 2):
            joint[one, other].append(t)
    return joint


def _paired(indicator: str, pair: Pair, market: tuple[str, str], inputs: Mapping[str, Any]) -> Candidate:
    subject = f"{pair[0]}+{pair[1]}/{market[0]}/{market[1]}"
    return Candidate(indicator, subject, *market, {"bidders": list(pair)} | dict(inputs))


def co_bidding(scene: Scene, p: Parameters) -> Iterator[Candidate]:
    """Per pair: how many quotes each has, and who won each of their joint projects."""
    for market, tenders in _markets(scene, p["price_methods"]):
        quotes = Counter(bidder for t in tenders for bidder in t.valid)
        for pair, joint in _pairs(tenders).items():
            inputs = {"quotes_each": [quotes[one] for one in pair], "winners": [t.winner or "" for t in joint]}
            yield _paired("co_bidding", pair, market, inputs)


def same_origin(scene: Scene, p: Parameters) -> Iterator[Candidate]:
    """Per pair: who acts for both, and how many seconds lay between their quotes in their last joint projects."""
    for market, tenders in _markets(scene, p["competitive_methods"]):
        for pair, joint in _pairs(tenders).items():
            both = [[t.valid[bidder] for bidder in pair] for t in joint]
            shared = frozenset().union(*(one.people & other.people for one, other in both))
            gaps = [int((other.received_at - one.received_at).total_seconds()) for one, other in both[-p["last_projects"] :]]
            yield _paired("same_origin", pair, market, {"joint": len(joint), "shared_people": len(shared), "gaps_s": gaps})


# --- per set of bidders --------------------------------------------------------------------------------------------------------


def quote_group(scene: Scene, p: Parameters) -> Iterator[Candidate]:
    """Per set of bidders with enough joint projects: their spreads, beside the market's other projects.

    The chances of the market's other sets are told to each, so that it can be corrected for how many were looked at. A set that
    meets only within the projects of a rarer one tells nothing new: its strangers just met a ring.
    """
    for (item, region), tenders in _markets(scene, p["price_methods"]):
        sets = _sets([t for t in tenders if len(t.amounts) >= p["min_quotes"]], p)
        chances = {joint: chance_of(inputs, p) for joint, inputs in sets.items()}
        for joint in sorted(sets.keys() - _within(chances)):
            about = sets[joint] | {"sets_tested": len(sets), "other_chances": _others(chances, joint)}
            name = hashlib.sha256("+".join(about["bidders"]).encode()).hexdigest()[:16]
            yield Candidate("quote_group", f"group:{name}/{item}/{region}", item, region, about)


Joint = tuple[int, ...]
"""The places of a set's joint tenders among the market's: what a set is known by."""


def _sets(tenders: Sequence[Tender], p: Parameters) -> dict[Joint, dict[str, Any]]:
    """The joint tenders of all bidders who meet often enough, each once: those that always quote together are one set."""
    joint: dict[tuple[str, ...], list[int]] = defaultdict(list)
    often = _often(tenders, p["min_projects"])
    for place, t in enumerate(tenders):
        for bidders in combinations(sorted(often & t.valid.keys()), p["min_bidders"]):
            joint[bidders].append(place)
    found = sorted({tuple(places) for places in joint.values()})
    return {places: _compared(tenders, places) for places in found if len(places) >= p["min_projects"]}


def _often(tenders: Iterable[Tender], least: int) -> set[str]:
    quotes = Counter(bidder for t in tenders for bidder in t.valid)
    return {bidder for bidder, times in quotes.items() if times >= least}


def _others(chances: Mapping[Joint, Fraction], mine: Joint) -> list[str]:
    return sorted(str(chance) for joint, chance in chances.items() if joint != mine and chance < 1)


def _within(chances: Mapping[Joint, Fraction]) -> set[Joint]:
    """The sets whose tenders are all among those of another that is as rare or rarer."""
    rare = [(set(joint), chance) for joint, chance in chances.items() if chance < 1]
    return {joint for joint, chance in chances.items() if any(one > set(joint) and least <= chance for one, least in rare)}


def _compared(tenders: Sequence[Tender], joint: Joint) -> dict[str, Any]:
    own = set(joint)
    theirs = [tenders[i] for i in joint]
    return {
        "bidders": sorted(set.intersection(*(set(t.valid) for t in theirs))),
        "quotes_joint": [len(t.amounts) for t in theirs],
        **{f"{name}_joint": _texts(theirs, name) for name in ("cv", "rd", "skew")},
        "cv_rest": _texts([t for i, t in enumerate(tenders) if i not in own], "cv"),
    }


def _texts(tenders: Iterable[Tender], name: str) -> list[str]:
    return [str(t.spread[name]) for t in tenders if name in t.spread]


def chance_of(inputs: Mapping[str, Any], p: Parameters) -> Fraction:
    """How likely CVs so far below the market's are by chance; of many the newest on each side are compared.

    1 where the median is not below the market's lowest share: such a set is no flag whatever the test says.
    """
    joint, rest = numbers(inputs["cv_joint"]), numbers(inputs["cv_rest"])
    if not joint or len(rest) < p["min_rest"] or exact.median(joint) >= exact.quantile(sorted(rest), p["low_share"]):
        return Fraction(1)
    return exact.rank_sum(joint[-p["newest"] :], rest[-p["newest"] :])


def numbers(texts: Iterable[str]) -> tuple[Fraction, ...]:
    """As they are stored."""
    return tuple(map(Fraction, texts))


GROUPINGS: dict[str, Grouping] = {
    g.__name__: g
    for g in (
        *(short_notice, others_rejected, identical_prices, quote_spread, frequent_loser, draw_wins),
        *(co_bidding, same_origin, quote_group),
    )
}
"""Indicator → who makes its candidates."""
