"""How often the screens of quotes cry wolf: simulated honest markets, and a rigged one.

``python -m tests.bench.false_alarms [TENDERS] [MARKETS]``; 20,000 tenders a cell and 300 markets unless said otherwise. Prints
the table of ``integrity.md`` §3.3 in percent, then the share of honest markets in which any set of bidders is flagged, and of
markets with a ring of three in which exactly the ring is.
"""

import math
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction

from market.statistics import rulebook
from market.statistics.groups import Scene
from market.statistics.rulebook import COMMON
from market.statistics.service import judged
from market.statistics.spread import spread
from market.statistics.tenders import Bid, Tender
from tests.contest import NOON

Spread = Mapping[str, Fraction]
_CV3, _CV6, _RD, _SKEW = Fraction("0.03"), Fraction("0.06"), Fraction(1), Fraction("-0.5")
SIGNS: dict[str, Callable[[Spread], bool]] = {
    "CV<3%": lambda s: s["cv"] < _CV3,
    "CV<6%": lambda s: s["cv"] < _CV6,
    "DIFFP>5%": lambda s: s["diffp"] > Fraction("0.05"),
    "RD>1": lambda s: s["rd"] > _RD,
    "RDNOR>1.5": lambda s: s["rdnor"] > Fraction("1.5"),
    "ALTRD>1": lambda s: s["altrd"] > 1,
    "SKEW<-.5": lambda s: s["skew"] < _SKEW,
    "KS>.3": lambda s: s["ks"] > Fraction("0.3"),
    "CV<6% & RD>1": lambda s: s["cv"] < _CV6 and s["rd"] > _RD,
    "& SKEW<-.5": lambda s: s["cv"] < _CV6 and s["rd"] > _RD and s["skew"] < _SKEW,
}
MEAN_FEN = 10_000_000


def honest(dice: random.Random, market_cv: float, number: int) -> list[int]:
    """Independent log-normal quotes whose coefficient of variation is the market's, in fen."""
    width = math.sqrt(math.log(1 + market_cv**2))
    return [round(MEAN_FEN * dice.lognormvariate(0, width)) for _ in range(number)]


def rigged(dice: random.Random, number: int) -> list[int]:
    """The agreed winner's quote, and cover quotes 3 to 6 % above it."""
    [lowest] = honest(dice, 0.10, 1)
    return [lowest, *(round(lowest * (1 + dice.uniform(0.03, 0.06))) for _ in range(number - 1))]


CELLS: dict[str, Callable[[random.Random], list[int]]] = {
    "market CV 10 %, n=3": lambda dice: honest(dice, 0.10, 3),
    "market CV 10 %, n=5": lambda dice: honest(dice, 0.10, 5),
    "market CV 10 %, n=10": lambda dice: honest(dice, 0.10, 10),
    "market CV 4 %, n=5": lambda dice: honest(dice, 0.04, 5),
    "rigged, n=5": lambda dice: rigged(dice, 5),
}


def rates(cell: str, tenders: int) -> dict[str, float]:
    """Sign → percent of simulated tenders of the cell that show it."""
    dice = random.Random(cell)
    told = [spread(CELLS[cell](dice)) for _ in range(tenders)]
    return {name: 100 * sum(map(shows, told)) / tenders for name, shows in SIGNS.items()}


CONTESTS, QUOTES = 80, 5


def market(dice: random.Random, ring: tuple[str, ...] = (), bodies_in_all: int = 8) -> Iterator[Tender]:
    """Contests of one item among few bodies, which meet often; a ring quotes together in every fourth, with honest strangers."""
    bodies = [f"S{n:02d}" for n in range(bodies_in_all)]
    strangers = [b for b in bodies if b not in ring]
    for number in range(CONTESTS):
        together = bool(ring) and number % 4 == 0
        bidders = [*ring, *dice.sample(strangers, QUOTES - len(ring))] if together else dice.sample(strangers, QUOTES)
        amounts = rigged(dice, QUOTES) if together else honest(dice, 0.10, QUOTES)
        at = NOON + timedelta(days=number)
        bids = tuple(Bid(b, fen, at) for b, fen in zip(bidders, amounts, strict=True))
        winner = min(bids, key=lambda b: b.amount_fen).bidder
        yield Tender(f"XM{number:03d}", "I1", "330900", "G1", "lowest_price", at, at, None, winner, bids)


def flagged_sets(tenders: list[Tender]) -> list[list[str]]:
    """The sets of bidders that the group screen flags, with its shipped thresholds."""
    rules = rulebook.in_force(date(2026, 11, 1))
    values = judged(Scene([], tenders=tenders), {"quote_group": rules["quote_group"]}, rules[COMMON].values)
    return [v.candidate.inputs["bidders"] for v in values if v.outcome.decision == "flag"]


def main(tenders: int = 20_000, markets: int = 300) -> None:
    """Print the table and the two shares."""
    print(f"{'':24}" + "".join(f"{name:>14}" for name in SIGNS))
    for cell in CELLS:
        print(f"{cell:24}" + "".join(f"{rate:14.1f}" for rate in rates(cell, tenders).values()))
    dice = random.Random(1)
    wrong = sum(bool(flagged_sets(list(market(dice)))) for _ in range(markets))
    ring = ("S00", "S01", "S02")
    right = sum(list(ring) in flagged_sets(list(market(dice, ring))) for _ in range(markets))
    print(
        f"honest markets with a flagged set: {100 * wrong / markets:.1f} %; rings that are flagged: {100 * right / markets:.1f} %"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
