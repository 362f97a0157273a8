"""Reads of awards, and of what methods need besides the quotes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tortoise.functions import Count

from market.auctions import read as auctions
from market.awards import rotating
from market.awards.known import Known
from market.awards.models import Award, AwardForfeiture, Score
from market.log import read as log
from market.log.models import LogCheckpoint, LogEntry
from market.parties import read as parties
from market.projects.models import Project, SelectionMethod
from market.projects.states import ProjectState
from market.quotes.models import Quote


async def award_of(project_id: UUID) -> Award:
    """The award of a project that has one, with its supplier."""
    return await Award.get(project_id=project_id).select_related("supplier", "project")


async def awards_by_project(project_ids: Sequence[UUID]) -> list[Award | None]:
    """Awards in key order, with their suppliers; None where there is none."""
    rows = {a.project_id: a for a in await Award.filter(project_id__in=list(project_ids)).select_related("supplier")}
    return [rows.get(i) for i in project_ids]


@dataclass(frozen=True)
class Record:
    """What is public of an intermediary's past: ``awards`` it has, ``contracts`` filed of them, ``forfeitures``: awards given up."""

    awards: int = 0
    contracts: int = 0
    forfeitures: int = 0


STANDING = (ProjectState.STANDSTILL, ProjectState.AWARDED, ProjectState.CONTRACT_FILED)
"""States of a project whose award stands."""


async def records_by_supplier(supplier_ids: Sequence[UUID]) -> list[Record]:
    """In key order, zeros where there is nothing yet. Published awards alone: a quote that did not win leaves no record."""
    standing = Award.filter(supplier_id__in=list(supplier_ids), project__state__in=[state.value for state in STANDING])
    rows = (
        await standing.annotate(n=Count("id"))
        .group_by("supplier_id", "project__state")
        .values_list("supplier_id", "project__state", "n")
    )
    given_up = AwardForfeiture.filter(supplier_id__in=list(supplier_ids)).annotate(n=Count("id")).group_by("supplier_id")
    forfeited = dict(await given_up.values_list("supplier_id", "n"))
    won, filed = Counter[UUID](), Counter[UUID]()
    for supplier, state, n in rows:
        won[supplier] += n
        filed[supplier] += n * (state == ProjectState.CONTRACT_FILED)
    return [Record(won[i], filed[i], forfeited.get(i, 0)) for i in supplier_ids]


AWARDING = ("project:award", "project:conclude", "project:pick", "project:award_next")
"""Moves that give an award to somebody."""


@dataclass(frozen=True)
class Recorded:
    """Where the log says who has the award; ``checkpoint``: the first signed over it, None until there is one."""

    entry: LogEntry
    checkpoint: LogCheckpoint | None


async def records_by_award(award_ids: Sequence[UUID]) -> list[Recorded | None]:
    """In key order; None for an award from before the log said."""
    awards = await Award.filter(id__in=list(award_ids)).select_related("project")
    subjects = {award.id: f"project:{award.project.code}" for award in awards}
    entries = await log.newest(subjects.values(), AWARDING)
    signed = await log.covering([entry.seq for entry in entries.values()])
    found = [entries.get(subjects.get(i, "")) for i in award_ids]
    return [Recorded(entry, signed.get(entry.seq)) if entry else None for entry in found]


NOBODY: Mapping[str, str] = {}


async def known(
    project: Project, quotes: Sequence[Quote], could_not: Mapping[str, str] = NOBODY, picked: str | None = None
) -> Known:
    """What the project's method needs besides the quotes: credit as published before the notice, points, an auction's end, turns.

    ``could_not``: of a rotation, who could not have quoted, code → reason.
    """
    if project.method == SelectionMethod.CREDIT_MERIT:
        return Known(await _credit(project, quotes), {}, picked)
    if project.method == SelectionMethod.PROPOSAL_MERIT:
        return Known({}, await _scores(project, quotes))
    if project.method == SelectionMethod.REVERSE_AUCTION:
        return Known(last_fen=await auctions.last_amounts(project.id))
    if project.method == SelectionMethod.ROTATION:
        return Known(standing=await rotating.standing(project, could_not))
    return Known()


async def _credit(project: Project, quotes: Sequence[Quote]) -> dict[str, int]:
    published = await parties.credit_points([q.bidder_id for q in quotes], project.published_at or project.posted_at)
    unknown = project.terms["constants"]["pointsUnknown"]
    return {q.bidder.code: published.get(q.bidder_id, unknown) for q in quotes}


async def _scores(project: Project, quotes: Sequence[Quote]) -> dict[str, tuple[tuple[int, ...], ...]]:
    rows = await Score.filter(evaluator__project_id=project.id).order_by("evaluator__number")
    return {q.bidder.code: tuple(tuple(row.points) for row in rows if row.quote_id == q.id) for q in quotes}
