"""Suspension of an award by a regulator: nothing is confirmed, signed or forfeited until it is lifted. Source: domain.md §2.8, §2.14."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from market.actors import Actor
from market.awards.models import AwardSuspension
from market.errors import AlreadyFiled, AwardSuspended, NotFound, SelfDealing, WrongState
from market.permissions import Action
from market.projects import read as projects
from market.projects import service as project_service
from market.projects.models import Project
from market.projects.states import ProjectState
from market.text import new_code, one_text, typed_code
from market.usecase import authorise, unit, use_case

REASON = 500
_STANDING = (ProjectState.STANDSTILL, ProjectState.AWARDED)


@use_case(Action.AWARD_SUSPEND)
async def suspend_award(actor: Actor, project_code: str, reason: str) -> Project:
    """A regulator suspends an award that a complaint or a case is about; the reason is published.

    Raises InvalidInput, NotFound, NotPermitted, WrongState, SelfDealing, AlreadyFiled.
    """
    project = await project_service.locked(actor, project_code)
    authorise(Action.AWARD_SUSPEND, projects.subject(project))
    if project.buyer_id == actor.party_id:
        raise SelfDealing(project.code)
    words = one_text("reason", reason, REASON, lines=True)
    if project.state not in _STANDING:
        raise WrongState("project", project.state, tuple(state.value for state in _STANDING))
    if await AwardSuspension.exists(project_id=project.id, live=True):
        raise AlreadyFiled("suspension", project.code)
    row = await AwardSuspension.create(
        code=new_code("ZT", unit().now),
        project=project,
        reason=words,
        suspended_by_id=actor.account_id,
        suspended_at=unit().now,
    )
    unit().record("award:suspend", f"project:{project.code}", suspension=row.code, reason=words)
    return project


@use_case(Action.AWARD_SUSPEND)
async def lift_suspension(actor: Actor, code: str, reason: str) -> Project:
    """The award goes on; the reason is published. Raises InvalidInput, NotFound, NotPermitted, WrongState, SelfDealing."""
    row = await AwardSuspension.get_or_none(code=typed_code(code)).select_related("project")
    if row is None:
        raise NotFound("suspension", code[:40])
    project = await project_service.locked(actor, row.project.code)
    authorise(Action.AWARD_SUSPEND, projects.subject(project))
    if project.buyer_id == actor.party_id:
        raise SelfDealing(project.code)
    words = one_text("reason", reason, REASON, lines=True)
    values = {"live": None, "lifted_at": unit().now, "lifted_by_id": actor.account_id, "lift_reason": words}
    if not await AwardSuspension.filter(id=row.id, live=True).update(**values):
        raise WrongState("suspension", "lifted", ("in_force",))
    unit().record("award:lift_suspension", f"project:{project.code}", suspension=row.code, reason=words)
    return project


async def refuse_suspended(project: Project) -> None:
    """Raises AwardSuspended."""
    row = await AwardSuspension.get_or_none(project_id=project.id, live=True)
    if row is not None:
        raise AwardSuspended(project.code, row.code, row.reason, row.suspended_at)


async def suspended_for(project: Project, since: datetime) -> timedelta:
    """How long the award stood still after that moment: no period runs meanwhile."""
    rows = await AwardSuspension.filter(project_id=project.id, lifted_at__gt=since)
    return sum((row.lifted_at - max(row.suspended_at, since) for row in rows if row.lifted_at), timedelta())


async def suspensions_by_project(ids: Sequence[UUID]) -> list[list[AwardSuspension]]:
    """Each project's suspensions in order."""
    rows = await AwardSuspension.filter(project_id__in=list(ids)).order_by("suspended_at", "code")
    return [[row for row in rows if row.project_id == i] for i in ids]
