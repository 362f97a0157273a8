"""Suspension of an award by a regulator: nothing is confirmed, signed or forfeited, and no period runs, until it ends.

It ends when the organisation that made it lifts it, or by itself: all of one turn together last the rulebook's longest term at most.
Source: domain.md §2.8, §2.14; 政府采购质疑和投诉办法 art. 28.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from market.actors import Actor
from market.awards import read
from market.awards.models import Award, AwardSuspension
from market.errors import AlreadyFiled, AwardSuspended, NotFound, WrongState
from market.permissions import Action, Subject
from market.projects import read as projects
from market.projects import service as project_service
from market.projects.models import Project
from market.projects.states import ProjectState
from market.quotes import concerned
from market.text import new_code, one_published, typed_code
from market.usecase import authorise, rulebook, unit, use_case

REASON = 500
_STANDING = (ProjectState.STANDSTILL, ProjectState.AWARDED)


@use_case(Action.AWARD_SUSPEND)
async def suspend_award(actor: Actor, project_code: str, reason: str) -> Project:
    """A regulator suspends an award that a complaint or a case is about; the reason is published. Once an organisation and turn.

    For what earlier ones left of the turn's longest term.
    Raises InvalidInput, NotFound, NotPermitted, WrongState, SelfDealing, AlreadyFiled.
    """
    project = await project_service.locked(actor, project_code)
    authorise(Action.AWARD_SUSPEND, projects.subject(project))
    await concerned.refuse(actor, project)
    words = one_published("reason", reason, REASON, lines=True)
    if project.state not in _STANDING:
        raise WrongState("project", project.state, tuple(state.value for state in _STANDING))
    award = await read.award_of(project.id)
    until = await _term(actor, project, award)
    row = await AwardSuspension.create(
        code=new_code("ZT", unit().now),
        project=project,
        reason=words,
        turn=award.turn,
        organisation_id=actor.organisation_id,
        suspended_by_id=actor.account_id,
        suspended_at=unit().now,
        ends_at=until,
        standstill_before=award.standstill_until if unit().now < award.standstill_until else None,
    )
    told = await _lengthened(award, row, until)
    unit().record("award:suspend", f"project:{project.code}", suspension=row.code, reason=words, endsAt=until.isoformat(), **told)
    return project


async def _term(actor: Actor, project: Project, award: Award) -> datetime:
    """When a new one ends by itself: the longest term less what the suspensions of this turn took, whoever made them.

    Raises AlreadyFiled with the one that is in force, that this organisation has had in this turn, or that used up the rest.
    """
    now = unit().now
    until = rulebook().deadline("suspension_longest", now).at
    for row in await AwardSuspension.filter(project_id=project.id).order_by("suspended_at"):
        this_turn = row.turn == award.turn
        until -= ends_at(row) - row.suspended_at if this_turn else timedelta(0)
        had = this_turn and row.organisation_id == actor.organisation_id
        if had or is_in_force(row, now) or until <= now:
            raise AlreadyFiled("suspension", row.code)
    await AwardSuspension.filter(project_id=project.id, live=True).update(live=None)  # its time is over
    return until


async def _lengthened(award: Award, row: AwardSuspension, until: datetime) -> dict[str, str]:
    """Let the standstill go on after ``until`` for what was left of it, and tell; nothing where it did not run."""
    if row.standstill_before is None:
        return {}
    goes_on = rulebook().resumed("standstill", award.published_at, row.standstill_before, row.suspended_at, until)
    award.standstill_until, award.standstill_provisional = goes_on.at, goes_on.provisional
    await award.save(update_fields=["standstill_until", "standstill_provisional"])
    return {"standstillUntil": goes_on.at.isoformat()}


@use_case(Action.SUSPENSION_LIFT)
async def lift_suspension(actor: Actor, code: str, reason: str) -> Project:
    """The award goes on, its standstill for what was left of it; the reason is published. Only by the organisation that suspended it.

    Raises InvalidInput, NotFound, NotPermitted, WrongState, SelfDealing.
    """
    row = await AwardSuspension.get_or_none(code=typed_code(code)).select_related("project")
    if row is None:
        raise NotFound("suspension", code[:40])
    project = await project_service.locked(actor, row.project.code)
    authorise(Action.SUSPENSION_LIFT, Subject.of(row.organisation_id or actor.organisation_id))  # none: from before it was kept
    await concerned.refuse(actor, project)
    words = one_published("reason", reason, REASON, lines=True)
    values = {"live": None, "lifted_at": unit().now, "lifted_by_id": actor.account_id, "lift_reason": words}
    if not is_in_force(row, unit().now) or not await AwardSuspension.filter(id=row.id, live=True).update(**values):
        raise WrongState("suspension", "lifted", ("in_force",))
    told = await _lengthened(await read.award_of(project.id), row, unit().now)
    unit().record("award:lift_suspension", f"project:{project.code}", suspension=row.code, reason=words, **told)
    return project


def ends_at(row: AwardSuspension) -> datetime:
    """When it ended, or ends by itself."""
    return row.lifted_at or row.ends_at or rulebook().deadline("suspension_longest", row.suspended_at).at


def is_in_force(row: AwardSuspension, now: datetime) -> bool:
    """Whether the award stands still at that moment: nobody's hand is needed to end it."""
    return now < ends_at(row)


async def refuse_suspended(project: Project) -> None:
    """Raises AwardSuspended."""
    for row in await AwardSuspension.filter(project_id=project.id, live=True):
        if is_in_force(row, unit().now):
            raise AwardSuspended(project.code, row.code, row.reason, row.suspended_at)


async def suspended_for(project: Project, since: datetime) -> timedelta:
    """How much longer the winner may sign that could since then: of the working days as many as were left each time it stood still."""
    end = until = rulebook().deadline("contract_period", since).at
    for row in await AwardSuspension.filter(project_id=project.id).order_by("suspended_at"):
        stopped = max(row.suspended_at, since)
        if stopped < min(end, ends_at(row)):
            end = rulebook().resumed("contract_period", since, end, stopped, ends_at(row)).at
    return end - until


async def suspensions_by_project(ids: Sequence[UUID]) -> list[list[AwardSuspension]]:
    """Each project's suspensions in order."""
    rows = await AwardSuspension.filter(project_id__in=list(ids)).order_by("suspended_at", "code")
    return [[row for row in rows if row.project_id == i] for i in ids]
