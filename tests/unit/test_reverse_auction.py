"""The arithmetic of an auction: schedule, order of turns, minimum step, lateness, replay."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.selection import reverse_auction as auction
from market.selection.ranking import NoValidQuotes, ValidQuote
from market.selection.reverse_auction import Contradiction, Kind, Seat, Terms

TERMS = Terms(rounds=3, turn_ms=120_000, pause_ms=60_000, grace_ms=1_000, tolerance_ms=120_000, step_permille=5)
START = datetime(2026, 12, 1, 2, tzinfo=UTC)


def seat(alias: str, fen: int, place: int = 0) -> Seat:
    """A seat whose place in the draw is one byte."""
    return Seat(alias, fen, bytes([place]))


def test_the_worst_speaks_first_and_the_best_last() -> None:
    """Equal amounts: the lower place is the better one, so it speaks later."""
    seats = [seat("甲", 300), seat("乙", 100, 9), seat("丙", 100, 1), seat("丁", 200)]
    assert auction.turns(seats) == ["甲", "丁", "乙", "丙"]


def test_the_schedule_is_a_pause_and_everybodys_turn_in_each_round() -> None:
    """Three rounds of two: nine stages and the end."""
    stages = [auction.stage(number, 3, 2) for number in range(10)]
    assert [s.kind for s in stages] == [Kind.PAUSE, Kind.TURN, Kind.TURN] * 3 + [Kind.ENDED]
    assert [(s.round_number, s.turn) for s in stages[3:6]] == [(2, None), (2, 0), (2, 1)]


def test_aliases_go_on_after_the_tenth() -> None:
    """甲 to 癸, then 甲2."""
    assert [auction.alias(n) for n in (0, 9, 10, 21)] == ["甲", "癸", "甲2", "乙3"]


@given(late_ms=st.lists(st.integers(0, 300_000), max_size=40), bidders=st.integers(1, 9))
def test_no_stage_is_squeezed_or_skipped(late_ms: list[int], bidders: int) -> None:
    """However late the clockwork comes: every stage runs, in order, at its full length, or is announced and held again."""
    position, ran = auction.planned(START), []
    for late in [*late_ms, *[0] * (TERMS.rounds * (bidders + 1) + 1)]:
        if position.due_at is None:
            break
        now = position.due_at + timedelta(milliseconds=late)
        position = auction.following(position, now, TERMS, bidders)
        assert position.waiting == (late > TERMS.tolerance_ms)
        if position.waiting:
            assert position.begins_at == now + timedelta(milliseconds=TERMS.pause_ms)
        elif position.closes_at:
            turn = auction.stage(position.stage, TERMS.rounds, bidders).turn
            assert position.closes_at - now == timedelta(milliseconds=TERMS.pause_ms if turn is None else TERMS.turn_ms)
            ran.append(position.stage)
    assert list(dict.fromkeys(ran)) == list(range(TERMS.rounds * (bidders + 1))) and position.due_at is None


def test_nothing_follows_the_end() -> None:
    """An auction that has ended stays so."""
    ended = auction.Position(9, False, START, None, None)
    with pytest.raises(ValueError, match="ended"):
        auction.following(ended, START, TERMS, 2)


@pytest.mark.parametrize(("lowest", "step"), [(1, 1), (199, 1), (400, 2), (100_000_00, 500_00)])
def test_the_step_is_exact_and_never_nothing(lowest: int, step: int) -> None:
    """Per mille of the lowest initial quote, rounded down to the fen."""
    assert TERMS.step_fen(lowest) == step
    assert auction.highest_fen(1000, step) == 1000 - step


def quote(code: str, fen: int) -> ValidQuote:
    """A valid quote."""
    return ValidQuote(code, code, fen, START)


def test_a_single_quote_needs_no_auction() -> None:
    """It wins; none is refused."""
    assert auction.select([quote("A", 5)], {}, {"A": b""}.__getitem__).winner.bidder_code == "A"
    with pytest.raises(NoValidQuotes):
        auction.select([], {}, {}.__getitem__)


def test_the_draw_decides_between_equal_last_amounts() -> None:
    """Lowest place first, whoever came first."""
    place = {"A": b"\x02", "B": b"\x01", "C": b"\x00"}.__getitem__
    selection = auction.select([quote("A", 5), quote("B", 5), quote("C", 6)], {}, place)
    assert [q.bidder_code for q in selection.ranking] == ["B", "A", "C"] and selection.tie_broken


def moment(at: datetime | None) -> str | None:
    """As the audit file writes it."""
    return at.isoformat() if at else None


class Hall:
    """An auction of two in memory: writes the audit file that ``replay`` reads."""

    def __init__(self, **fen: int) -> None:
        self.seats = {name: seat(name, amount, n) for n, (name, amount) in enumerate(fen.items())}
        terms = {"rounds": 2, "turnMs": 1000, "pauseMs": 1000, "graceMs": 100, "toleranceMs": 5000, "stepPermille": 100}
        self.terms, self.position, self.order = Terms.of(terms), auction.planned(START), list[str]()
        self.audit: dict[str, Any] = {
            "terms": terms,
            "stepFen": self.terms.step_fen(min(fen.values())),
            "seats": [{"alias": s.alias, "initialFen": s.amount_fen, "place": s.place.hex()} for s in self.seats.values()],
            "events": [{"number": 1, "kind": Kind.PLANNED, "beginsAt": moment(START)}],
            "bids": [],
        }

    def bid(self, fen: int, after_ms: int = 1000) -> None:
        """In the turn that runs."""
        name = self.order[auction.stage(self.position.stage, 2, len(self.seats)).turn or 0]
        received = moment(self.position.begins_at + timedelta(milliseconds=after_ms))
        for earlier in self.audit["bids"]:
            earlier["counted"] &= earlier["stage"] != self.position.stage
        stored = {"alias": name, "stage": self.position.stage, "amountFen": fen, "receivedAt": received, "counted": True}
        self.audit["bids"].append(stored)

    def tick(self, late_ms: int = 0) -> None:
        """The clockwork comes by."""
        before, count = self.position, len(self.seats)
        assert before.due_at
        now = before.due_at + timedelta(milliseconds=late_ms)
        self.position = after = auction.following(before, now, self.terms, count)
        turn, made = auction.stage(before.stage, 2, count).turn, None
        if not before.waiting and turn is not None and after.stage != before.stage:
            name = self.order[turn]
            fen = next((b["amountFen"] for b in self.audit["bids"] if b["stage"] == before.stage and b["counted"]), None)
            made = {"alias": name, "amountFen": fen}
            if fen:
                self.seats[name] = seat(name, fen, self.seats[name].place[0])
        kind = auction.kind(after, self.terms, count)
        if kind is Kind.PAUSE:
            self.order = auction.turns(self.seats.values())
        board = [{"alias": s.alias, "amountFen": s.amount_fen} for s in auction.best_first(self.seats.values())]
        event = {"number": len(self.audit["events"]) + 1, "kind": kind, "at": moment(now), "stage": after.stage, "made": made}
        times = {"beginsAt": moment(after.begins_at), "closesAt": moment(after.closes_at)}
        self.audit["events"].append(event | times | {"board": board})


@pytest.fixture
def held() -> Hall:
    """Two rounds: 甲 is outbid, comes back late in its turn after the clockwork stood still, and wins."""
    hall = Hall(甲=1000, 乙=900)
    hall.tick()
    hall.tick()
    hall.bid(850)
    hall.bid(800)
    hall.tick(late_ms=40)
    hall.bid(700)
    for _ in range(2):
        hall.tick()
    hall.bid(650, after_ms=1000)
    hall.tick(late_ms=9000)
    hall.tick()
    hall.bid(600, after_ms=999)
    while hall.position.due_at:
        hall.tick()
    return hall


def test_an_audit_file_is_replayed_to_its_ranking(held: Hall) -> None:
    """Replaced bids, a stage held again and a turn without a bid included."""
    assert auction.replay(held.audit) == [("甲", 600), ("乙", 700)]
    assert Kind.RESCHEDULED in [event["kind"] for event in held.audit["events"]]


def _raise(audit: dict[str, Any]) -> None:
    audit["bids"][-1]["amountFen"] = 750


def _late(audit: dict[str, Any]) -> None:
    audit["bids"][-1]["receivedAt"] = moment(START + timedelta(hours=1))


TAMPERINGS: dict[str, Callable[[dict[str, Any]], None]] = {
    "a bid is raised above the step": _raise,
    "a bid came after its turn": _late,
    "a bid is another's": lambda audit: audit["bids"][-1].update(alias="乙"),
    "a bid is dropped": lambda audit: audit["bids"].pop(),
    "a replaced bid counts": lambda audit: audit["bids"][0].update(counted=True),
    "a bid outside of every turn": lambda audit: audit["bids"].append(audit["bids"][-1] | {"stage": 3, "counted": True}),
    "a bid without a stage": lambda audit: audit["bids"].append(audit["bids"][-1] | {"stage": 77, "counted": False}),
    "the step is smaller": lambda audit: audit.update(stepFen=1),
    "an event is dropped": lambda audit: audit["events"].pop(4),
    "the end is cut off": lambda audit: audit["events"].pop(),
    "a stage came early": lambda audit: audit["events"][3].update(at=moment(START)),
    "a turn was squeezed": lambda audit: audit["events"][3].update(closesAt=audit["events"][3]["beginsAt"]),
    "the initial quote was lower": lambda audit: audit["seats"][0].update(initialFen=950),
    "the board is wrong": lambda audit: audit["events"][-1]["board"].reverse(),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_tampered_audit_file_contradicts_itself(held: Hall, name: str) -> None:
    """Whatever is changed, the replay says where."""
    audit = copy.deepcopy(held.audit)
    TAMPERINGS[name](audit)
    with pytest.raises(Contradiction):
        auction.replay(audit)
