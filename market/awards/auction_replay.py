"""An auction, recomputed from its audit file, and the file held against the notice, the draw, the opened quotes and the log."""

import json
from collections.abc import Sequence
from typing import Any

from market import vault
from market.auctions import read as auctions
from market.awards import deciding, service
from market.awards.differences import Difference, first
from market.log.canonical import canonical
from market.log.models import LogEntry
from market.projects.models import Project
from market.quotes.models import Quote
from market.selection import reverse_auction

_ACTIONS = [*(f"auction:{kind}" for kind in reverse_auction.Kind), "auction:audit"]


async def altered(project: Project, quotes: Sequence[Quote]) -> Difference | None:
    """The first difference; None where there is none, and where no auction was to be held. ``quotes``: all opened ones."""
    valid = {quote.bidder.code: quote for quote in quotes if not deciding.invalid(project, quote)}
    [auction] = await auctions.auctions_by_project([project.id])
    if auction is None or not deciding.auctioned(project, len(valid)):
        return first({"auction": (auction is not None, deciding.auctioned(project, len(valid)))})
    auction.project = project
    file = await auctions.audit(auction)
    parts = {"auction terms": (project.terms["auction"], file["terms"])}
    parts |= await _seats(project, valid, file) | _bids(project, file) | await _log(project, file)
    return first(parts) or _replayed(file)


async def _seats(project: Project, valid: dict[str, Quote], file: dict[str, Any]) -> dict[str, Any]:
    """The places as drawn, the initial amounts as quoted, the aliases in the order of the draw."""
    place = await service.place_of(project)
    seated = {reverse_auction.alias(n): code for n, code in enumerate(sorted(valid, key=place))}
    said = [(seat["alias"], seat["bidder"], seat["quote"], seat["initialFen"], seat["place"]) for seat in file["seats"]]
    due = [(alias, code, valid[code].commitment, valid[code].amount_fen, place(code).hex()) for alias, code in seated.items()]
    return {"auction seats": (sorted(said), sorted(due))}


def _bids(project: Project, file: dict[str, Any]) -> dict[str, Any]:
    """Each bid as its commitment sealed it."""
    bidders = {seat["alias"]: seat["bidder"] for seat in file["seats"]}
    parts: dict[str, Any] = {}
    for number, bid in enumerate(file["bids"], 1):
        content = canonical({"auctionStage": bid["stage"], "amountFen": bid["amountFen"]})
        sealed = vault.commitment(project.code, bidders[bid["alias"]], content, bytes.fromhex(bid["salt"]))
        parts[f"auction bid {number}"] = (bid["commitment"], sealed)
    return parts


async def _log(project: Project, file: dict[str, Any]) -> dict[str, Any]:
    """The file's hash and every event as the log published them."""
    told = [
        {"kind": f"auction:{event['kind']}"} | {k: event[k] for k in event if k not in ("kind", "at")} for event in file["events"]
    ]
    ended = [{"kind": "auction:audit", "sha256": auctions.audit_hash(file)}]
    rows = await LogEntry.filter(subject=f"project:{project.code}", action__in=_ACTIONS).order_by("seq")
    return {"auction log": ([{"kind": row.action} | json.loads(row.body)["facts"] for row in rows], told + ended)}


def _replayed(file: dict[str, Any]) -> Difference | None:
    try:
        ranking = reverse_auction.replay(file)
    except reverse_auction.Contradiction as wrong:
        return Difference(f"auction {wrong.where}", "consistent", str(wrong))
    said = [[place["alias"], place["amountFen"]] for place in file["ranking"]]
    return first({"auction ranking": (said, [list(place) for place in ranking])})
