"""Reads of framework agreements: all of it public from publication on, and where each member stands in the rotation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.actors import Actor
from market.errors import NotFound, WrongState
from market.frameworks.models import Framework, FrameworkEntry, FrameworkItem, FrameworkTurn
from market.frameworks.states import FrameworkState
from market.parties import read as parties
from market.parties.models import Organisation
from market.permissions import Action, Allowed, Subject, may
from market.text import one_text, typed_code, wanted_code
from market.usecase import rulebook


def subject(framework: Framework) -> Subject:
    """The framework as permission sees it: its owner, and who posted it and may not approve it."""
    return Subject(frozenset({framework.owner_id}), frozenset({framework.posted_by_id}))


def may_see(actor: Actor, framework: Framework) -> bool:
    """Published, it is everybody's. Before, its owner's, the operator's and the regulator's."""
    reads = may(actor, Action.PROJECT_READ_UNPUBLISHED, subject(framework))
    return framework.published_at is not None or isinstance(reads, Allowed)


async def visible(actor: Actor, code: str) -> Framework:
    """The framework with its owner. Raises NotFound when absent or not visible: both alike."""
    framework = await Framework.get_or_none(code=typed_code(code)).select_related("owner")
    if framework is None or not may_see(actor, framework):
        raise NotFound("framework", code[:40])
    return framework


def is_open(framework: Framework, at: datetime) -> bool:
    """Whether one may enter it and call off from it at that moment."""
    return framework.state == FrameworkState.OPEN and at <= framework.ends_at


def check_open(framework: Framework, at: datetime) -> None:
    """Raises WrongState."""
    if not is_open(framework, at):
        state = "ended" if framework.state == FrameworkState.OPEN else framework.state
        raise WrongState("framework", state, (FrameworkState.OPEN,))


@dataclass(frozen=True)
class FrameworkFilter:
    """Which frameworks; None means any. ``open_at``: open at that moment. ``ids``: of these. ``search`` looks into title and code."""

    item_code: str | None = None
    owner_code: str | None = None
    open_at: datetime | None = None
    ids: tuple[UUID, ...] | None = None
    search: str | None = None


def listing(actor: Actor, wanted: FrameworkFilter) -> QuerySet[Framework]:
    """The visible frameworks that fit, unordered, one query. Raises InvalidInput (search)."""
    query = Framework.filter(_visibility(actor))
    exact = {"items__item_code": wanted_code(wanted.item_code), "owner__code": parties.spelling(wanted.owner_code)}
    query = query.filter(**{name: value for name, value in exact.items() if value is not None})
    if wanted.open_at is not None:
        query = query.filter(state=FrameworkState.OPEN, ends_at__gte=wanted.open_at)
    if wanted.ids is not None:
        query = query.filter(id__in=list(wanted.ids))
    for word in one_text("search", wanted.search or "", 100, required=False).split():
        query = query.filter(Q(title__icontains=word) | Q(code__icontains=word))
    return query


def _visibility(actor: Actor) -> Q:
    if isinstance(may(actor, Action.PROJECT_READ_UNPUBLISHED, Subject()), Allowed):
        return Q()
    public = Q(published_at__not_isnull=True)
    return public | Q(owner_id=actor.party_id) if actor.party_id else public


async def page(query: QuerySet[Framework], after: Sequence[Any] | None, limit: int) -> list[Framework]:
    """At most ``limit + 1`` rows after a position (datetime, id), newest first, with owner."""
    if after is not None:
        at, last = after
        query = query.filter(Q(posted_at__lt=at) | Q(posted_at=at, id__lt=last))
    return await query.order_by("-posted_at", "-id").limit(limit + 1).select_related("owner")


def position(framework: Framework) -> list[str]:
    """The place of a row in that order."""
    return [framework.posted_at.isoformat(), str(framework.id)]


async def frameworks_by_id(ids: Sequence[UUID]) -> list[Framework | None]:
    """In key order, with owner."""
    rows = {row.id: row for row in await Framework.filter(id__in=list(ids)).select_related("owner")}
    return [rows.get(i) for i in ids]


async def items_by_framework(ids: Sequence[UUID]) -> list[list[str]]:
    """The codes of each framework's items, sorted."""
    rows = await FrameworkItem.filter(framework_id__in=list(ids)).order_by("item_code")
    return [[row.item_code for row in rows if row.framework_id == i] for i in ids]


async def entries_by_framework(ids: Sequence[UUID]) -> list[list[FrameworkEntry]]:
    """Each framework's applications in order, with the intermediary."""
    rows = await FrameworkEntry.filter(framework_id__in=list(ids)).order_by("applied_at", "id").select_related("member")
    return [[row for row in rows if row.framework_id == i] for i in ids]


async def turns_by_framework(ids: Sequence[UUID]) -> list[list[FrameworkTurn]]:
    """Each framework's turns in order, with the member."""
    rows = await FrameworkTurn.filter(framework_id__in=list(ids)).order_by("number").select_related("member")
    return [[row for row in rows if row.framework_id == i] for i in ids]


async def is_member(framework_id: UUID, organisation_id: UUID, since: datetime) -> bool:
    """Whether it was admitted by then and has not left: nobody is admitted for a call-off that is already published."""
    return await FrameworkEntry.exists(
        framework_id=framework_id, member_id=organisation_id, live=True, admitted=True, decided_at__lte=since
    )


def decide_by(entry: FrameworkEntry) -> datetime:
    """Until when the owner should decide on the application, by the rulebook of the day it came."""
    return rulebook().deadline("framework_decision", entry.applied_at).at


def is_overdue(entry: FrameworkEntry, at: datetime) -> bool:
    """Whether it still waits for the decision at that moment although it should have come."""
    return bool(entry.live) and entry.decided_at is None and at > decide_by(entry)


async def with_overdue_entries(at: datetime) -> tuple[UUID, ...]:
    """The frameworks in which an application waits too long."""
    waiting = await FrameworkEntry.filter(live=True, decided_at=None)
    return tuple({entry.framework_id for entry in waiting if is_overdue(entry, at)})


async def members(framework_id: UUID, since: datetime, until: datetime) -> list[Organisation]:
    """Who was admitted by the one moment and had not left by the other, by code."""
    [entries] = await entries_by_framework([framework_id])
    return sorted((entry.member for entry in entries if _stayed(entry, since, until)), key=lambda member: member.code)


def _stayed(entry: FrameworkEntry, since: datetime, until: datetime) -> bool:
    admitted = bool(entry.admitted) and entry.decided_at is not None and entry.decided_at <= since
    return admitted and (entry.left_at is None or entry.left_at > until)


async def turns_before(framework_id: UUID, project_code: str) -> dict[str, int]:
    """Code → number of its last turn, of the call-offs that were decided before this one."""
    [turns] = await turns_by_framework([framework_id])
    own = [turn.number for turn in turns if turn.project_code == project_code]
    return {turn.member.code: turn.number for turn in turns if not own or turn.number < own[0]}
