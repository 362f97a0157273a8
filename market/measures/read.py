"""Who is under which measure, who may read it, and whom it keeps from signing up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.actors import Actor
from market.errors import SignUpStopped
from market.measures.models import Measure
from market.measures.states import PUBLIC, STANDING, MeasureKind, MeasureState
from market.permissions import Action, Allowed, Subject, may
from market.text import typed_code


async def refuse(organisation_id: UUID, at: datetime) -> None:
    """Asked wherever an intermediary signs up anew: a first quote, a framework, the naming in a direct selection. Raises SignUpStopped.

    Never at an opening or later: quotes that were received, awards, contracts and running auctions stay as they are. In a rotation
    who cannot quote for this reason is as silent as any other and loses its turn: the measure is the intermediary's own doing.
    """
    stopped = await stopping(organisation_id, at)
    if stopped:
        raise SignUpStopped(stopped.code, stopped.kind, stopped.ends_at or at, stopped.appeal_by or at)


async def stopping(organisation_id: UUID, at: datetime) -> Measure | None:
    """The pause or removal that keeps it from signing up at that moment; of several the one that ends last."""
    kinds = (MeasureKind.PAUSE, MeasureKind.REMOVAL)
    found = Measure.filter(intermediary_id=organisation_id, kind__in=kinds, state__in=STANDING, ends_at__gt=at)
    return await found.order_by("-ends_at", "code").first()


def is_in_force(measure: Measure, at: datetime) -> bool:
    """Whether it has its effect at that moment. An appeal alone takes none of it away."""
    return measure.state in STANDING and measure.ends_at is not None and at < measure.ends_at


def subject(measure: Measure) -> Subject:
    """Whoever proposed it does not decide, and whoever decided does not hear the appeal."""
    makers = (measure.proposed_by_id, measure.decided_by_id)
    return Subject(frozenset({measure.intermediary_id}), frozenset(account for account in makers if account))


def is_party_to(actor: Actor, measure: Measure) -> bool:
    """Its intermediary, the operator, a regulator: they read all of it, whatever became of it."""
    return isinstance(may(actor, Action.MEASURE_READ, subject(measure)), Allowed)


def may_read(actor: Actor, measure: Measure, at: datetime) -> bool:
    """Everybody, once it was imposed and for as long as the rulebook has it shown; whom it concerns, always."""
    public = measure.state in PUBLIC and measure.shown_until is not None and at < measure.shown_until
    return public or is_party_to(actor, measure)


@dataclass(frozen=True)
class MeasureFilter:
    """``states``: empty: any. ``mine``: only those about the reader's own organisation."""

    intermediary_code: str | None = None
    states: tuple[MeasureState, ...] = ()
    in_force: bool = False
    mine: bool = False


def listing(actor: Actor, wanted: MeasureFilter, at: datetime) -> QuerySet[Measure]:
    """Those that fit and that the actor may read, unordered."""
    query, own = Measure.all(), actor.party_id or UUID(int=0)
    if wanted.mine:
        query = query.filter(intermediary_id=own)
    if not isinstance(may(actor, Action.MEASURE_READ, Subject()), Allowed):
        query = query.filter(Q(state__in=PUBLIC, shown_until__gt=at) | Q(intermediary_id=own))
    if wanted.intermediary_code is not None:
        query = query.filter(intermediary__code=typed_code(wanted.intermediary_code))
    if wanted.states:
        query = query.filter(state__in=wanted.states)
    return query.filter(state__in=STANDING, ends_at__gt=at) if wanted.in_force else query


async def page(query: QuerySet[Measure], after: Sequence[Any] | None, limit: int) -> list[Measure]:
    """At most ``limit + 1``, the newest first, after a position (datetime, id)."""
    if after is not None:
        query = query.filter(Q(proposed_at__lt=after[0]) | Q(proposed_at=after[0], id__lt=after[1]))
    return await query.order_by("-proposed_at", "-id").limit(limit + 1).select_related("intermediary")


async def measure_by_code(actor: Actor, code: str, at: datetime) -> Measure | None:
    """None when absent or not to be read: both alike."""
    row = await Measure.get_or_none(code=typed_code(code)).select_related("intermediary")
    return row if row and may_read(actor, row, at) else None


async def measures_by_id(ids: Sequence[UUID]) -> list[Measure | None]:
    """In key order; whoever shows them asks ``may_read``."""
    rows = {row.id: row for row in await Measure.filter(id__in=list(ids)).select_related("intermediary")}
    return [rows.get(i) for i in ids]
