"""A made transcript and the ways in which somebody might tamper with it."""

import copy
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from market.selection import draw, transcript

SECRET = bytes(range(32))
START = datetime(2026, 11, 24, 4, tzinfo=UTC)
CODES = ["91330902MA0000101A", "91330902MA0000102B", "91330902MA0000103C", "91330902MA0000104D", "91330902MA0000105E"]
PROJECT = "XM-20261124-7K2M9Q"


def entrant(code: str, number: int) -> transcript.Entrant:
    """The first two keep their own nonces, the second does not reveal it; the others' are in the platform's keeping."""
    nonce = bytes([number]) * 32
    shown = None if number == 1 else nonce.hex()
    return transcript.Entrant(code, draw.nonce_hash(PROJECT, code, nonce).hex(), number > 1, shown)


NUMBERS = "03 08 11 19 27 31 + 05"
TYPED, UNTIL = START + timedelta(days=4, hours=1), START + timedelta(days=9)


OFFICES = ["11330902MB0000201X", "11330902MB0000202Y"]
"""The operator and a regulator."""


def voice(who: int, value: str = NUMBERS, office: int | None = None) -> dict[str, str]:
    """What that official typed in, one a minute; by turns for the one and for the other, unless ``office`` says for which."""
    organisation = OFFICES[who % 2 if office is None else office]
    return transcript.voice(UUID(int=who), organisation, value, "https://example.org/136", TYPED + timedelta(minutes=who))


AGREED = (voice(1), voice(2))


def made(*, beacon: bool = True, voices: Sequence[dict[str, str]] = AGREED, at: datetime = UNTIL) -> dict[str, Any]:
    """Five bidders, one that does not reveal, a lottery that two officials typed in alike; drawn at the end of the time for that."""
    named = transcript.Beacon("双色球第 2026136 期", START + timedelta(days=4), UNTIL) if beacon else None
    said = transcript.notice(PROJECT, draw.commitment(SECRET, 4), 4, START, 7200, named)
    entrants = [entrant(code, number) for number, code in enumerate(CODES)]
    closes = START + timedelta(days=3)
    times = transcript.Times(closes, closes + timedelta(seconds=10), closes + timedelta(hours=2))
    listed = transcript.closing(said, times, b"\x05" * 32, entrants)
    return transcript.assemble(said, listed, entrants, transcript.beacon_of(said, voices), draw.code(SECRET, 4), at)


def _code(t: dict[str, Any]) -> None:
    t["draw"]["code"] = "00" * 32


def _nonce(t: dict[str, Any]) -> None:
    t["reveals"][1]["nonce"] = "ff" * 32


def _removed(t: dict[str, Any]) -> None:
    gone = t["draw"]["order"].pop(0)
    for part in (t["closing"]["roster"], t["reveals"]):
        part[:] = [b for b in part if b["id"] != gone]


def _added(t: dict[str, Any]) -> None:
    late, nonce = "91330902MA0000199X", b"\x07" * 32
    t["closing"]["roster"].append({"id": late, "hash": draw.nonce_hash(PROJECT, late, nonce).hex(), "escrowed": False})
    t["reveals"].append({"id": late, "nonce": nonce.hex()})
    t["draw"]["order"].insert(0, late)


def _order(t: dict[str, Any]) -> None:
    order = t["draw"]["order"]
    order[0], order[1] = order[1], order[0]


def _beacon(t: dict[str, Any]) -> None:
    t["beacon"]["value"] = "01 02 03 04 05 06 + 07"


def _notice(t: dict[str, Any]) -> None:
    t["notice"]["project"] = "XM-20261124-000000"


def first_rule() -> dict[str, Any]:
    """A transcript as it was published by the first rule: it stays as it is, and must verify for ever."""
    kept: dict[str, Any] = json.loads(Path(__file__).with_name("transcript_draw1.json").read_text(encoding="utf-8"))
    return kept


SEVEN: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "code": (_code, "code_not_committed"),
    "nonce": (_nonce, "nonce_changed"),
    "removed": (_removed, "bidder_removed"),
    "added": (_added, "bidder_added"),
    "order": (_order, "order_differs"),
    "beacon": (_beacon, "beacon_changed"),
    "notice": (_notice, "notice_changed"),
}
"""What is done, and the first problem that must be named."""


def tampered(name: str) -> dict[str, Any]:
    """The transcript after it."""
    changed = copy.deepcopy(made())
    SEVEN[name][0](changed)
    return changed


def _set(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(t: dict[str, Any]) -> None:
        *way, last = path.split(".")
        part: Any = t
        for step in way:
            part = part[int(step) if step.isdecimal() else step]
        part[int(last) if last.isdecimal() else last] = value

    return change


def _voiced(*voices: dict[str, str], taken: str | None = None) -> Callable[[dict[str, Any]], None]:
    """With other voices, and whatever hangs on them worked out again."""

    def change(t: dict[str, Any]) -> None:
        t.update(made(voices=voices))
        if taken is not None:
            _taken(taken)(t)

    return change


def _taken(value: str) -> Callable[[dict[str, Any]], None]:
    def change(t: dict[str, Any]) -> None:
        t["beacon"]["value"] = value
        t["beacon"]["hash"] = draw.beacon_hash(PROJECT, t["beacon"])

    return change


def _not_waited(t: dict[str, Any]) -> None:
    t.update(made(voices=[voice(1, office=0), voice(2, office=0)], at=TYPED + timedelta(hours=1)))


OTHERS: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "commitment": (_set("notice.commitment", "00" * 32), "notice_changed"),
    "chain": (_set("draw.number", 5), "code_not_committed"),
    "no reveal": (lambda t: t["reveals"].pop(), "unaccounted"),
    "withheld": (lambda t: t["excluded"].append(t["reveals"].pop()["id"]), "escrow_withheld"),
    "twice": (lambda t: t["reveals"].append(t["reveals"][0]), "twice"),
    "stranger": (lambda t: t["reveals"].append({"id": "STRANGER", "nonce": "00"}), "not_in_roster"),
    "replaced hash": (_set("closing.roster.0.hash", "00" * 32), "closing_changed"),
    "no beacon": (_set("beacon", None), "beacon_missing"),
    "new beacon": (_set("notice.beacon", None), "notice_changed"),
    "early beacon": (_set("notice.beacon.at", "2026-11-25T00:00:00.000000+00:00"), "beacon_early"),
    "late voice": (_voiced(voice(1), voice(20_000)), "beacon_voices"),
    "one voice twice": (_voiced(voice(1), voice(1)), "beacon_voices"),
    "wrong value": (_taken("01"), "beacon_miscounted"),
    "no value": (_taken(""), "beacon_miscounted"),
    "of two that differ": (_voiced(voice(1, "01"), voice(2), taken="01"), "beacon_miscounted"),
    "of one alone": (_voiced(voice(1), taken=NUMBERS), "beacon_miscounted"),
    "of one office": (_voiced(voice(1, office=0), voice(2, office=0), taken=NUMBERS), "beacon_miscounted"),
    "another office": (_set("beacon.voices.0.organisation", OFFICES[0]), "beacon_changed"),
    "not waited": (_not_waited, "beacon_not_waited"),
    "early draw": (_set("draw.at", "2026-11-25T00:00:00.000000+00:00"), "times_disordered"),
    "seed": (_set("draw.prk", "00" * 32), "seed_differs"),
    "shorter": (lambda t: t["draw"]["order"].pop(), "order_differs"),
    "longer": (lambda t: t["draw"]["order"].append("LAST"), "order_differs"),
}
UNREADABLE: dict[str, Any] = {
    "no object": [],
    "nothing": None,
    "text": "x",
    "empty": {},
    **{f"without {part}": {k: v for k, v in made().items() if k != part} for part in ("notice", "closing", "beacon", "draw")},
}


def unreadable(path: str, value: Any) -> dict[str, Any]:
    """The transcript with something in it that is no such thing."""
    changed = copy.deepcopy(made())
    _set(path, value)(changed)
    return changed


UNREADABLE |= {
    f"{path} {value!r}": unreadable(path, value)
    for path, value in (
        ("format", "other/1"),
        ("notice.draws", "4"),
        ("notice.rule", "draw/9"),
        ("closing.count", True),
        ("closing.roster.0.id", "é"),
        ("closing.roster.0.id", 7),
        ("reveals.0.nonce", "zz"),
        ("draw.code", None),
        ("draw.at", "yesterday"),
        ("beacon.voices.0.by", "é"),
        ("beacon.voices.0.organisation", ""),
        ("beacon.voices.0.at", "yesterday"),
        ("beacon.voices", None),
        ("beacon.voices.0.value", 7),
    )
}
