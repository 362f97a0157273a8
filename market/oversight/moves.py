"""How a case changes: one door for its state, its steps on record, what is due until when."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from market import lifecycle
from market.errors import WrongState
from market.log import service as log
from market.oversight.models import Audience, OrderKind, OversightCase, OversightOrder, OversightStep
from market.oversight.states import MOVES, OversightState
from market.text import one_text
from market.usecase import rulebook, unit

REASON = 2000
"""Longest reason or order, in characters; an explanation and a report may have 4,000."""
ANSWER = 4000
PERIODS = {
    OrderKind.TAKE: "case_take_period",
    OrderKind.ACCEPT: "complaint_accept_period",
    OrderKind.DECIDE: "complaint_decide_period",
    OrderKind.EXPLAIN: "explanation_period",
    OrderKind.RECTIFY: "rectification_period",
    OrderKind.REFUND: "refund_period",
}
_NOBODYS = frozenset({"open", "join", "lapse", "escalate", "see_refund", "lose_refund", "revive", "complaint"})
"""Steps without an actor: made by time or by records; a complaint must not tell who complained, the log included."""
_STEP_TO_PARTIES = frozenset({"ask", "answer", "confirm", "dismiss", "order", "report", "close", "see_refund", "lose_refund"})


async def move(case: OversightCase, name: str, text: str = "", **facts: object) -> None:
    """The only door that writes ``state``: check the table, save with the other changed fields, put the step on record.

    The version that was read must still be the stored one, so of two that race one wins. Raises WrongState.
    """
    seen = (case.state, case.version)
    step = lifecycle.check("oversight_case", MOVES, name, case.state)
    case.state, case.version = step.target, case.version + 1
    await _save(case, seen[1], WrongState("oversight_case", seen[0], tuple(s.value for s in step.sources)))
    await put_on_record(case, name, text, state=step.target.value, **facts)


async def keep(case: OversightCase) -> None:
    """Save what changed without a move. Raises WrongState when somebody was faster."""
    case.version += 1
    await _save(case, case.version - 1, WrongState("oversight_case", case.state, (case.state,)))


async def _save(case: OversightCase, seen: int, lost: WrongState) -> None:
    values = {n: getattr(case, n) for n in case._meta.db_fields if n != "id"}
    if not await OversightCase.filter(id=case.id, version=seen).update(**values):
        raise lost


async def put_on_record(case: OversightCase, name: str, text: str = "", **facts: object) -> None:
    """A step of the case, and its log entry. What parties wrote is in the step; the log keeps what officials said."""
    actor, alone = unit().actor, name in _NOBODYS
    await OversightStep.create(
        case=case,
        number=await OversightStep.filter(case_id=case.id).count() + 1,
        at=unit().now,
        name=name,
        account_id=None if alone else actor.account_id,
        organisation_id=None if alone else actor.party_id,
        text=text,
        audience=Audience.PARTIES if name in _STEP_TO_PARTIES else Audience.SUPERVISORS,
    )
    said = {} if name in ("answer", "report") or not text else {"reason": text}
    record = log.Record(f"oversight:{name}", f"oversight:{case.code}", said | facts, anonymous=alone)
    unit().records.append(record)


async def owe(case: OversightCase, kind: OrderKind, text: str = "") -> OversightOrder:
    """Something is due from now on, in working days of the rulebook."""
    now = unit().now
    deadline = rulebook().deadline(PERIODS[kind], now)
    order = await OversightOrder.create(
        case=case,
        kind=kind,
        text=text,
        ordered_at=now,
        due_on=deadline.on,
        due_at=deadline.at,
        provisional=deadline.provisional,
    )
    if case.next_check_at is None or deadline.at < case.next_check_at:
        case.next_check_at = deadline.at
    return order


async def fulfil(case: OversightCase, *kinds: OrderKind) -> int:
    """What was due of these kinds is done now. Returns how many orders were."""
    return await OversightOrder.filter(case_id=case.id, kind__in=kinds, done_at=None).update(done_at=unit().now)


def next_check(orders: Collection[OversightOrder]) -> datetime | None:
    """The next due date that could pass unmet."""
    return min((o.due_at for o in orders if o.done_at is None and o.escalated_at is None), default=None)


def reasoned(text: str, limit: int = REASON, path: str = "reason") -> str:
    """The text, required. Raises InvalidInput."""
    return one_text(path, text, limit, lines=True)


def makers(case: OversightCase) -> frozenset[UUID]:
    """Those who took the case, asked or confirmed: who decides must be somebody else."""
    return frozenset(i for i in (case.taken_by_id, case.asked_by_id, case.confirmed_by_id) if i)


def state_at(case: OversightCase, now: datetime) -> OversightState:
    """The state that a reader sees: unanswered once the time to explain is over, even if no worker has come by yet."""
    over = case.answer_due_at is not None and now >= case.answer_due_at
    if case.state == OversightState.EXPLANATION_ASKED and over:
        return OversightState.UNANSWERED
    return OversightState(case.state)


def is_live(case: OversightCase) -> bool:
    """Whether anything can still be due in it."""
    return case.state not in (OversightState.CLOSED, OversightState.DISMISSED)


def escalation_at(case: OversightCase, orders: Collection[OversightOrder], now: datetime) -> int:
    """How many due dates passed unmet, as a reader sees it: also those that no worker has noticed yet."""
    late = sum(o.due_at <= now and o.done_at is None and o.escalated_at is None for o in orders)
    return case.escalation + (late if is_live(case) else 0)


def is_overdue(case: OversightCase, orders: Collection[OversightOrder], now: datetime) -> bool:
    """Whether anything is late right now."""
    return is_live(case) and any(o.done_at is None and o.due_at <= now for o in orders)
