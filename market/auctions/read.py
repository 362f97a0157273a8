"""Reads of auctions: what everybody was told, what a bidder may know of itself, the audit file."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from market.actors import Actor
from market.auctions.models import Auction, AuctionBid, AuctionEvent, AuctionSeat
from market.errors import NotFound
from market.log.canonical import canonical
from market.projects import read as projects
from market.selection import reverse_auction
from market.selection.reverse_auction import Position, Seat, Terms

AUDIT_FORMAT = "zhoushan-market auction audit/1"


async def auctions_by_project(project_ids: Sequence[UUID]) -> list[Auction | None]:
    """Auctions in key order; None where there is none."""
    rows = {a.project_id: a for a in await Auction.filter(project_id__in=list(project_ids))}
    return [rows.get(i) for i in project_ids]


async def auction_of(actor: Actor, project_code: str) -> Auction:
    """The auction of a visible project. Raises NotFound."""
    project = await projects.visible(actor, project_code)
    auction = await Auction.get_or_none(project_id=project.id).select_related("project")
    if auction is None:
        raise NotFound("auction", project.code)
    return auction


async def events_after(auction_id: UUID, number: int) -> list[AuctionEvent]:
    """What was told after the event of that number, in order."""
    return await AuctionEvent.filter(auction_id=auction_id, number__gt=number).order_by("number")


async def events_by_auction(auction_ids: Sequence[UUID]) -> list[list[AuctionEvent]]:
    """All that was told of each auction, in order."""
    rows = await AuctionEvent.filter(auction_id__in=list(auction_ids)).order_by("number")
    return [[row for row in rows if row.auction_id == i] for i in auction_ids]


def terms_of(auction: Auction) -> Terms:
    """The notice's constants."""
    return Terms.of(auction.terms)


def position_of(auction: Auction) -> Position:
    """Where it stands."""
    return Position(auction.stage, auction.waiting, auction.begins_at, auction.closes_at, auction.next_check_at)


def turn_of(auction: Auction) -> str | None:
    """Whose turn it is: an alias; None in a pause, while waiting and at the end."""
    stage = reverse_auction.stage(auction.stage, terms_of(auction).rounds, len(auction.order))
    return None if auction.waiting or stage.turn is None else auction.order[stage.turn]


async def seats_of(auction: Auction) -> list[AuctionSeat]:
    """Its seats with bidders and quotes, by alias."""
    return await AuctionSeat.filter(auction_id=auction.id).select_related("bidder", "quote").order_by("alias")


def pure(seat: AuctionSeat) -> Seat:
    """The seat as the arithmetic takes it."""
    return Seat(seat.alias, seat.amount_fen, bytes.fromhex(seat.place))


@dataclass(frozen=True)
class OwnSeat:
    """A bidder's own view. ``bid_fen``: what it has bid in the turn that runs; ``highest_fen``: the most that its next bid may be."""

    alias: str
    amount_fen: int
    bid_fen: int | None
    highest_fen: int


async def own_seat(actor: Actor, auction: Auction) -> OwnSeat | None:
    """The actor's own seat; None for everybody else."""
    seat = await AuctionSeat.get_or_none(auction_id=auction.id, bidder_id=actor.organisation_id or UUID(int=0))
    if seat is None:
        return None
    bid = await AuctionBid.get_or_none(seat_id=seat.id, stage=auction.stage, live=True) if auction.ended_at is None else None
    allowed = max(0, reverse_auction.highest_fen(seat.amount_fen, auction.step_fen))
    return OwnSeat(seat.alias, seat.amount_fen, bid.amount_fen if bid else None, allowed)


async def audit(auction: Auction) -> dict[str, Any]:
    """The audit file of an auction that has ended: everything that ``reverse_auction.replay`` needs, and who was who."""
    seats, events = await seats_of(auction), await events_after(auction.id, 0)
    bids = await AuctionBid.filter(seat__auction_id=auction.id).select_related("seat").order_by("received_at", "commitment")
    return {
        "format": AUDIT_FORMAT,
        "method": reverse_auction.METHOD,
        "project": auction.project.code,
        "terms": auction.terms,
        "stepFen": auction.step_fen,
        "seats": [
            {
                "alias": s.alias,
                "bidder": s.bidder.code,
                "quote": s.quote.commitment,
                "initialFen": s.quote.amount_fen,
                "place": s.place,
            }
            for s in seats
        ],
        "events": [{"number": e.number, "kind": e.kind, "at": moment(e.at)} | e.body for e in events],
        "bids": [
            {
                "alias": b.seat.alias,
                "stage": b.stage,
                "amountFen": b.amount_fen,
                "receivedAt": moment(b.received_at),
                "counted": bool(b.live),
                "commitment": b.commitment,
                "content": b.content,
                "salt": b.salt,
            }
            for b in bids
        ],
        "ranking": [{"alias": seat.alias, "amountFen": seat.amount_fen} for seat in reverse_auction.best_first(map(pure, seats))],
    }


async def last_amounts(project_id: UUID) -> dict[str, int]:
    """By bidder's code, the last amount in fen that everybody knows of; empty where no auction was held."""
    seats = await AuctionSeat.filter(auction__project_id=project_id).select_related("bidder")
    return {seat.bidder.code: seat.amount_fen for seat in seats}


def audit_hash(file: dict[str, Any]) -> str:
    """The SHA-256 of its one text, as the log keeps it."""
    return hashlib.sha256(canonical_audit(file).encode()).hexdigest()


def canonical_audit(file: dict[str, Any]) -> str:
    """Its one text."""
    return canonical(file)


def moment(at: datetime) -> str:
    """A moment as events and audit files write it: UTC, to the microsecond."""
    return at.isoformat(timespec="microseconds")


def moment_or_none(at: datetime | None) -> str | None:
    """The same where there may be none."""
    return moment(at) if at else None
