"""Whose quote is excluded at the opening: who may not serve by then, or not with the people whom it names."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from market.avoidance import barred
from market.practitioners import read as practitioners
from market.practitioners.models import Practitioner
from market.projects.models import Project
from market.quotes.models import Quote


async def among(quotes: Sequence[Quote], project: Project, at: datetime) -> dict[str, str]:
    """Bidder's code → reason, for whoever may not serve at that moment, or not with the people whom it names. Opened, with bidders."""
    known = await practitioners.by_code([code for quote in quotes for code in quote.practitioners or ()])
    gone = _gone(quotes, known, at)
    found = {quote.bidder.code: await barred.reason(project, quote.bidder, at) or gone[quote.bidder.code] for quote in quotes}
    return {code: reason for code, reason in found.items() if reason}


def _gone(quotes: Sequence[Quote], known: Mapping[str, Practitioner], at: datetime) -> dict[str, str]:
    """Bidder's code → why its people cannot do it, "" where they can. Who moved counts for where it practises now.

    Source: 招标投标法实施条例 art. 40: one person in the documents of two bidders.
    """
    people = {quote.bidder.code: [known.get(code) for code in quote.practitioners or ()] for quote in quotes}
    named = Counter(identity for rows in people.values() for identity in _identities(rows))
    return {quote.bidder.code: _left(quote, people[quote.bidder.code], named, at) for quote in quotes}


def _identities(people: Sequence[Practitioner | None]) -> set[str]:
    return {row.identity for row in people if row}


def _left(quote: Quote, people: Sequence[Practitioner | None], named: Mapping[str, int], at: datetime) -> str:
    left = [row for row in people if not practitioners.practises(row, quote.bidder_id, at)]
    if any(row and named[row.identity] > 1 for row in left):
        return "practitioner_in_two_quotes"
    return "practitioner_not_registered" if left else ""
