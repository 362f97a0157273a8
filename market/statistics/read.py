"""Reads of indicators, for supervisors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tortoise.queryset import QuerySet

from market.actors import Actor
from market.permissions import Action, Allowed, may
from market.statistics.models import IndicatorRun, IndicatorValue


@dataclass(frozen=True)
class IndicatorFilter:
    """Which values; None means any. ``agency``: a party's code. ``on``: as of the last run up to that day; None: the newest."""

    indicator: str | None = None
    agency: str | None = None
    item_code: str | None = None
    outcome: str | None = None
    on: date | None = None


def may_read(actor: Actor) -> bool:
    """Whether the actor supervises."""
    return isinstance(may(actor, Action.INDICATOR_READ), Allowed)


async def run_on(on: date | None) -> IndicatorRun | None:
    """The newest finished run, as of a day at most."""
    query = IndicatorRun.filter(finished_at__not_isnull=True)
    return await (query if on is None else query.filter(as_of__lte=on)).order_by("-as_of", "-finished_at").first()


async def listing(wanted: IndicatorFilter) -> QuerySet[IndicatorValue]:
    """The values of that day's run that fit, unordered."""
    run = await run_on(wanted.on)
    fit = {name: value for name, value in vars(wanted).items() if value is not None and name != "on"}
    return IndicatorValue.filter(run_id=run.id, **fit) if run else nothing()


def nothing() -> QuerySet[IndicatorValue]:
    """Where there is no run, or no right to read it."""
    return IndicatorValue.filter(id__in=[])


async def page(query: QuerySet[IndicatorValue], after: Sequence[Any] | None, limit: int) -> list[IndicatorValue]:
    """At most ``limit + 1`` rows in the order in which they were computed, after a position (id)."""
    if after is not None:
        query = query.filter(id__gt=after[0])
    return await query.order_by("id").limit(limit + 1).select_related("run")


def position(value: IndicatorValue) -> list[int]:
    """The place of a row in the list."""
    return [value.id]
