"""Auctions on a database: planned at the opening, moved by the clock, bids in one's own turn, an award and an audit file at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from market import clock
from market.actors import Actor, Role
from market.auctions import read, service
from market.auctions.models import Auction, AuctionBid, AuctionEvent
from market.auctions.service import PlaceBid, Placed
from market.awards import auctions
from market.awards import read as award_reads
from market.errors import BidTooHigh, ConcurrentChange, InvalidInput, NoSeat, NotFound, NotYourTurn, WrongState
from market.log.models import LogEntry
from market.projects.models import Project, SelectionMethod
from market.quotes import read as quotes
from market.selection import reverse_auction
from tests import contest
from tests.contest import CHOICE_ITEM, OPENS, member

STARTS = OPENS + timedelta(hours=28)


@dataclass
class Hall:
    """A project in auction, its bidders by alias, and a clock that moves from one due time to the next."""

    project: Project
    bidders: dict[str, Actor]
    at: datetime = STARTS

    @contextmanager
    def clock(self, at: datetime | None = None) -> Iterator[None]:
        """Within the block it is that time."""
        with clock.fixed(at or self.at):
            yield

    async def auction(self) -> Auction:
        """As it is stored."""
        return await Auction.get(project_id=self.project.id)

    async def tick(self, late_s: float = 0) -> AuctionEvent:
        """The clockwork comes by when the next stage is due, or so much later; the event that tells of it."""
        due_at = (await self.auction()).next_check_at
        assert due_at
        self.at = due_at + timedelta(seconds=late_s)
        with self.clock():
            await auctions.advance_due()
        return await AuctionEvent.filter(auction__project_id=self.project.id).order_by("-number").first()  # type: ignore[return-value]

    async def bid(self, alias: str, fen: int, at: datetime | None = None, key: str = "", seen: int | None = None) -> Placed:
        """A bid of that bidder, now."""
        seen = (await self.auction()).last_event if seen is None else seen
        with self.clock(at or self.at):
            return await service.place_bid(self.bidders[alias], PlaceBid(key or uuid4().hex, self.project.code, fen, seen))


async def planned(*fen: int) -> Hall:
    """An auction among new bidders with these initial quotes, as it stands after the opening."""
    form = contest.form(
        CHOICE_ITEM, told_not_obliged=True, method=SelectionMethod.REVERSE_AUCTION, auction_starts_at=STARTS, ceiling_fen=10**9
    )
    project = await contest.published(await member(Role.APPLICANT), form)
    bidders = {}
    for amount in fen:
        bidder = await member(Role.INTERMEDIARY)
        await contest.quoted(bidder, project, amount)
        bidders[bidder.organisation_id] = bidder
    project = await contest.opened(project)
    seats = await read.seats_of(await Auction.get(project_id=project.id))
    return Hall(project, {seat.alias: bidders[seat.bidder_id] for seat in seats})


async def running(*fen: int) -> Hall:
    """The same in its first turn: the highest initial quote's."""
    hall = await planned(*fen)
    await hall.tick()
    await hall.tick()
    return hall


@pytest.fixture(autouse=True)
async def _catalogue(database: str, shipped_catalogue: None) -> None:
    """Every test here has the shipped catalogue."""


async def test_the_opening_plans_an_auction_and_tells_nobody_who_quoted() -> None:
    """Closed but not decided; aliases only, in events, quotes and the log."""
    hall = await planned(5_000_00, 4_000_00)
    [event] = await AuctionEvent.all()
    assert (hall.project.state, event.kind, event.number) == ("closed", "planned", 1)
    assert event.body["beginsAt"] == read.moment(STARTS) and event.body["board"] == []
    assert await quotes.opened_by_project([hall.project.id]) == [[]]
    codes = [await contest.code_of(bidder) for bidder in hall.bidders.values()]
    told = "".join([entry.body for entry in await LogEntry.filter(action__not="project:post")])
    assert not any(code in told for code in codes)


async def test_the_winner_is_who_bids_lowest_and_the_audit_file_replays() -> None:
    """Three rounds; a bid shows when its turn has ended; the award is at the last amount and the quotes become public."""
    hall = await running(5_000_00, 4_000_00)
    first = (await hall.auction()).order[0]
    await hall.bid(first, 3_900_00)
    assert "390000" not in str([event.body for event in await AuctionEvent.all()])
    shown = await hall.tick()
    assert shown.body["made"] == {"alias": first, "amountFen": 3_900_00}
    assert shown.body["board"][0] == {"alias": first, "amountFen": 3_900_00}
    while (await hall.auction()).ended_at is None:
        last = await hall.tick()
    award = await award_reads.award_of(hall.project.id)
    assert (award.amount_fen, award.supplier_id) == (3_900_00, hall.bidders[first].organisation_id)
    assert last.body["bidders"][first] == await contest.code_of(hall.bidders[first])
    [opened] = await quotes.opened_by_project([hall.project.id])
    assert [quote.rank for quote in opened] == [1, 2]
    audit = await read.audit(await Auction.get(project_id=hall.project.id).select_related("project"))
    ranking = [(place["alias"], place["amountFen"]) for place in audit["ranking"]]
    assert reverse_auction.replay(audit) == ranking and ranking[0] == (first, 3_900_00)


async def test_a_later_bid_of_the_same_turn_replaces_the_earlier() -> None:
    """By receipt, not by storing: one that was overtaken on the way counts no more."""
    hall = await running(5_000_00, 4_000_00)
    first = (await hall.auction()).order[0]
    await hall.bid(first, 3_000_00, hall.at + timedelta(seconds=20))
    late = await hall.bid(first, 3_500_00, hall.at + timedelta(seconds=10))
    assert late.bid.live is None and late.bid.replaced_at
    await hall.bid(first, 3_200_00, hall.at + timedelta(seconds=30), key="k")
    again = await hall.bid(first, 3_200_00, hall.at + timedelta(seconds=31), key="k")
    assert await AuctionBid.all().count() == 3 and again.bid.amount_fen == 3_200_00
    assert (await hall.tick()).body["made"]["amountFen"] == 3_200_00


async def test_a_bid_counts_to_the_last_moment_of_its_turn() -> None:
    """Received at the very end and stored within the grace: it counts; a moment later it is told both times."""
    hall = await running(5_000_00, 4_000_00)
    auction = await hall.auction()
    assert auction.closes_at and auction.next_check_at == auction.closes_at + timedelta(seconds=1)
    await hall.bid(auction.order[0], 3_000_00, auction.closes_at)
    with pytest.raises(NotYourTurn) as late:
        await hall.bid(auction.order[0], 2_900_00, auction.closes_at + timedelta(microseconds=1))
    assert (late.value.closes_at, late.value.received_at) == (
        auction.closes_at,
        auction.closes_at + timedelta(microseconds=1),
    )


async def test_a_bid_needs_a_seat_a_turn_a_step_and_open_eyes() -> None:
    """Each refusal names what is missing; nothing is stored."""
    hall = await running(5_000_00, 4_000_00)
    first, second = (await hall.auction()).order
    hall.bidders["外"] = await member(Role.INTERMEDIARY)
    refused: list[tuple[str, int, int | None, type[Exception]]] = [
        ("外", 1_00, None, NoSeat),
        (second, 1_00, None, NotYourTurn),
        (first, 1_00, 2, ConcurrentChange),
        (first, 5_000_00 - 20_00 + 1, None, BidTooHigh),
        (first, 0, None, InvalidInput),
        (first, 1_00, -1, InvalidInput),
    ]
    for alias, fen, seen, refusal in refused:
        with pytest.raises(refusal):
            await hall.bid(alias, fen, seen=seen)
    assert await AuctionBid.all().count() == 0
    await hall.bid(first, 5_000_00 - 20_00)


async def test_no_bid_before_the_start_in_a_pause_or_after_the_end() -> None:
    """And none where there is no auction."""
    hall = await planned(5_000_00, 4_000_00)
    with pytest.raises(NotYourTurn):
        await hall.bid("甲", 1_00)
    await hall.tick()
    with pytest.raises(NotYourTurn):
        await hall.bid("甲", 1_00)
    while (await hall.auction()).ended_at is None:
        await hall.tick()
    with pytest.raises(WrongState):
        await hall.bid("甲", 1_00)
    hall.project = await contest.published(await member(Role.APPLICANT), contest.form(CHOICE_ITEM, told_not_obliged=True))
    with pytest.raises(NotFound):
        await hall.bid("甲", 1_00, seen=1)


async def test_a_late_stage_is_announced_and_held_again() -> None:
    """A turn during which nothing worked is not lost: its bid stays, the bidder gets the whole turn once more."""
    hall = await running(5_000_00, 4_000_00)
    first = (await hall.auction()).order[0]
    await hall.bid(first, 3_000_00)
    late = await hall.tick(late_s=121)
    assert (late.kind, late.body["made"], late.body["beginsAt"]) == (
        "rescheduled",
        None,
        read.moment(hall.at + timedelta(seconds=120)),
    )
    with pytest.raises(NotYourTurn):
        await hall.bid(first, 2_900_00)
    again = await hall.tick(late_s=119)
    assert (again.kind, again.body["turn"]) == ("turn", first)
    assert again.body["closesAt"] == read.moment(hall.at + timedelta(seconds=120))
    await hall.bid(first, 2_900_00)
    assert (await hall.tick()).body["made"]["amountFen"] == 2_900_00


async def test_a_single_valid_quote_wins_without_an_auction() -> None:
    """The applicant's minimum is one; there is nobody to bid against."""
    form = contest.form(CHOICE_ITEM, told_not_obliged=True, method=SelectionMethod.REVERSE_AUCTION)
    award = await contest.awarded(await member(Role.APPLICANT), form, 700_00)
    assert (award.amount_fen, award.reasons["method"]) == (700_00, "reverse_auction/1")
    assert await Auction.all().count() == 0


async def test_an_auction_begins_in_the_morning_of_a_working_day_unless_the_notice_says_when() -> None:
    """A notice that names a start before the opening is refused; of another method, too."""
    buyer = await member(Role.APPLICANT)
    form = contest.form(CHOICE_ITEM, told_not_obliged=True, method=SelectionMethod.REVERSE_AUCTION)
    project = await contest.published(buyer, form)
    for fen in (5_00, 6_00):
        await contest.quoted(await member(Role.INTERMEDIARY), project, fen)
    await contest.opened(project)
    assert (await Auction.get()).begins_at.astimezone(clock.SHANGHAI).isoformat() == "2026-11-30T10:00:00+08:00"
    early = contest.again(form, idempotency_key="early", auction_starts_at=OPENS)
    with pytest.raises(InvalidInput, match="auctionStartsAt"):
        await contest.published(buyer, early)
    with pytest.raises(InvalidInput, match="auctionStartsAt"):
        await contest.published(buyer, contest.again(early, idempotency_key="no", method=SelectionMethod.LOWEST_PRICE))
