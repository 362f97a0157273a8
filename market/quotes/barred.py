"""Who may not serve a project whatever it quotes: refused while quoting, excluded if it became so before the opening."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from market.avoidance.read import refuse_listed
from market.errors import AffiliateOfAgency, OnAvoidanceList
from market.parties.models import Organisation
from market.practitioners import read as practitioners
from market.practitioners.models import Practitioner
from market.projects.models import Project
from market.quotes.affiliates import refuse_affiliate
from market.quotes.models import Quote

_REASONS = {AffiliateOfAgency: "affiliate_of_agency", OnAvoidanceList: "on_avoidance_list"}
"""What is published of an exclusion: the ground, never the names behind it."""


async def refuse(project: Project, bidder: Organisation, on: date) -> None:
    """Raises AffiliateOfAgency, OnAvoidanceList."""
    await refuse_affiliate(project, bidder, on)
    await refuse_listed(project, bidder, on)


async def among(quotes: Sequence[Quote], project: Project, on: date) -> dict[str, str]:
    """Bidder's code → reason, for whoever may not serve on that day, or not with the people whom it names. Opened, with bidders."""
    gone = _gone(quotes, await practitioners.by_code([code for quote in quotes for code in quote.practitioners or ()]), on)
    found = {quote.bidder.code: await _reason(project, quote.bidder, on) or gone[quote.bidder.code] for quote in quotes}
    return {code: reason for code, reason in found.items() if reason}


async def _reason(project: Project, bidder: Organisation, on: date) -> str:
    try:
        await refuse(project, bidder, on)
    except (AffiliateOfAgency, OnAvoidanceList) as refused:
        return _REASONS[type(refused)]
    return ""


def _gone(quotes: Sequence[Quote], known: Mapping[str, Practitioner], on: date) -> dict[str, str]:
    """Bidder's code → why its people cannot do it, "" where they can. Who moved counts for where it practises now.

    Source: 招标投标法实施条例 art. 40: one person in the documents of two bidders.
    """
    people = {quote.bidder.code: [known.get(code) for code in quote.practitioners or ()] for quote in quotes}
    named = Counter(identity for rows in people.values() for identity in _identities(rows))
    return {quote.bidder.code: _left(quote, people[quote.bidder.code], named, on) for quote in quotes}


def _identities(people: Sequence[Practitioner | None]) -> set[str]:
    return {row.identity for row in people if row}


def _left(quote: Quote, people: Sequence[Practitioner | None], named: Mapping[str, int], on: date) -> str:
    left = [row for row in people if not practitioners.practises(row, quote.bidder_id, on)]
    if any(row and named[row.identity] > 1 for row in left):
        return "practitioner_in_two_quotes"
    return "practitioner_not_registered" if left else ""
