"""Reads of oversight: which cases a reader may see, their findings, orders and steps in batches."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from market.actors import Actor, Role
from market.errors import NotFound
from market.fees.models import FeeRecord
from market.findings.models import FindingParty, FindingState
from market.oversight import jurisdiction
from market.oversight.models import (
    Audience,
    CaseFinding,
    CaseParty,
    Complaint,
    Outcome,
    OversightCase,
    OversightOrder,
    OversightStep,
)
from market.oversight.money import amounts
from market.oversight.states import OversightState
from market.parties.models import Membership, Organisation
from market.permissions import Action, Allowed, Subject, may

RELATED = ("agency", "handler")
_UNMOVED = (OversightState.EXPLANATION_ASKED.value, OversightState.UNANSWERED.value)


@dataclass(frozen=True)
class CaseFilter:
    """Which cases; None means any. ``mine``: a supervisor's own and those that it may take, a party's own in any case."""

    states: tuple[OversightState, ...] | None = None
    mine: bool = False
    overdue: bool | None = None
    department: str | None = None
    rule: str | None = None


def supervises(actor: Actor) -> bool:
    """Whether the actor reads every case, with the words among supervisors."""
    return isinstance(may(actor, Action.OVERSIGHT_READ, Subject()), Allowed)


def handles(actor: Actor, case: OversightCase) -> bool:
    """Whether the actor is of the regulator that handles the case: it alone reads complaints."""
    return case.handler_id is not None and isinstance(may(actor, Action.COMPLAINT_READ, Subject.of(case.handler_id)), Allowed)


def visible(actor: Actor) -> QuerySet[OversightCase]:
    """Supervisors all; those who bore the cost theirs; a party that must answer its own once it was asked."""
    if supervises(actor):
        return OversightCase.all()
    own = CaseParty.filter(
        Q(respondent=False) | Q(case__asked_at__not_isnull=True), organisation_id=actor.party_id or UUID(int=0)
    )
    return OversightCase.filter(id__in=Subquery(own.values("case_id")))


async def case_of(actor: Actor, code: str, *, for_update: bool = False) -> OversightCase:
    """The case with its agency and handler. Raises NotFound when absent or not visible: both alike."""
    query = visible(actor).filter(code=code).select_related(*RELATED)
    case = await (query.select_for_update(of=(OversightCase._meta.db_table,)) if for_update else query).get_or_none()
    if case is None:
        raise NotFound("oversight_case", code[:40])
    return case


async def listing(actor: Actor, wanted: CaseFilter, now: datetime) -> QuerySet[OversightCase]:
    """The visible cases that fit, unordered."""
    query = visible(actor)
    if wanted.mine and supervises(actor):
        takeable = Q(jurisdiction.filter_of(await jurisdiction.of(actor.party_id)), handler_id=None)
        query = query.filter(takeable | Q(handler_id=actor.party_id))
    if wanted.states is not None:
        query = query.filter(_in_states(wanted.states, now))
    if wanted.department is not None:
        query = query.filter(department_code=wanted.department)
    if wanted.rule is not None:
        query = query.filter(id__in=Subquery(CaseFinding.filter(finding__rule=wanted.rule).values("case_id")))
    if wanted.overdue is not None:
        late = Q(id__in=Subquery(OversightOrder.filter(done_at=None, due_at__lte=now).values("case_id")))
        late &= ~Q(state__in=(OversightState.CLOSED, OversightState.DISMISSED))
        query = query.filter(late if wanted.overdue else ~late)
    return query


def _in_states(states: Sequence[OversightState], now: datetime) -> Q:
    """By the state that a reader sees."""
    found = Q(state__in=[s.value for s in states if s.value not in _UNMOVED])
    asked, over = Q(state=OversightState.EXPLANATION_ASKED), Q(answer_due_at__lte=now)
    if OversightState.EXPLANATION_ASKED in states:
        found |= asked & ~over
    if OversightState.UNANSWERED in states:
        found |= Q(state=OversightState.UNANSWERED) | (asked & over)
    return found


async def page(query: QuerySet[OversightCase], after: Sequence[Any] | None, limit: int) -> list[OversightCase]:
    """At most ``limit + 1`` rows, the newest first, after a position (datetime, id)."""
    if after is not None:
        at, last = after
        query = query.filter(Q(opened_at__lt=at) | Q(opened_at=at, id__lt=last))
    return await query.order_by("-opened_at", "-id").limit(limit + 1).select_related(*RELATED)


def position(case: OversightCase) -> list[str]:
    """The place of a row in the list."""
    return [case.opened_at.isoformat(), str(case.id)]


async def visible_by_id(actor: Actor, ids: Sequence[UUID]) -> list[OversightCase | None]:
    """Cases in key order; None for those that the actor may not see."""
    rows = {c.id: c for c in await visible(actor).filter(id__in=list(ids)).select_related(*RELATED)}
    return [rows.get(i) for i in ids]


class _OfCase(Protocol):
    case_id: UUID


Row = TypeVar("Row", bound=_OfCase)


def grouped(ids: Sequence[UUID], rows: Iterable[Row]) -> list[list[Row]]:
    """Rows by their case, in key order."""
    groups: dict[UUID, list[Row]] = {i: [] for i in ids}
    for row in rows:
        groups[row.case_id].append(row)
    return [groups[i] for i in ids]


async def links_by_case(ids: Sequence[UUID]) -> list[list[CaseFinding]]:
    """Each case's findings with what was decided of them, in key order."""
    rows = await CaseFinding.filter(case_id__in=list(ids)).select_related("finding").order_by("finding__rule", "finding__subject")
    return grouped(ids, rows)


async def missing_by_case(ids: Sequence[UUID]) -> list[int]:
    """In fen, what must still come back before each case can be closed, in key order: of findings that were not rejected, and what
    was taken back.
    """
    links = await links_by_case(ids)
    standing = [amounts(row.finding for row in rows if row.outcome != Outcome.NOT_UPHELD).missing_fen for rows in links]
    gone = [[r for r in rows if (r.outcome, r.finding.state) == (Outcome.UPHELD, FindingState.CLEARED)] for rows in links]
    return [fen + more for fen, more in zip(standing, await _taken_back(ids, gone), strict=True)]


async def _taken_back(ids: Sequence[UUID], gone: Sequence[Sequence[CaseFinding]]) -> list[int]:
    """In fen, what upheld findings were about whose payment was reversed after the decision, by anybody but a regulator.

    A word of its own recorder brings no money back: the case may be dismissed with a reason, not closed as settled.
    """
    reversed_at = await _reversed_at([link.finding.subject for links in gone for link in links])
    confirms = OversightStep.filter(case_id__in=[links[0].case_id for links in gone if links], name="confirm").order_by("-at")
    decided_at = dict(await confirms.values_list("case_id", "at")) if reversed_at else {}
    return [_sum_reversed(links, reversed_at, decided_at.get(i)) for i, links in zip(ids, gone, strict=True)]


async def _reversed_at(subjects: Sequence[str]) -> dict[str, datetime]:
    """Subject of a payment → when somebody who is no regulator reversed it."""
    if not subjects:
        return {}
    regulators = Membership.filter(role=Role.REGULATOR, ended_at=None).values("organisation_id")
    numbers = [subject.removeprefix("payment:") for subject in subjects]
    reversals = FeeRecord.filter(reverses__record_no__in=numbers).exclude(recorded_for_id__in=Subquery(regulators))
    rows = await reversals.values_list("reverses__record_no", "recorded_at")
    return {f"payment:{number}": at for number, at in rows}


def _sum_reversed(links: Iterable[CaseFinding], reversed_at: Mapping[str, datetime], decided_at: datetime | None) -> int:
    """Several rules about one payment: the largest. ``decided_at``: the first decision; before it nothing was taken back from it."""
    largest: dict[str, int] = {}
    for finding in (link.finding for link in links):
        at = reversed_at.get(finding.subject)
        if at and decided_at and at >= decided_at:
            largest[finding.subject] = max(largest.get(finding.subject, 0), finding.amount_fen - finding.refunded_fen)
    return sum(largest.values())


async def parties_by_finding(ids: Sequence[UUID]) -> list[frozenset[UUID]]:
    """The organisations that each finding concerns, in key order."""
    rows = await FindingParty.filter(finding_id__in=list(ids)).values_list("finding_id", "organisation_id")
    return [frozenset(o for f, o in rows if f == i) for i in ids]


async def orders_by_case(ids: Sequence[UUID]) -> list[list[OversightOrder]]:
    """What was or is due in each case, by due date, in key order."""
    rows = await OversightOrder.filter(case_id__in=list(ids)).order_by("due_at", "kind")
    return grouped(ids, rows)


async def steps_by_case(ids: Sequence[UUID]) -> list[list[OversightStep]]:
    """The steps of each case in order, with who made them, in key order."""
    rows = await OversightStep.filter(case_id__in=list(ids)).order_by("number").select_related("organisation")
    return grouped(ids, rows)


async def complaints_by_case(ids: Sequence[UUID]) -> list[list[Complaint]]:
    """The complaints of each case, the oldest first, in key order; for the regulator that handles it, see ``handles``."""
    rows = await Complaint.filter(case_id__in=list(ids)).order_by("filed_at").select_related("complainant")
    return grouped(ids, rows)


def readable_steps(actor: Actor, steps: Sequence[OversightStep]) -> list[OversightStep]:
    """All for supervisors; without their own notes for the parties."""
    return list(steps) if supervises(actor) else [s for s in steps if s.audience == Audience.PARTIES]


async def replies_by_finding(ids: Sequence[UUID]) -> list[list[OversightStep]]:
    """What parties answered in the cases of each finding, in order: an answer travels with the finding."""
    links = await CaseFinding.filter(finding_id__in=list(ids)).values_list("finding_id", "case_id")
    said = (
        await OversightStep.filter(case_id__in={c for _, c in links}, name="answer").order_by("at").select_related("organisation")
    )
    return [[s for s in said if (i, s.case_id) in set(links)] for i in ids]


async def case_codes_by_finding(ids: Sequence[UUID]) -> list[str | None]:
    """The newest case of each finding, in key order."""
    rows = await CaseFinding.filter(finding_id__in=list(ids)).order_by("joined_at").values_list("finding_id", "case__code")
    found = dict(rows)
    return [found.get(i) for i in ids]


async def organisations_of(case_id: UUID) -> list[Organisation]:
    """The parties of a case."""
    return [p.organisation for p in await CaseParty.filter(case_id=case_id).select_related("organisation").order_by("side")]
