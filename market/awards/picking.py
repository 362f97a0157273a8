"""信用择优: the buyer picks one of the short list that was drawn, and says why."""

from market.actors import Actor
from market.awards import deciding, read, service
from market.errors import InvalidInput, WrongState
from market.parties import read as parties
from market.permissions import Action
from market.projects import read as projects
from market.projects import service as project_service
from market.projects.models import Project
from market.projects.states import ProjectState
from market.quotes import read as quote_reads
from market.selection import credit_merit
from market.text import one_text
from market.usecase import authorise, unit, use_case


@use_case(Action.AWARD_PICK)
async def pick_supplier(actor: Actor, project_code: str, supplier_code: str, reason: str) -> Project:
    """Award to one of the short list, with a reason that is published. Raises NotFound, NotPermitted, WrongState, InvalidInput."""
    project = await project_service.locked(actor, project_code)
    authorise(Action.AWARD_PICK, projects.subject(project))
    if project.state != ProjectState.SHORTLISTED:
        raise WrongState("project", project.state, (ProjectState.SHORTLISTED,))
    project.outcome_reason = one_text("reason", reason, 500)
    [quotes] = await quote_reads.opened_by_project([project.id])
    valid = [quote for quote in quotes if not quote.invalid_reason]
    known = await read.known(project, valid, parties.spelling(supplier_code))
    place, given = await service.place_of(project), deciding.facts(valid, known)
    if not any(quote.picked for quote in credit_merit.lists(given, project.terms["constants"], place).short):
        raise InvalidInput.one("supplierCode", "not_on_the_short_list")
    await deciding.award(project, valid, deciding.select(project, given, known, place), known, unit().now)
    for quote in valid:
        await quote.save(update_fields=["rank"])
    return project
