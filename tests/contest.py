"""Factories of a contest: parties, projects, quotes, in one line each."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from stdnum.cn import uscc

from market import clock
from market.actors import SYSTEM, Actor, Role
from market.awards import service as awards
from market.awards.models import Award
from market.catalogue import service as catalogue
from market.contracts import service as contracts
from market.contracts.models import Contract
from market.parties.models import Account, Organisation, OrganisationKind
from market.projects import service as projects
from market.projects.forms import CaseForm, PostProject
from market.projects.models import Project
from market.quotes import read as quote_reads
from market.quotes import service as quotes
from market.workdays import working_day_after

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
"""Tuesday noon in Zhoushan."""
CLOSES = datetime(2026, 11, 27, 16, tzinfo=UTC)
"""Three working days later, 24:00 in Zhoushan: the shipped rulebook's shortest open period."""
OPENS = CLOSES + timedelta(seconds=10)
AGENCY_ITEM, MANDATORY_ITEM, CHOICE_ITEM, CANCELLED_ITEM = "ZSZJ-02-016", "ZSZJ-09-001", "ZSZJ-01-001", "ZSZJ-08-001"
FEW = "海域论证须有专门资质"
"""Why few are enough: in a test nobody holds the qualifications that items ask for."""
_KINDS = {
    Role.AGENCY: OrganisationKind.AGENCY,
    Role.OPERATOR: OrganisationKind.AGENCY,
    Role.REGULATOR: OrganisationKind.AGENCY,
    Role.APPLICANT: OrganisationKind.ENTERPRISE,
    Role.INTERMEDIARY: OrganisationKind.INTERMEDIARY,
    Role.HELPER: OrganisationKind.PUBLIC_INSTITUTION,
}
_serial = count(1)


def new_code(kind: str = "91") -> str:
    """A valid, unused unified social credit code."""
    body = f"{kind}330902MA{next(_serial):07d}"
    return body + uscc.calc_check_digit(body)


async def member(role: Role, organisation: Organisation | None = None) -> Actor:
    """An actor of that role, of a new organisation unless one is given."""
    if organisation is None:
        code = new_code("11" if _KINDS[role] is OrganisationKind.AGENCY else "91")
        organisation = await Organisation.create(code=code, name=f"单位{code[-5:]}", kind=_KINDS[role], created_at=NOON)
    account = await Account.create(login=uuid4().hex, display_name="某人", created_at=NOON)
    return Actor(account.id, organisation.id, frozenset({role}))


async def code_of(actor: Actor) -> str:
    """The code of the organisation that the actor acts for."""
    return (await Organisation.get(id=actor.organisation_id)).code


async def catalogue_loaded() -> None:
    """The shipped catalogue."""
    await catalogue.load_shipped(SYSTEM)


def form(item: str = MANDATORY_ITEM, **changes: Any) -> PostProject:
    """A complete form for the item."""
    values: dict[str, Any] = {"idempotency_key": uuid4().hex, "title": "某项目", "item_code": item, "service_working_days": 20}
    return PostProject(**(values | changes))


async def agency_form(applicant: Actor, **changes: Any) -> PostProject:
    """An agency's complete form: case, budget line, competitive."""
    case = CaseForm(f"BJ-{uuid4().hex[:10]}", "海域使用权审核", None, await code_of(applicant))
    return form(AGENCY_ITEM, **({"case": case, "budget_line": "2026-03"} | changes))


async def published(buyer: Actor, posted: PostProject, operator: Actor | None = None) -> Project:
    """Posted, submitted and approved at noon."""
    with clock.fixed(NOON):
        project = await projects.post_project(buyer, posted)
        await projects.submit_for_review(buyer, project.code, FEW)
        return await projects.review_project(operator or await member(Role.OPERATOR), project.code, approve=True)


async def quoted(bidder: Actor, project: Project, fen: int, at: datetime = NOON, key: str | None = None) -> quote_reads.OwnQuote:
    """A quote received at that time."""
    with clock.fixed(at):
        return await quotes.submit_quote(bidder, quotes.SubmitQuote(key or uuid4().hex, project.code, fen, 15))


async def opened(project: Project) -> Project:
    """After the grace, whoever comes first opens."""
    with clock.fixed(OPENS):
        await awards.settle_due()
    return await Project.get(id=project.id)


async def awarded(buyer: Actor, posted: PostProject, *fen: int) -> Award:
    """A confirmed award after quotes of these amounts by new intermediaries."""
    project = await published(buyer, posted)
    for amount in fen:
        await quoted(await member(Role.INTERMEDIARY), project, amount)
    await opened(project)
    award = await Award.get(project_id=project.id)
    with clock.fixed(award.standstill_until):
        return await awards.confirm_award(buyer, project.code)


async def contracted(buyer: Actor, posted: PostProject, *fen: int, signed_on: date = date(2026, 12, 5)) -> Contract:
    """A filed contract at the lowest of these amounts."""
    award = await awarded(buyer, posted, *fen)
    await award.fetch_related("project", "supplier")
    filing = contracts.FileContract(
        award.project.code,
        award.amount_fen,
        award.supplier.code,
        award.project.item_code,
        signed_on,
        working_day_after(signed_on, award.service_working_days),
    )
    with clock.fixed(datetime(2026, 12, 7, tzinfo=UTC)):
        return await contracts.file_contract(buyer, filing)


def again(posted: PostProject, **changes: Any) -> PostProject:
    """The same form with changes and, unless given, the same idempotency key."""
    return replace(posted, **changes)
