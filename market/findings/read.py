"""Reads of findings: the regulator's all, the parties' own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from market.actors import Actor
from market.findings.models import Finding, FindingParty
from market.permissions import Action, Allowed, Subject, may


@dataclass(frozen=True)
class FindingFilter:
    """Which findings; None means any."""

    rule: str | None = None
    state: str | None = None
    certainty: str | None = None
    severity: str | None = None
    item_code: str | None = None
    subject: str | None = None


def listing(actor: Actor, wanted: FindingFilter) -> QuerySet[Finding]:
    """The findings that the actor may read and that fit, unordered."""
    query = Finding.all()
    if not isinstance(may(actor, Action.FINDING_READ, Subject()), Allowed):
        concerned = FindingParty.filter(organisation_id=actor.party_id or UUID(int=0)).values("finding_id")
        query = query.filter(id__in=Subquery(concerned))
    return query.filter(**{name: value for name, value in vars(wanted).items() if value is not None})


async def page(query: QuerySet[Finding], after: Sequence[Any] | None, limit: int) -> list[Finding]:
    """At most ``limit + 1`` rows, the newest first, after a position (datetime, id)."""
    if after is not None:
        at, last = after
        query = query.filter(Q(found_at__lt=at) | Q(found_at=at, id__lt=last))
    return await query.order_by("-found_at", "-id").limit(limit + 1)


def position(finding: Finding) -> list[str]:
    """The place of a row in the list."""
    return [finding.found_at.isoformat(), str(finding.id)]


async def findings_by_subject(subjects: Sequence[str]) -> list[list[Finding]]:
    """All findings about each subject, in key order."""
    rows = await Finding.filter(subject__in=set(subjects)).order_by("rule")
    return [[f for f in rows if f.subject == subject] for subject in subjects]


async def visible_by_id(actor: Actor, ids: Sequence[UUID]) -> list[Finding | None]:
    """Findings in key order; None for those that the actor may not read."""
    rows = {f.id: f for f in await listing(actor, FindingFilter()).filter(id__in=list(ids))}
    return [rows.get(i) for i in ids]
