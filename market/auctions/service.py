"""Planning an auction, moving it by the clock, and bids in one's own turn."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from market import idempotency, vault
from market.actors import Actor
from market.auctions import feed, read
from market.auctions.models import Auction, AuctionBid, AuctionEvent, AuctionSeat
from market.errors import BidTooHigh, ConcurrentChange, NoSeat, NotYourTurn, WrongState
from market.log.canonical import canonical
from market.permissions import Action, Subject
from market.projects import auction as auction_terms
from market.projects.models import Project
from market.quotes.models import Quote
from market.selection import reverse_auction
from market.selection.reverse_auction import Kind, Position, Terms
from market.text import Checker
from market.usecase import authorise, unit, use_case


async def plan(project: Project, quotes: Sequence[Quote], place: Callable[[str], bytes]) -> Auction:
    """Announce the auction among these opened quotes, in the caller's transaction. Aliases follow the draw, so they tell nothing."""
    now, notice = unit().now, project.terms["auction"]
    terms = Terms.of(notice)
    position = reverse_auction.planned(auction_terms.begins_at(project, now))
    seated = sorted(quotes, key=lambda quote: place(quote.bidder.code))
    amounts = [quote.amount_fen or 0 for quote in seated]
    auction = await Auction.create(
        project=project,
        terms=notice,
        step_fen=terms.step_fen(min(amounts)),
        order=[reverse_auction.alias(number) for number in range(len(seated))],
        last_event=0,
        **_columns(position),
    )
    for name, quote, amount_fen in zip(auction.order, seated, amounts, strict=True):
        seat = AuctionSeat(auction=auction, alias=name, bidder=quote.bidder, quote=quote, amount_fen=amount_fen)
        seat.place = place(quote.bidder.code).hex()
        await seat.save()
    body = _body(auction, Kind.PLANNED, position, board=[], made=None)
    await _tell(auction, Kind.PLANNED, body)
    return auction


def _columns(position: Position) -> dict[str, Any]:
    times = {"begins_at": position.begins_at, "closes_at": position.closes_at, "next_check_at": position.due_at}
    return {"stage": position.stage, "waiting": position.waiting, **times}


def _body(auction: Auction, kind: Kind, position: Position, board: Sequence[AuctionSeat], made: object) -> dict[str, Any]:
    """What an event says. ``dueAt``: when it should have come; who was who stands in the last one only."""
    stage = reverse_auction.stage(position.stage, read.terms_of(auction).rounds, len(auction.order))
    seats = reverse_auction.best_first(map(read.pure, board))
    return {
        "stage": position.stage,
        "round": stage.round_number,
        "turn": None if position.waiting or stage.turn is None else auction.order[stage.turn],
        "beginsAt": read.moment(position.begins_at),
        "closesAt": read.moment_or_none(position.closes_at),
        "dueAt": read.moment_or_none(auction.next_check_at if board else None),
        "made": made,
        "order": auction.order if board else [],
        "bidders": {seat.alias: seat.bidder.code for seat in board} if kind is Kind.ENDED else {},
        "board": [{"alias": seat.alias, "amountFen": seat.amount_fen} for seat in seats],
    }


async def _tell(auction: Auction, kind: Kind, body: dict[str, Any], **columns: object) -> None:
    """The event and the change that it tells of; of two that race the database lets one through. Raises WrongState."""
    seen = auction.last_event
    if not await Auction.filter(id=auction.id, last_event=seen).update(last_event=seen + 1, **columns):
        raise WrongState("auction", "changed", ("running",))
    auction.update_from_dict(columns)
    auction.last_event = seen + 1
    await AuctionEvent.create(auction=auction, number=seen + 1, kind=kind, at=unit().now, body=body)
    unit().record(f"auction:{kind}", f"project:{auction.project.code}", number=seen + 1, **body)
    await feed.notify(auction.id)


async def due(now: datetime, limit: int = 50) -> list[UUID]:
    """The auctions that time moves now."""
    return [a.id for a in await Auction.filter(next_check_at__lte=now).order_by("next_check_at").limit(limit).only("id")]


async def next_due() -> datetime | None:
    """When time moves an auction next."""
    first = await Auction.filter(next_check_at__not_isnull=True).order_by("next_check_at").first()
    return first.next_check_at if first else None


async def held(auction_id: UUID) -> Auction | None:
    """The auction, locked, if it is due; None when another process has moved it."""
    query = Auction.select_for_update(of=(Auction._meta.db_table,)).select_related("project")
    return await query.get_or_none(id=auction_id, next_check_at__lte=unit().now)


async def move_on(auction: Auction) -> bool:
    """One step by the clock, in the caller's transaction; a turn that ends shows its bid. True when the auction has ended."""
    terms, before, seats = read.terms_of(auction), read.position_of(auction), await read.seats_of(auction)
    after = reverse_auction.following(before, unit().now, terms, len(seats))
    kind = reverse_auction.kind(after, terms, len(seats))
    unit().checkpoint = kind in (Kind.PAUSE, Kind.ENDED)
    made = await _made(auction, seats, ended=after.stage != before.stage)
    columns = _columns(after) | ({"ended_at": unit().now} if kind is Kind.ENDED else {})
    if kind is Kind.PAUSE:
        columns["order"] = auction.order = reverse_auction.turns(map(read.pure, seats))
    await _tell(auction, kind, _body(auction, kind, after, seats, made), **columns)
    return kind is Kind.ENDED


async def _made(auction: Auction, seats: Iterable[AuctionSeat], *, ended: bool) -> dict[str, Any] | None:
    """What was bid in the turn that ends here, from now on known to everybody."""
    name = read.turn_of(auction)
    if name is None or not ended:
        return None
    seat = next(seat for seat in seats if seat.alias == name)
    bid = await AuctionBid.get_or_none(seat_id=seat.id, stage=auction.stage, live=True)
    if bid:
        seat.amount_fen = bid.amount_fen
        await seat.save(update_fields=["amount_fen"])
    return {"alias": name, "amountFen": bid.amount_fen if bid else None}


@dataclass(frozen=True)
class PlaceBid:
    """A bid in one's own turn, in fen for the whole service. ``seen_event``: the number of the newest event that the bidder knows."""

    idempotency_key: str
    project_code: str
    amount_fen: int
    seen_event: int

    def check(self) -> None:
        """Raises InvalidInput with every problem."""
        check = Checker()
        check.amount("amount", self.amount_fen)
        if self.seen_event < 0:
            check.add("seenEvent", "not_whole_number")
        check.done()


@dataclass(frozen=True)
class Placed:
    """A stored bid with its auction, for the receipt."""

    bid: AuctionBid
    seat: AuctionSeat
    auction: Auction


@use_case(Action.AUCTION_BID)
async def place_bid(actor: Actor, form: PlaceBid) -> Placed:
    """Bid in the own turn; a later one of the same turn replaces it. The time of receipt decides. Nobody sees it before the turn ends.

    Raises InvalidInput, NotFound, NoSeat, WrongState, NotYourTurn, ConcurrentChange, BidTooHigh, IdempotencyKeyReused.
    """
    authorise(Action.AUCTION_BID, Subject.of(actor.organisation_id))
    form.check()
    auction = await read.auction_of(actor, form.project_code)
    seat = await AuctionSeat.get_or_none(auction_id=auction.id, bidder_id=actor.organisation_id).select_related("bidder")
    if seat is None:
        raise NoSeat(auction.project.code)
    print_ = idempotency.fingerprint(vault.fingerprint_secret(), "place_bid", vars(form))
    done = await idempotency.seen(seat.bidder_id, form.idempotency_key, print_)
    if done:
        unit().replayed = True
        return Placed(await AuctionBid.get(id=done), seat, auction)
    _check_turn(auction, seat.alias)  # before the lock: whose turn it is not must not hold up whose turn it is
    query = Auction.select_for_update(of=(Auction._meta.db_table,)).select_related("project")
    auction = await query.get(id=auction.id)
    _check_turn(auction, seat.alias)
    await seat.refresh_from_db(fields=["amount_fen"])
    if form.seen_event != auction.last_event:
        raise ConcurrentChange("auction", form.seen_event, auction.last_event)
    allowed = reverse_auction.highest_fen(seat.amount_fen, auction.step_fen)
    if form.amount_fen > allowed:
        raise BidTooHigh(form.amount_fen, allowed, auction.step_fen)
    bid = await _store(auction, seat, form.amount_fen)
    await idempotency.remember(seat.bidder_id, form.idempotency_key, "place_bid", print_, bid.id)
    unit().record_sealed(bid.commitment)
    return Placed(bid, seat, auction)


def _check_turn(auction: Auction, alias: str) -> None:
    if auction.ended_at is not None:
        raise WrongState("auction", "ended", ("running",))
    received_at, turn = unit().received_at, read.turn_of(auction)
    closes_at = auction.closes_at or auction.begins_at
    if turn != alias or not auction.begins_at <= received_at <= closes_at:
        raise NotYourTurn(received_at, turn or "", auction.begins_at, closes_at)


async def _store(auction: Auction, seat: AuctionSeat, amount_fen: int) -> AuctionBid:
    """The bid; of several in one turn the one that was received last counts, whichever was stored last."""
    now, received_at = unit().now, unit().received_at
    counts = await AuctionBid.get_or_none(seat_id=seat.id, stage=auction.stage, live=True)
    outrun = counts is not None and counts.received_at > received_at
    if counts and not outrun:
        await AuctionBid.filter(id=counts.id).update(live=None, replaced_at=now)
    salt = secrets.token_bytes(32)
    content = canonical({"auctionStage": auction.stage, "amountFen": amount_fen})
    return await AuctionBid.create(
        seat=seat,
        stage=auction.stage,
        live=None if outrun else True,
        amount_fen=amount_fen,
        received_at=received_at,
        replaced_at=now if outrun else None,
        commitment=vault.commitment(auction.project.code, seat.bidder.code, content, salt),
        content=content,
        salt=salt.hex(),
    )
