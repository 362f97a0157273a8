"""Reads of findings: the regulator's all, the parties' own."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from market.actors import Actor
from market.catalogue import read as catalogue
from market.clock import day_begins, day_ends
from market.findings.models import Finding, FindingParty
from market.parties import read as parties
from market.permissions import Action, Allowed, Subject, may


@dataclass(frozen=True)
class FindingFilter:
    """Which findings; None means any.

    ``party``: the code of one whom it concerns. ``department``: its agency is concerned, or the item is one of its items.
    ``found_from``, ``found_to``: days in Zhoushan, both included. ``min_amount_fen``: at issue when found.
    ``case_closed``: whether its newest case is closed; without a case it is not.
    """

    rule: str | None = None
    rules: tuple[str, ...] | None = None
    state: str | None = None
    states: tuple[str, ...] | None = None
    certainty: str | None = None
    severity: str | None = None
    item_code: str | None = None
    subject: str | None = None
    party: str | None = None
    department: str | None = None
    found_from: date | None = None
    found_to: date | None = None
    min_amount_fen: int | None = None
    case_closed: bool | None = None


class FindingOrder(StrEnum):
    """What comes first: the newest, or the most money. The value is the column."""

    TIME = "found_at"
    AMOUNT = "amount_fen"


def reads_all(actor: Actor) -> bool:
    """Whether the actor sees everybody's findings; each such look is logged."""
    return isinstance(may(actor, Action.FINDING_READ, Subject()), Allowed)


def visible(actor: Actor) -> QuerySet[Finding]:
    """The findings that the actor may read, unordered."""
    if reads_all(actor):
        return Finding.all()
    concerned = FindingParty.filter(organisation_id=actor.party_id or UUID(int=0)).values("finding_id")
    return Finding.filter(id__in=Subquery(concerned))


_CONDITIONS: dict[str, Callable[[Any], Q]] = {
    "rules": lambda rules: Q(rule__in=rules),
    "states": lambda states: Q(state__in=states),
    "party": lambda code: Q(id__in=Subquery(_concerning(organisation__code=parties.spelling(code)))),
    "found_from": lambda on: Q(found_at__gte=day_begins(on)),
    "found_to": lambda on: Q(found_at__lt=day_ends(on)),
    "min_amount_fen": lambda fen: Q(amount_fen__gte=fen),
    "case_closed": lambda closed: _settled() if closed else ~_settled(),
}
"""What is not simply equal to a column."""


async def listing(actor: Actor, wanted: FindingFilter) -> QuerySet[Finding]:
    """The findings that the actor may read and that fit, unordered."""
    given = {name: value for name, value in vars(wanted).items() if value is not None and name != "department"}
    conditions = [_CONDITIONS[name](value) if name in _CONDITIONS else Q(**{name: value}) for name, value in given.items()]
    if wanted.department is not None:
        codes = await catalogue.codes_of_department(wanted.department)
        concerned = Subquery(_concerning(organisation__department_code=wanted.department))
        conditions.append(Q(Q(id__in=concerned), Q(item_code__in=codes), join_type="OR"))
    return visible(actor).filter(*conditions)


def _settled() -> Q:
    """Of a closed case, and not taken up again by a later one since more is at issue."""
    return Q(id__in=_in_case(closed=True)) & Q(id__not_in=_in_case(closed=False))


def _in_case(*, closed: bool) -> Any:
    return Subquery(Finding.filter(case_links__case__closed_at__isnull=not closed, case_links__id__isnull=False).values("id"))


def _concerning(**whom: Any) -> Any:
    return FindingParty.filter(**whom).values("finding_id")


async def page(
    query: QuerySet[Finding], after: Sequence[Any] | None, limit: int, order: FindingOrder = FindingOrder.TIME
) -> list[Finding]:
    """At most ``limit + 1`` rows, the greatest of the order first, after a position (its value, id)."""
    if after is not None:
        value, last = after
        query = query.filter(Q(**{f"{order.value}__lt": value}) | Q(**{order.value: value, "id__lt": last}))
    return await query.order_by(f"-{order.value}", "-id").limit(limit + 1)


def position(finding: Finding, order: FindingOrder = FindingOrder.TIME) -> list[Any]:
    """The place of a row in the list."""
    value = finding.found_at.isoformat() if order is FindingOrder.TIME else finding.amount_fen
    return [value, str(finding.id)]


async def codes_by_finding(ids: Sequence[UUID]) -> list[list[tuple[str, str]]]:
    """Side and code of those whom each finding concerns, in key order."""
    rows = (
        await FindingParty.filter(finding_id__in=list(ids))
        .order_by("side")
        .values_list("finding_id", "side", "organisation__code")
    )
    found: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    for finding, side, code in rows:
        found[finding].append((side, code))
    return [found[i] for i in ids]


async def parties_by_finding(ids: Sequence[UUID]) -> list[list[FindingParty]]:
    """Those whom each finding concerns, with their organisations, in key order."""
    rows = await FindingParty.filter(finding_id__in=list(ids)).order_by("side").select_related("organisation")
    return [[row for row in rows if row.finding_id == i] for i in ids]


async def findings_by_subject(subjects: Sequence[str]) -> list[list[Finding]]:
    """All findings about each subject, in key order."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for row in await Finding.filter(subject__in=set(subjects)).order_by("rule"):
        found[row.subject].append(row)
    return [found[subject] for subject in subjects]


async def visible_by_id(actor: Actor, ids: Sequence[UUID]) -> list[Finding | None]:
    """Findings in key order; None for those that the actor may not read."""
    rows = {f.id: f for f in await visible(actor).filter(id__in=list(ids))}
    return [rows.get(i) for i in ids]
