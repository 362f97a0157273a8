"""信用择优: the buyer picks one of the short list that was drawn, and says why."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from market.actors import Actor
from market.avoidance import barred
from market.awards import deciding, read, service
from market.errors import InvalidInput, WrongState
from market.parties import read as parties
from market.permissions import Action
from market.projects import read as projects
from market.projects import service as project_service
from market.projects.models import Project
from market.projects.states import ProjectState
from market.quotes import read as quote_reads
from market.quotes.models import Quote
from market.selection import credit_merit
from market.text import one_published
from market.usecase import authorise, unit, use_case


@use_case(Action.AWARD_PICK)
async def pick_supplier(actor: Actor, project_code: str, supplier_code: str, reason: str) -> Project:
    """Award to one of the short list, with a reason that is published. Raises NotFound, NotPermitted, WrongState, InvalidInput.

    Whoever became barred since the opening cannot be picked; what counts as a bar by then says ``avoidance.barred``. It is published who
    was passed over and why. Where nobody else is left the project ends without an award, whoever was asked for.
    """
    project = await project_service.locked(actor, project_code)
    authorise(Action.AWARD_PICK, projects.subject(project))
    if project.state != ProjectState.SHORTLISTED:
        raise WrongState("project", project.state, (ProjectState.SHORTLISTED,))
    words = one_published("reason", reason, 500)
    [quotes] = await quote_reads.opened_by_project([project.id])
    valid = [quote for quote in quotes if not quote.invalid_reason]
    known = await read.known(project, valid, picked=parties.spelling(supplier_code))
    place, given = await service.place_of(project), deciding.facts(valid, known)
    short = [quote.bidder_code for quote in credit_merit.lists(given, project.terms["constants"], place).short]
    known = replace(known, passed_over=await _barred(project, valid, short))
    if not set(short) - known.passed_over.keys():
        await _nobody_left(project, known.passed_over)
        return project
    _check_pick(known.picked, short, known.passed_over)
    project.outcome_reason = words
    await deciding.award(project, valid, deciding.select(project, given, known, place), known, unit().now)
    for quote in valid:
        await quote.save(update_fields=["rank"])
    return project


async def _barred(project: Project, valid: Sequence[Quote], short: Sequence[str]) -> dict[str, str]:
    bidders = {quote.bidder.code: quote.bidder for quote in valid}
    found = {code: await barred.reason(project, bidders[code], unit().now) for code in short}
    return {code: reason for code, reason in sorted(found.items()) if reason}


def _check_pick(picked: str | None, short: Sequence[str], passed_over: Mapping[str, str]) -> None:
    if picked is None or picked not in short:
        raise InvalidInput.one("supplierCode", "not_on_the_short_list")
    if picked in passed_over:
        raise InvalidInput.one("supplierCode", "barred_meanwhile", reason=passed_over[picked])


async def _nobody_left(project: Project, passed_over: Mapping[str, str]) -> None:
    project.outcome_reason = deciding.SHORT_LIST_BARRED
    await project_service.move(project, "give_up", reason=project.outcome_reason, passedOver=dict(passed_over))
