"""Factories of framework agreements: open ones, with members, and what is called off from them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from market import clock
from market.actors import Actor, Role
from market.awards import service as awards
from market.frameworks import service as frameworks
from market.frameworks.forms import PostFramework
from market.frameworks.models import CallOff, Framework
from market.projects import service as projects
from market.projects.forms import PostProject
from market.projects.models import Project, SelectionMethod
from market.quotes import service as quotes
from tests import contest
from tests.contest import NOON, member

EARLIER = NOON - timedelta(days=1)
ENDS = datetime(2027, 11, 1, tzinfo=UTC)


def terms(call_off: CallOff = CallOff.ROTATION, **changes: Any) -> PostFramework:
    """A complete form: one item that applicants choose, up to 1,000 yuan a time."""
    values: dict[str, Any] = {"idempotency_key": uuid4().hex, "title": "某框架协议", "item_codes": (contest.CHOICE_ITEM,)}
    values |= {"requirements": "三年内无不良记录", "call_off": call_off, "ends_at": ENDS, "ceiling_fen": 100_000}
    return PostFramework(**(values | changes))


async def open_framework(owner: Actor | None = None, form: PostFramework | None = None) -> tuple[Actor, Framework]:
    """Posted by the operator unless an owner is given, approved by another."""
    owner = owner or await member(Role.OPERATOR)
    with clock.fixed(EARLIER):
        posted = await frameworks.post_framework(owner, form or terms())
        return owner, await frameworks.review_framework(await member(Role.OPERATOR), posted.code, approve=True)


async def admitted(owner: Actor, framework: Framework, count: int = 1, at: datetime = EARLIER) -> list[Actor]:
    """New intermediaries that applied and were admitted then."""
    members = [await member(Role.INTERMEDIARY) for _ in range(count)]
    with clock.fixed(at):
        for one in members:
            await frameworks.enter_framework(one, framework.code)
            await frameworks.decide_entry(owner, framework.code, await contest.code_of(one), admit=True)
    return members


def need(agreement: Framework, **changes: Any) -> PostProject:
    """An applicant's call-off, at 900 yuan."""
    values = {"told_not_obliged": True, "framework": agreement.code, "ceiling_fen": 90_000}
    return contest.form(contest.CHOICE_ITEM, **(values | {"method": SelectionMethod(agreement.call_off)} | changes))


async def called_off(buyer: Actor, form: PostProject, at: datetime = NOON) -> Project:
    """Published then, by the shipped rulebook's shortest period."""
    with clock.fixed(at):
        project = await projects.post_project(buyer, form)
        await projects.submit_for_review(buyer, project.code, contest.FEW)
        return await projects.review_project(await member(Role.OPERATOR), project.code, approve=True)


async def offered(project: Project, *members: Actor, fen: int = 90_000) -> None:
    """Quotes of these members, the moment it was published."""
    with clock.fixed(project.published_at or NOON):
        for one in members:
            await quotes.submit_quote(one, quotes.SubmitQuote(uuid4().hex, project.code, fen, 15))


async def decided(project: Project) -> Project:
    """After its deadline, whoever comes first opens."""
    assert project.next_check_at is not None
    with clock.fixed(project.next_check_at):
        await awards.settle_due()
    return await Project.get(id=project.id)
