"""The life of an oversight case, as data. Source: issue 3, item 5; remedy clock: domain.md §3.5; right to answer: integrity.md §7."""

from enum import StrEnum

from market.lifecycle import Move


class OversightState(StrEnum):
    """``unanswered``: the time to explain is over, the party may still answer. ``refund_seen``: all money is back on record."""

    NEW = "new"
    ASSIGNED = "assigned"
    EXPLANATION_ASKED = "explanation_asked"
    UNANSWERED = "unanswered"
    ANSWERED = "answered"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    RECTIFICATION_ORDERED = "rectification_ordered"
    REFERRED = "referred"
    REFUND_SEEN = "refund_seen"
    CLOSED = "case_closed"


_S = OversightState
WATCHING = frozenset({_S.CONFIRMED, _S.RECTIFICATION_ORDERED, _S.REFERRED, _S.REFUND_SEEN})
"""States in which the money is watched: what fee records say moves the case."""

MOVES = (
    Move("take", (_S.NEW,), _S.ASSIGNED, "oversight:take"),
    Move("assign", (_S.NEW,), _S.ASSIGNED, "oversight:assign"),
    Move("ask", (_S.ASSIGNED, _S.ANSWERED, _S.UNANSWERED), _S.EXPLANATION_ASKED, "oversight:handle"),
    Move("answer", (_S.EXPLANATION_ASKED, _S.UNANSWERED), _S.ANSWERED, "oversight:answer"),
    Move("lapse", (_S.EXPLANATION_ASKED,), _S.UNANSWERED, "time"),
    Move("confirm", (_S.ANSWERED, _S.UNANSWERED), _S.CONFIRMED, "oversight:handle"),
    Move(
        "dismiss",
        (_S.ASSIGNED, _S.ANSWERED, _S.UNANSWERED, _S.CONFIRMED, _S.RECTIFICATION_ORDERED),
        _S.DISMISSED,
        "oversight:decide",
    ),
    Move("order", (_S.CONFIRMED, _S.REFUND_SEEN), _S.RECTIFICATION_ORDERED, "oversight:handle"),
    Move("refer", (_S.ANSWERED, _S.UNANSWERED, _S.CONFIRMED, _S.RECTIFICATION_ORDERED), _S.REFERRED, "oversight:handle"),
    Move("see_refund", (_S.CONFIRMED, _S.RECTIFICATION_ORDERED, _S.REFERRED), _S.REFUND_SEEN, "time"),
    Move("lose_refund", (_S.REFUND_SEEN,), _S.CONFIRMED, "time"),
    Move("reopen", (_S.DISMISSED, _S.REFERRED), _S.ASSIGNED, "oversight:handle"),
    Move("revive", (_S.DISMISSED,), _S.ASSIGNED, "time"),
    Move("close", (_S.RECTIFICATION_ORDERED, _S.REFERRED, _S.REFUND_SEEN), _S.CLOSED, "oversight:decide"),
)
