"""Who is concerned in a contest, and so may not judge it: suspend or witness an award, or type in a beacon.

Source: 政府采购法实施条例 art. 9 (回避).
"""

from uuid import UUID

from market.actors import Actor
from market.catalogue import read as catalogue
from market.clock import local_date
from market.errors import SelfDealing
from market.parties import read as parties
from market.parties.models import Membership, Organisation
from market.parties.relations import related
from market.projects import read as projects
from market.projects.models import Project
from market.quotes.models import Quote
from market.usecase import unit


async def refuse(actor: Actor, project: Project) -> None:
    """Raises SelfDealing: for the sides of the contest, whoever is related to one, and whoever had a hand in its notice.

    Under whatever role, and whatever organisation the same person acts for. ``project``: as ``projects.visible`` loads it.
    """
    why = await _own(actor, project) or await _related(actor, await _sides(project))
    if why:
        raise SelfDealing(project.code, why)


async def _own(actor: Actor, project: Project) -> str:
    """What concerns the person: who wrote or approved the notice would judge its own work."""
    if actor.account_id in {*(await projects.authored(project)).makers, project.reviewed_by_id}:
        return "took_part"
    if project.opened_at is not None:
        return ""
    # Who quoted is sealed, and a refusal must not tell it: whoever acts for an intermediary at all might have.
    return "might_quote" if await parties.acts_for_intermediary(actor) else ""


async def _related(actor: Actor, sides: set[UUID]) -> str:
    if sides & {actor.organisation_id, actor.party_id}:
        return "same_organisation"
    if await Membership.exists(account_id=actor.account_id, organisation_id__in=list(sides), ended_at=None):
        return "same_person"
    own = actor.organisation_id
    return "related_organisation" if own and await related(own, sides, local_date(unit().now)) else ""


async def _sides(project: Project) -> set[UUID]:
    """The buyer, the departments that approve, agency and applicant of the case, once it is known whoever quoted."""
    sides = {project.buyer_id}
    if project.case:
        sides |= {project.case.agency_id, project.case.applicant_id}
    item = await catalogue.item_at(project.item_code, local_date(project.published_at or project.posted_at))
    approving = Organisation.filter(department_code__in=item.department_codes if item else [])
    sides |= {organisation.id for organisation in await approving}
    if project.opened_at is not None:
        sides |= {quote.bidder_id for quote in await Quote.filter(project_id=project.id)}
    return sides
