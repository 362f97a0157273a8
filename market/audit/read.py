"""Reads of audits: the runs, and what each found. For supervisors only, see ``service.log_look``."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from market.audit.models import AuditResult, AuditRun
from market.sql import Arguments


class AuditState(StrEnum):
    """``waiting`` for a worker, also when the one that had it died; ``running``; ``done``."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True)
class ResultFilter:
    """Which results; None means any."""

    rule: str | None = None
    certainty: str | None = None


def state_at(run: AuditRun, now: datetime) -> AuditState:
    """From its lease."""
    if run.finished_at:
        return AuditState.DONE
    return AuditState.RUNNING if run.lease_until and run.lease_until > now else AuditState.WAITING


def runs() -> QuerySet[AuditRun]:
    """All runs, unordered."""
    return AuditRun.all()


async def run_by_id(key: UUID) -> AuditRun | None:
    """One run."""
    return await AuditRun.get_or_none(id=key)


async def page(after: Sequence[Any] | None, limit: int) -> list[AuditRun]:
    """At most ``limit + 1`` runs, the newest request first, after a position (datetime, id)."""
    query = runs()
    if after is not None:
        at, last = after
        query = query.filter(Q(requested_at__lt=at) | Q(requested_at=at, id__lt=last))
    return await query.order_by("-requested_at", "-id").limit(limit + 1)


def position(run: AuditRun) -> list[str]:
    """The place of a run in the list."""
    return [run.requested_at.isoformat(), str(run.id)]


@dataclass(frozen=True)
class ResultPage:
    """A page of the results of one run: after a position (rule, subject, id), at most ``limit + 1`` rows."""

    run_id: UUID
    wanted: ResultFilter
    limit: int
    after: tuple[str, str, int] | None = None


async def results_by_page(pages: Sequence[ResultPage]) -> list[list[AuditResult]]:
    """The results of several runs by rule and subject, in key order; one query for all pages that differ by the run alone."""
    alike: dict[tuple[Any, ...], list[UUID]] = defaultdict(list)
    for page_ in pages:
        alike[(page_.wanted, page_.limit, page_.after)].append(page_.run_id)
    found: dict[ResultPage, list[AuditResult]] = defaultdict(list)
    for (wanted, limit, after), run_ids in alike.items():
        for row in await _results(run_ids, wanted, limit, after):
            found[ResultPage(row.run_id, wanted, limit, after)].append(row)
    return [found[page_] for page_ in pages]


async def _results(run_ids: list[UUID], wanted: ResultFilter, limit: int, after: Sequence[Any] | None) -> list[AuditResult]:
    place = Arguments()
    conditions = [place.among("run_id", run_ids)] if len(run_ids) > 1 else [f"run_id = {place(run_ids[0])}"]
    conditions += [f"{name} = {place(value)}" for name, value in _given(wanted).items()]
    if after is not None:
        conditions.append(f"(rule, subject, id) > ({', '.join(place(part) for part in after)})")
    numbered = f"""SELECT id, row_number() OVER (PARTITION BY run_id ORDER BY rule, subject, id) AS place
        FROM audit_results WHERE {" AND ".join(conditions)}"""  # noqa: S608 - names of ours, values are arguments
    ids = [row[0] for row in await place.rows(f"SELECT id FROM ({numbered}) AS numbered WHERE place <= {limit + 1}")]  # noqa: S608
    return await AuditResult.filter(id__in=ids).order_by("rule", "subject", "id")


async def result_counts(asked: Sequence[tuple[UUID, ResultFilter]]) -> list[int]:
    """How many results of each run fit, in key order."""
    found: dict[tuple[UUID, ResultFilter], int] = {}
    for wanted in dict.fromkeys(wanted for _, wanted in asked):
        rows = AuditResult.filter(run_id__in=[run for run, w in asked if w == wanted], **_given(wanted)).group_by("run_id")
        counted = await rows.annotate(number=Count("id")).values_list("run_id", "number")
        found |= {(run, wanted): number for run, number in counted}
    return [found.get(key, 0) for key in asked]


def _given(wanted: ResultFilter) -> dict[str, str]:
    return {name: value for name, value in vars(wanted).items() if value is not None}


def results_position(result: AuditResult) -> list[Any]:
    """The place of a result in the list."""
    return [result.rule, result.subject, result.id]
