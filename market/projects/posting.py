"""Who may post what: the item's class on the day decides. Source: 优化营商环境条例 art. 43; domain.md §2.4, §3.5."""

from datetime import datetime

from market.actors import Actor, Role
from market.catalogue import read as catalogue
from market.catalogue.models import ItemClass, ItemVersion
from market.clock import SHANGHAI, local_date
from market.errors import InvalidInput, ItemCancelled, MayNotCommission, MustBeCompetitive, NotToldNotObliged, TooFewMembers
from market.frameworks import read as frameworks
from market.frameworks.models import Framework
from market.measures import read as measures
from market.money import format_yuan
from market.parties import read as parties
from market.parties.models import Organisation, OrganisationKind
from market.projects import able
from market.projects.forms import PostProject
from market.projects.models import Project, Purpose, Quoting, SelectionMethod
from market.projects.read import reveal_ends_at
from market.selection.ranking import discounted
from market.text import Checker, typed_code
from market.usecase import rulebook, unit


async def item_in_force(code: str, at: datetime) -> ItemVersion:
    """The item's version today. Raises InvalidInput when it is not on the list, ItemCancelled."""
    item = await catalogue.item_at(code, local_date(at))
    if item is None:
        raise InvalidInput.one("itemCode", "unknown_code")
    if item.item_class == ItemClass.CANCELLED:
        raise ItemCancelled(code, item.legal_basis_zh)
    return item


def check_class(actor: Actor, item: ItemVersion, form: PostProject) -> None:
    """Raises MayNotCommission, MustBeCompetitive, NotToldNotObliged, InvalidInput as the class demands."""
    acts_as_agency = Role.AGENCY in actor.roles and actor.on_behalf_of_id is None
    if item.item_class == ItemClass.AGENCY_COMMISSIONED:
        if not acts_as_agency:
            raise MayNotCommission(item.code, item.item_class, Role.AGENCY)
        if form.method is SelectionMethod.DIRECT:
            raise MustBeCompetitive(item.code)
        _check_commission(form)
    elif not _acts_as_applicant(actor):
        raise MayNotCommission(item.code, item.item_class, Role.APPLICANT)
    elif item.item_class == ItemClass.APPLICANT_CHOICE and not form.told_not_obliged:
        raise NotToldNotObliged(item.code)


async def called_off(form: PostProject) -> tuple[Framework | None, int | None]:
    """The agreement that the need calls off from, and the ceiling: with its discount taken off, rounded half up, in fen.

    Raises InvalidInput when it is not open, does not cover the item, or says another method or a lower price.
    """
    if form.framework is None:
        return None, form.ceiling_fen
    framework = await Framework.get_or_none(code=typed_code(form.framework))
    if framework is None or not frameworks.is_open(framework, unit().now):
        raise InvalidInput.one("framework", "unknown_code")
    ceiling_fen = discounted(form.ceiling_fen or 0, framework.discount_bp or 0)
    [items] = await frameworks.items_by_framework([framework.id])
    _check_call_off(framework, items, form, ceiling_fen)
    return framework, ceiling_fen


def _check_call_off(framework: Framework, items: list[str], form: PostProject, ceiling_fen: int) -> None:
    check = Checker()
    if typed_code(form.item_code) not in items:
        check.add("itemCode", "not_in_framework")
    if (form.method, form.quoting) != (framework.call_off, Quoting.AMOUNT):
        check.add("method", "differs_from_framework", method=framework.call_off)
    if framework.ceiling_fen is not None and ceiling_fen > framework.ceiling_fen:
        check.add("ceiling", "above_framework", limit=format_yuan(framework.ceiling_fen))
    check.done()


async def check_members(project: Project, side: str) -> None:
    """A call-off chooses among as many as a contest of its own would need, of those who can quote. Raises WrongState, TooFewMembers."""
    if project.framework_id is None:
        return
    framework = await Framework.get(id=project.framework_id)
    frameworks.check_open(framework, unit().now)
    members, needed = await able.count_members(project, unit().now), rulebook().number(f"minimum_quotes_{side}", unit().now)
    if members < needed:
        raise TooFewMembers(framework.code, members, needed)


def check_beacon(project: Project, at: datetime) -> None:
    """Money of the state above the rulebook's value is drawn for with a public beacon; and a beacon comes after the last nonce.

    Raises InvalidInput. Where no ceiling is published the draw decides no more than ties.
    """
    above, public = rulebook().number("draw_beacon_above", at), project.item_class == ItemClass.AGENCY_COMMISSIONED
    if project.beacon_at is None:
        if public and (project.ceiling_fen or 0) > above:
            raise InvalidInput.one("beacon", "beacon_required", above=format_yuan(above))
    elif project.closes_at is not None and project.beacon_at < reveal_ends_at(project):
        raise InvalidInput.one("beacon.at", "beacon_too_early", earliest=reveal_ends_at(project).isoformat())


def _acts_as_applicant(actor: Actor) -> bool:
    """The applicant itself, or a helper under its mandate; a helper's own organisation is no applicant, an agency least of all."""
    return Role.APPLICANT in actor.roles or (Role.HELPER in actor.roles and actor.on_behalf_of_id is not None)


def _check_commission(form: PostProject) -> None:
    check = Checker()
    if form.purpose is not Purpose.APPROVAL:
        check.add("purpose", "not_allowed_here")  # no applicant's own order: the rules would look away
    if form.case is None:
        check.add("case", "case_required")
    if not form.budget_line.strip():
        check.add("budgetLine", "budget_required")
    check.done()


async def invited(code: str | None) -> Organisation | None:
    """The intermediary that a direct selection names. Raises InvalidInput."""
    if code is None:
        return None
    party = await parties.named(code, "invitedCode")
    if party.kind != OrganisationKind.INTERMEDIARY:
        raise InvalidInput.one("invitedCode", "not_an_intermediary")
    stopped = await measures.stopping(party.id, unit().now)
    if stopped and stopped.ends_at:
        until = stopped.ends_at.astimezone(SHANGHAI)
        raise InvalidInput.one("invitedCode", "under_measure", measure=stopped.code, until=f"{until:%Y-%m-%d %H:%M}")
    return party
