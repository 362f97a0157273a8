"""Witnesses of an opening: a supervisor recomputes the outcome itself and puts its name to what it found. Source: domain.md §2.6 (见证).

Witnesses of the log (``market.witnesses``) testify what they were shown; these testify that the outcome follows from what is public.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from market.actors import Actor
from market.awards import read
from market.awards.models import OpeningWitness
from market.awards.replay import recompute
from market.errors import AlreadyFiled
from market.frameworks import service as frameworks
from market.permissions import Action
from market.projects import read as projects
from market.projects import service as project_service
from market.projects.models import Project
from market.quotes import concerned
from market.usecase import authorise, unit, use_case


@use_case(Action.OPENING_WITNESS)
async def witness_opening(actor: Actor, project_code: str) -> Project:
    """The regulator or the operator: the outcome is recomputed for it, and whether it agrees is published under its organisation.

    Once in each turn of the award: of whoever has it next nobody has testified yet.

    Raises NotFound (not opened, or not decided yet), NotPermitted, SelfDealing, AlreadyFiled.
    """
    project = await project_service.locked(actor, project_code)
    authorise(Action.OPENING_WITNESS, projects.subject(project))
    await concerned.refuse(actor, project)
    [award] = await read.awards_by_project([project.id])
    witness: dict[str, Any] = {
        "project_id": project.id,
        "organisation_id": actor.organisation_id,
        "turn": award.turn if award else 1,
    }
    if await OpeningWitness.exists(**witness):
        raise AlreadyFiled("testimony", project.code)
    if project.framework_id:
        await frameworks.hold(project.framework_id)  # nobody enters, leaves or has a turn while it is recomputed
    agrees = (await recompute(actor, project.code)).difference is None
    await OpeningWitness.create(**witness, account_id=actor.account_id, at=unit().now, agrees=agrees)
    unit().record("opening:witness", f"project:{project.code}", turn=witness["turn"], agrees=agrees)
    return project


async def witnesses_by_project(ids: Sequence[UUID]) -> list[list[OpeningWitness]]:
    """Each project's witnesses in order, with their organisations."""
    rows = await OpeningWitness.filter(project_id__in=list(ids)).order_by("at", "id").select_related("organisation")
    return [[row for row in rows if row.project_id == i] for i in ids]
