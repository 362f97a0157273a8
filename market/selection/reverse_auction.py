"""多轮竞价: rounds of own turns, worst first, the last word with the best; a bid shows when its turn ends. In the spirit of ProZorro.

The schedule is data: stage 0 is the pause before round 1, then one stage for each bidder's turn, then the next pause, at last
the end. A stage that begins late keeps its whole length; one that is later than the tolerance is announced and held again.
Pure: times come from outside, equal amounts go by the verifiable draw. Source: domain.md §2.6 M8, integrity.md §6.3.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from market.selection.draw import Place
from market.selection.ranking import TIE_RULE, Constants, Selection, ValidQuote, ranked

METHOD = "reverse_auction/1"
__all__ = ["METHOD", "TIE_RULE", "select"]
_STEMS = "甲乙丙丁戊己庚辛壬癸"


class Kind(StrEnum):
    """What a stage is, and what an event says of it: ``planned`` and ``rescheduled`` announce the stage that is to begin."""

    PLANNED = "planned"
    RESCHEDULED = "rescheduled"
    PAUSE = "pause"
    TURN = "turn"
    ENDED = "ended"


@dataclass(frozen=True)
class Terms:
    """The notice's constants, in milliseconds. ``grace_ms``: for bids received in their turn and still on their way to the database.

    ``tolerance_ms``: how late a stage may begin; ``step_permille``: the minimum step, of the lowest initial quote.
    """

    rounds: int
    turn_ms: int
    pause_ms: int
    grace_ms: int
    tolerance_ms: int
    step_permille: int

    @classmethod
    def of(cls, notice: Mapping[str, Any]) -> "Terms":
        """As the notice writes them."""
        names = ("rounds", "turnMs", "pauseMs", "graceMs", "toleranceMs", "stepPermille")
        return cls(*(notice[name] for name in names))

    def step_fen(self, lowest_fen: int) -> int:
        """The minimum step in fen, rounded down, at least one."""
        return max(1, lowest_fen * self.step_permille // 1000)


@dataclass(frozen=True)
class Seat:
    """A bidder under its alias: the amount that everybody knows of, in fen, and its place in the draw."""

    alias: str
    amount_fen: int
    place: bytes


@dataclass(frozen=True)
class Stage:
    """One stage. ``turn``: which of the round's turns, from 0; None in a pause and at the end."""

    kind: Kind
    round_number: int
    turn: int | None = None


@dataclass(frozen=True)
class Position:
    """Where an auction stands. ``waiting``: the stage is announced for ``begins_at``; ``due_at``: when time moves it, None at the end.

    ``closes_at``: until when what the stage is for may be done; None while waiting and at the end.
    """

    stage: int
    waiting: bool
    begins_at: datetime
    closes_at: datetime | None
    due_at: datetime | None


def alias(number: int) -> str:
    """甲, 乙, … 癸, 甲2, … for the bidder of that number, from 0."""
    again, stem = divmod(number, len(_STEMS))
    return f"{_STEMS[stem]}{again + 1}" if again else _STEMS[stem]


def best_first(seats: Iterable[Seat]) -> list[Seat]:
    """By amount, equal ones by the draw."""
    return sorted(seats, key=lambda seat: (seat.amount_fen, seat.place))


def turns(seats: Iterable[Seat]) -> list[str]:
    """The aliases in the order of a round's turns: the worst first, so that the best has the last word."""
    return [seat.alias for seat in reversed(best_first(seats))]


def stage(number: int, rounds: int, bidders: int) -> Stage:
    """The stage of that number, from 0."""
    done, place = divmod(number, bidders + 1)
    if done == rounds:
        return Stage(Kind.ENDED, rounds)
    return Stage(Kind.TURN, done + 1, place - 1) if place else Stage(Kind.PAUSE, done + 1)


def planned(begins_at: datetime) -> Position:
    """Before the first stage."""
    return Position(0, True, begins_at, None, begins_at)


def following(position: Position, now: datetime, terms: Terms, bidders: int) -> Position:
    """Where the auction stands once ``now`` has come: the next stage at its full length, or the same one again when it is too late.

    Raises ValueError after the end.
    """
    if position.due_at is None:
        raise ValueError("an auction that has ended stays so")
    if now - position.due_at > timedelta(milliseconds=terms.tolerance_ms):
        begins_at = now + timedelta(milliseconds=terms.pause_ms)
        return Position(position.stage, True, begins_at, None, begins_at)
    number = position.stage if position.waiting else position.stage + 1
    kind = stage(number, terms.rounds, bidders).kind
    if kind is Kind.ENDED:
        return Position(number, False, now, None, None)
    turn = kind is Kind.TURN
    closes_at = now + timedelta(milliseconds=terms.turn_ms if turn else terms.pause_ms)
    return Position(number, False, now, closes_at, closes_at + timedelta(milliseconds=terms.grace_ms if turn else 0))


def kind(position: Position, terms: Terms, bidders: int) -> Kind:
    """What an event says of that position."""
    return Kind.RESCHEDULED if position.waiting else stage(position.stage, terms.rounds, bidders).kind


def highest_fen(own_fen: int, step_fen: int) -> int:
    """The most that a bid may be: a step below the bidder's own last amount."""
    return own_fen - step_fen


def select(quotes: Iterable[ValidQuote], _constants: Constants, place: Place) -> Selection:
    """Rank by the last amounts, equal ones by the draw: of a single quote for which no auction was held its own. Raises NoValidQuotes."""
    return ranked(METHOD, quotes, lambda quote: quote.amount_fen, place)


class Contradiction(ValueError):
    """The audit file does not follow from itself: ``where``, an event's number or a bid's place in the list, and why."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where, self.why = where, why


def replay(audit: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The ranking that follows from an audit file: aliases and amounts in fen, best first. Raises Contradiction."""
    return _Replay(audit).run(audit["events"])


class _Replay:
    def __init__(self, audit: Mapping[str, Any]) -> None:
        self.terms, self.step_fen = Terms.of(audit["terms"]), audit["stepFen"]
        self.seats = {s["alias"]: Seat(s["alias"], s["initialFen"], bytes.fromhex(s["place"])) for s in audit["seats"]}
        self.bids: Sequence[Mapping[str, Any]] = audit["bids"]
        self.windows: dict[int, list[tuple[datetime, datetime]]] = {}
        self.order: list[str] = []
        self.used: set[int] = set()

    def run(self, events: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
        lowest = min(seat.amount_fen for seat in self.seats.values())
        _agree("terms", "the minimum step", self.terms.step_fen(lowest), self.step_fen)
        position = planned(_time(events[0]["beginsAt"]))
        for number, event in enumerate(events[1:], 2):
            where = f"event {number}"
            _agree(where, "the number", number, event["number"])
            position = self._follow(where, position, event)
        _agree("events", "the end", None, position.due_at)
        _agree("bids", "stages that were no turn", set(), {bid["stage"] for bid in self.bids} - self.windows.keys())
        _agree("bids", "the bids that count", {n for n, bid in enumerate(self.bids) if bid["counted"]}, self.used)
        return [(seat.alias, seat.amount_fen) for seat in best_first(self.seats.values())]

    def _follow(self, where: str, before: Position, event: Mapping[str, Any]) -> Position:
        at = _time(event["at"])
        if before.due_at is None or at < before.due_at:
            raise Contradiction(where, "nothing was due yet")
        after = following(before, at, self.terms, len(self.seats))
        _agree(where, "the kind", kind(after, self.terms, len(self.seats)), event["kind"])
        _agree(where, "the stage", after.stage, event["stage"])
        _agree(where, "the times", (after.begins_at, after.closes_at), (_time(event["beginsAt"]), _time(event["closesAt"])))
        _agree(where, "what was bid", self._left(before, after), event["made"])
        if event["kind"] == Kind.PAUSE:
            self.order = turns(self.seats.values())
        if event["kind"] == Kind.TURN and after.closes_at:
            self.windows.setdefault(after.stage, []).append((after.begins_at, after.closes_at))
        board = [{"alias": seat.alias, "amountFen": seat.amount_fen} for seat in best_first(self.seats.values())]
        _agree(where, "the board", board, event["board"])
        return after

    def _left(self, before: Position, after: Position) -> dict[str, Any] | None:
        """What the turn that ends here made known; None when no turn ends."""
        turn = stage(before.stage, self.terms.rounds, len(self.seats)).turn
        if before.waiting or after.stage == before.stage or turn is None:
            return None
        name = self.order[turn]
        counted = self._counted(before.stage, name)
        if counted is not None:
            self.seats[name] = replace(self.seats[name], amount_fen=counted)
        return {"alias": name, "amountFen": counted}

    def _counted(self, number: int, name: str) -> int | None:
        """The amount of the stage's last bid, each of its bids checked; None when there was none."""
        own = [(n, bid) for n, bid in enumerate(self.bids) if bid["stage"] == number]
        for n, bid in own:
            where, received_at = f"bid {n + 1}", _time(bid["receivedAt"])
            _agree(where, "whose turn it is", name, bid["alias"])
            if not any(begins <= received_at <= closes for begins, closes in self.windows[number]):
                raise Contradiction(where, "it was not received in its turn")
            if not 0 < bid["amountFen"] <= highest_fen(self.seats[name].amount_fen, self.step_fen):
                raise Contradiction(where, "it is higher than the minimum step allows")
        if not own:
            return None
        last, bid = max(own, key=lambda pair: (_time(pair[1]["receivedAt"]), pair[0]))
        self.used.add(last)
        return int(bid["amountFen"])


def _agree(where: str, what: str, expected: object, said: object) -> None:
    if expected != said:
        raise Contradiction(where, f"{what} should be {expected}, not {said}")


def _time(text: str | None) -> Any:
    return datetime.fromisoformat(text) if text else None
