"""Auctions in the API: what everybody is told, live and from the beginning; a bid in one's own turn."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Any, Self

import strawberry

from market import errors
from market.auctions import feed, models, read, service
from market.selection import reverse_auction
from market.selection.reverse_auction import Kind
from schema.context import Info
from schema.errors import BadRequest, result
from schema.labels import N_
from schema.scalars import Yuan

strawberry.enum(Kind, name="AuctionEventKind")

NO_EVENT = N_("没有这个编号的竞价事件。请用收到的最后一个事件的编号，或不填。")


@strawberry.type(description="竞价的规则,毫秒为单位。 The notice's constants of an auction; times in milliseconds.")
class AuctionTerms:
    """Frozen at publication."""

    rounds: int
    turn_ms: int
    pause_ms: int
    grace_ms: int
    tolerance_ms: int
    step_permille: int

    @classmethod
    def of(cls, frozen: dict[str, Any]) -> Self:
        """From the notice."""
        return cls(**vars(reverse_auction.Terms.of(frozen)))


@strawberry.type(description="一家机构当前的名次与价格,竞价结束前只用代号。 A bidder's standing, by alias until the end.")
class AuctionStanding:
    """``bidderCode``: null until the auction has ended."""

    rank: int
    alias: str
    amount: Yuan
    bidder_code: str | None


@strawberry.type(description="一个时段结束时公开的报价。 What a turn that has ended made known.")
class AuctionBidShown:
    """``amount``: null when nothing was bid."""

    alias: str
    amount: Yuan | None


@strawberry.type(
    description="竞价事件,从 1 起连续编号。 One ordered event; the numbers have no gaps, so nothing can be missed unnoticed."
)
class AuctionEvent:
    """``serverTime``: when it was handed on; countdowns go by it. ``dueAt``: when it should have come, ``at``: when it did."""

    id: strawberry.ID
    kind: Kind
    at: datetime
    due_at: datetime | None
    server_time: datetime
    stage: int
    round_number: int
    turn: str | None
    begins_at: datetime
    closes_at: datetime | None
    made: AuctionBidShown | None
    order: list[str]
    board: list[AuctionStanding]

    @classmethod
    def of(cls, row: models.AuctionEvent, server_time: datetime) -> Self:
        """From its row."""
        body = row.body
        return cls(
            id=strawberry.ID(str(row.number)),
            kind=Kind(row.kind),
            at=row.at,
            due_at=_moment(body["dueAt"]),
            server_time=server_time,
            stage=body["stage"],
            round_number=body["round"],
            turn=body["turn"],
            begins_at=datetime.fromisoformat(body["beginsAt"]),
            closes_at=_moment(body["closesAt"]),
            made=AuctionBidShown(alias=body["made"]["alias"], amount=body["made"]["amountFen"]) if body["made"] else None,
            order=body["order"],
            board=[
                AuctionStanding(rank=n, alias=s["alias"], amount=s["amountFen"], bidder_code=body["bidders"].get(s["alias"]))
                for n, s in enumerate(body["board"], 1)
            ],
        )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@strawberry.type(description="本机构自己的席位。 The acting intermediary's own seat.")
class AuctionSeat:
    """``bid``: in the turn that runs, not yet public; ``highestBid``: the most that the next bid may be."""

    alias: str
    amount: Yuan
    bid: Yuan | None
    highest_bid: Yuan


@strawberry.type(description="多轮竞价。 A reverse auction, from its announcement at the opening of the quotes on.")
class Auction:
    """``minimumStep``: how far a bid must be below the bidder's own last amount."""

    row: strawberry.Private[models.Auction]
    begins_at: datetime
    ended_at: datetime | None
    minimum_step: Yuan

    @classmethod
    def of(cls, row: models.Auction) -> Self:
        """From its row."""
        return cls(row=row, begins_at=row.begins_at, ended_at=row.ended_at, minimum_step=Yuan(row.step_fen))

    @strawberry.field
    async def latest(self, info: Info) -> AuctionEvent | None:
        """The newest event: how it stands."""
        told = await self.events(info)
        return told[-1] if told else None

    @strawberry.field(description="到现在为止的全部事件。 All events so far, for readers without a stream.")
    async def events(self, info: Info) -> list[AuctionEvent]:
        """In order."""
        rows, now = await info.context.load(read.events_by_auction, self.row.id), await info.context.now()
        return [AuctionEvent.of(row, now) for row in rows]

    @strawberry.field
    async def my_seat(self, info: Info) -> AuctionSeat | None:
        """Null for everybody who does not take part."""
        own = await read.own_seat(info.context.actor, self.row)
        bid = None if own is None or own.bid_fen is None else Yuan(own.bid_fen)
        return (
            AuctionSeat(alias=own.alias, amount=Yuan(own.amount_fen), bid=bid, highest_bid=Yuan(own.highest_fen)) if own else None
        )


@strawberry.type(description="竞价报价回执。 The receipt of a bid; nobody else sees the bid before its turn has ended.")
class BidReceipt:
    """Keep ``content`` and ``salt``: with them anyone can recompute ``commitment``. ``isLive``: it is the one that counts."""

    project_code: str
    alias: str
    amount: Yuan
    received_at: datetime
    turn_closes_at: datetime | None
    is_live: bool
    commitment: str
    content: str
    salt: str

    @classmethod
    def of(cls, placed: service.Placed) -> Self:
        """From what was stored."""
        bid = placed.bid
        return cls(
            project_code=placed.auction.project.code,
            alias=placed.seat.alias,
            amount=Yuan(bid.amount_fen),
            received_at=bid.received_at,
            turn_closes_at=placed.auction.closes_at,
            is_live=bool(bid.live),
            commitment=bid.commitment,
            content=bid.content,
            salt=bid.salt,
        )


@strawberry.input
class PlaceBidInput:
    """A bid for the whole service. ``seenEvent``: the id of the newest event that the bidder has seen."""

    idempotency_key: str
    project_code: str
    amount: Yuan
    seen_event: strawberry.ID

    def form(self) -> service.PlaceBid:
        """As the domain takes it. Raises InvalidInput."""
        seen = event_number(self.seen_event)
        return service.PlaceBid(self.idempotency_key, self.project_code, self.amount, -1 if seen is None else seen)


def event_number(text: str) -> int | None:
    """An event's id as its number; None when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


_TURN = (errors.WrongState, errors.NoSeat, errors.NotYourTurn, errors.ConcurrentChange)


@strawberry.type
class Mutations:
    """Writes of auctions."""

    @result("PlaceBidResult", BidReceipt, *_TURN, errors.BidTooHigh, errors.IdempotencyKeyReused)
    async def place_bid(self, info: Info, input: PlaceBidInput) -> BidReceipt:
        """在本机构的时段报价,时段内可更换。 Bid in the own turn; a later bid of the same turn replaces it."""
        return BidReceipt.of(await service.place_bid(info.context.actor, input.form()))


_After = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="收到的最后一个事件的编号。 The last event received: all later ones follow."),
]


@strawberry.type
class Subscriptions:
    """Streams of auctions."""

    @strawberry.subscription(description="竞价现场:从头或从某个事件之后,直到结束。 All events, past ones first, until the end.")
    async def auction_events(self, info: Info, project_code: str, after: _After = None) -> AsyncGenerator[AuctionEvent, None]:
        """Whoever reconnects with the last id that it received misses nothing."""
        auction = await read.auction_of(info.context.actor, project_code)
        number = 0 if after is None else event_number(after)
        if number is None or number > auction.last_event:
            raise BadRequest("after", info.context.translate(NO_EVENT))
        async for frame in feed.watch(auction.id, number):
            yield AuctionEvent.of(frame.event, frame.server_time)
