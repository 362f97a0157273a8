"""What an auction leaves: the draw that was made before it, an award that can be recomputed, and the next in order."""

from typing import Any

import pytest
from tortoise.models import Model

from market.actors import ANONYMOUS, Role
from market.auctions.models import Auction, AuctionBid, AuctionEvent, AuctionSeat
from market.awards import forfeiture
from market.awards import read as awards
from market.awards.models import Award
from market.awards.replay import replay
from market.draws import service as draws
from market.draws.models import Draw
from market.errors import NotFound, WrongState
from market.log.models import LogEntry
from schema.draws import Draw as DrawShown
from tests import contest
from tests.market.test_auctions import Hall, planned, running


@pytest.fixture(autouse=True)
async def _catalogue(database: str, shipped_catalogue: None) -> None:
    """Every test here has the shipped catalogue."""


async def ended(*fen: int) -> Hall:
    """An auction in which the first turn's bidder, the worst, bid 3,000.00 yuan and nobody else anything."""
    hall = await running(*fen)
    await hall.bid((await hall.auction()).order[0], 3_000_00)
    while (await hall.auction()).ended_at is None:
        await hall.tick()
    await hall.project.refresh_from_db()
    return hall


async def _drawn(hall: Hall) -> tuple[Draw, bool, bool]:
    """The draw, and whether the API shows its transcript and the log tells of it."""
    await hall.project.refresh_from_db()
    draw = await Draw.get(project_id=hall.project.id)
    return draw, DrawShown.of(hall.project, draw).transcript is not None, await LogEntry.exists(action="draw:draw")


async def test_the_draw_is_made_before_the_auction_and_published_after_it() -> None:
    """Its roster would tell who takes part; nobody can change it meanwhile, and nothing is decided."""
    hall = await planned(5_000_00, 5_000_00, 4_000_00)
    before, *shown = await _drawn(hall)
    assert before.transcript and shown == [False, False]
    operator = await contest.member(Role.OPERATOR)
    with hall.clock(), pytest.raises(WrongState) as late:
        await draws.record_beacon(operator, hall.project.code, "1", "https://example.cn")
    assert late.value.state == "drawn"
    with pytest.raises(NotFound):
        await replay(ANONYMOUS, hall.project.code)
    while (await hall.auction()).ended_at is None:
        await hall.tick()
    after, *shown = await _drawn(hall)
    assert after.transcript == before.transcript and shown == [True, True]
    seats, place = await AuctionSeat.all().select_related("bidder").order_by("place"), draws.places(after, silent_last=True)
    assert [seat.alias for seat in seats] == ["甲", "乙", "丙"]
    assert all(seat.place == place(seat.bidder.code).hex() for seat in seats)


async def test_an_auctions_award_is_recomputed() -> None:
    """From its audit file; the winner was the worst before it."""
    hall = await ended(5_000_00, 4_000_00)
    award = await awards.award_of(hall.project.id)
    done = await replay(ANONYMOUS, hall.project.code)
    assert (done.winner, done.difference, done.quotes) == (award.supplier.code, None, 2)
    assert award.amount_fen == 3_000_00 and award.reasons["ranking"][1]["amountFen"] == 4_000_00


TAMPERED: list[tuple[type[Model], dict[str, Any], str]] = [
    (Auction, {"terms": {}}, "auction terms"),
    (AuctionSeat, {"alias": "甲", "place": "00"}, "auction seats"),
    (AuctionBid, {"amount_fen": 2_000_00}, "auction bid 1"),
    (AuctionSeat, {"alias": "甲", "amount_fen": 1}, "auction log"),
    (AuctionEvent, {"number": 2, "body": {}}, "auction log"),
    (Award, {"amount_fen": 1}, "amount"),
]


@pytest.mark.parametrize(("table", "values", "part"), TAMPERED, ids=[part for *_, part in TAMPERED])
async def test_what_was_altered_is_named(table: type[Model], values: dict[str, Any], part: str) -> None:
    """Constants, places, bids, last amounts, events, the award: the first that differs."""
    await ended(5_000_00, 4_000_00)
    keys = {name: value for name, value in values.items() if name in ("alias", "number")}
    assert await table.filter(**keys).update(**{name: value for name, value in values.items() if name not in keys}) == 1
    found = (await replay(ANONYMOUS, (await Award.get().select_related("project")).project.code)).difference
    assert found is not None and found.part == part


async def test_an_auction_that_was_not_held_is_named() -> None:
    """Two valid quotes and no trace of an auction."""
    hall = await ended(5_000_00, 4_000_00)
    for table in (AuctionBid, AuctionSeat, AuctionEvent, Auction):
        await table.all().delete()
    found = (await replay(ANONYMOUS, hall.project.code)).difference
    assert found is not None and (found.part, found.awarded, found.recomputed) == ("auction", "false", "true")


async def test_the_next_in_order_wins_at_its_last_amount() -> None:
    """Not at its sealed quote; and the replay agrees."""
    hall = await running(5_000_00, 4_000_00)
    first, second = (await hall.auction()).order
    await hall.bid(first, 3_000_00)
    await hall.tick()
    await hall.bid(second, 3_500_00)
    while (await hall.auction()).ended_at is None:
        await hall.tick()
    with hall.clock():
        await forfeiture.decline_award(hall.bidders[first], hall.project.code, "无力承担")
    award = await awards.award_of(hall.project.id)
    assert (award.amount_fen, award.supplier_id) == (3_500_00, hall.bidders[second].organisation_id)
    assert (await replay(ANONYMOUS, hall.project.code)).difference is None
