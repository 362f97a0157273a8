"""Whoever was passed over when an award was given further, or picked by hand, judged again as of that moment."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from market.avoidance import barred
from market.awards.differences import Difference, of_each
from market.log.models import LogEntry
from market.projects.models import Project
from market.quotes.models import Quote

_BY_HAND = ("project:pick", "project:give_up")
_IN_ORDER = ("project:award_next", "project:exhaust")


@dataclass(frozen=True)
class Act:
    """The award was given to somebody, or to nobody. ``passed_over``: as the log published it, code → reason, None where it did not."""

    at: datetime
    by_hand: bool
    passed_over: dict[str, str] | None


async def acts(project: Project) -> list[Act]:
    """In order."""
    rows = await LogEntry.filter(action__in=[*_BY_HAND, *_IN_ORDER], subject=f"project:{project.code}").order_by("seq")
    return [Act(row.at, row.action in _BY_HAND, json.loads(row.body)["facts"].get("passedOver")) for row in rows]


async def last(project: Project) -> dict[str, str]:
    """Who was barred when the award was last given to somebody, or to nobody, as the log published it: code → reason."""
    told = await acts(project)
    return (told[-1].passed_over if told else None) or {}


@dataclass(frozen=True)
class Order:
    """Codes: ``short``: the list that the buyer picks from; ``ranking``: best first; ``gone``: who gave the award up, in order."""

    short: Sequence[str]
    ranking: Sequence[str] = ()
    gone: Sequence[str] = ()

    def at(self, act: Act, turn: int) -> Sequence[str]:
        """Who could be chosen by that act, the award having been given up ``turn`` times by then."""
        return self.short if act.by_hand else [code for code in self.ranking if code not in self.gone[:turn]]


async def altered(project: Project, quotes: Sequence[Quote], order: Order) -> Difference | None:
    """The first act by which somebody was passed over that was free, or not passed over though it was barred."""
    bidders, turn = {quote.bidder.code: quote for quote in quotes}, 0
    wrong: Difference | None = None
    for act in await acts(project):
        turn += not act.by_hand
        if act.passed_over is not None:
            found = await _barred(project, [bidders[code] for code in order.at(act, turn)], act)
            wrong = wrong or of_each("passed over", act.passed_over, found)
    return wrong


async def _barred(project: Project, quotes: Sequence[Quote], act: Act) -> dict[str, str]:
    """Of the short list everybody; in the order those before the first that is free."""
    found: dict[str, str] = {}
    for quote in quotes:
        reason = await barred.reason(project, quote.bidder, act.at)
        if reason:
            found[quote.bidder.code] = reason
        elif not act.by_hand:
            break
    return found
