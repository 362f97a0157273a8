"""Who stands on the avoidance list, and who may read it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.actors import Actor
from market.avoidance.models import Avoidance, Ground
from market.clock import local_date
from market.errors import OnAvoidanceList
from market.parties import read as parties
from market.parties.models import Organisation
from market.permissions import Action, Allowed, Subject, may
from market.projects import read as projects
from market.projects.models import ApprovalCase, Project

BASIS = {
    Ground.OFFICIAL_POST: "公职人员政务处分法第三十六条；国办发〔2015〕31号",
    Ground.OFFICIAL_RELATIVE: "政府采购法实施条例第九条",
    Ground.EARLIER_STAGE: "国办发〔2015〕31号",
    Ground.OTHER_INTEREST: "政府采购法实施条例第九条",
}
"""The rule behind each ground. Source: domain.md §3.5 (V18, V19)."""


async def refuse_listed(project: Project, bidder: Organisation, at: datetime) -> None:
    """Raises OnAvoidanceList: listed at that moment, the list as it stood then, against the buyer or against the agency of the case."""
    on = local_date(at)
    case = await ApprovalCase.get_or_none(id=project.case_id) if project.case_id else None
    agencies = {project.buyer_id} | ({case.agency_id} if case else set())
    rows = Avoidance.filter(
        Q(until=None) | Q(until__gte=on),
        Q(lifted_at=None) | Q(lifted_at__gt=at),
        Q(case_id=None) | Q(case_id=project.case_id) if case else Q(case_id=None),
        agency_id__in=agencies,
        intermediary_id=bidder.id,
        since__lte=on,
        recorded_at__lte=at,
    )
    for row in await rows.order_by("recorded_at", "code"):
        if not await _counts(row, project, at):
            continue
        raise OnAvoidanceList(project.code, row.code, row.ground, row.reason, BASIS[Ground(row.ground)], row.until)


async def _counts(row: Avoidance, project: Project, at: datetime) -> bool:
    """What an agency lists by itself bars only from its own projects, and from none that is already published: it may choose nobody's
    intermediary for them, nor strike out a rival. Nor does it begin to count once the quotes are open: that would be a strike against a
    winner that it knows. The operator's word counts in both, once the quotes are open only of somebody who had no hand in the notice."""
    if not await parties.is_member(row.recorded_by_id, row.agency_id, at):
        late = project.opened_at is not None and row.recorded_at > project.opened_at
        return not late or row.recorded_by_id not in {*(await projects.authored(project)).makers, project.reviewed_by_id}
    began = project.opened_at is None or row.since <= local_date(project.opened_at)
    return row.agency_id == project.buyer_id and row.recorded_at <= (project.published_at or at) and began


def listing(actor: Actor) -> QuerySet[Avoidance]:
    """The entries that the actor may read: the supervisors all, an agency and an intermediary its own."""
    if isinstance(may(actor, Action.AVOIDANCE_READ, Subject()), Allowed):
        return Avoidance.all()
    party_id = actor.party_id or UUID(int=0)
    return Avoidance.filter(Q(agency_id=party_id) | Q(intermediary_id=party_id))


async def page(query: QuerySet[Avoidance], after: Sequence[Any] | None, limit: int) -> list[Avoidance]:
    """At most ``limit + 1``, the newest first, after a position (datetime, id)."""
    if after is not None:
        query = query.filter(Q(recorded_at__lt=after[0]) | Q(recorded_at=after[0], id__lt=after[1]))
    rows = query.order_by("-recorded_at", "-id").limit(limit + 1)
    return await rows.select_related("agency", "intermediary", "case")


def is_in_force(row: Avoidance, at_day: date) -> bool:
    """Whether it bars anybody on that day."""
    return row.lifted_at is None and row.since <= at_day and (row.until is None or at_day <= row.until)
