"""Reads of projects: what a reader may see, what the clock says, lists by keyset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from market.actors import Actor
from market.errors import NotFound
from market.parties import read as parties
from market.parties.models import OrganisationKind
from market.permissions import Action, Allowed, Subject, may
from market.projects import auction, parameters
from market.projects.models import ApprovalCase, Project, ProjectAmendment, SealMode, SelectionMethod
from market.projects.states import UNPUBLISHED, ProjectState
from market.rulebook import Rulebook
from market.selection import draw, transcript
from market.selection.methods import METHODS
from market.text import one_text, spellings, typed_code, wanted_code
from market.vault import draw_secret, key_id


def state_at(project: Project, now: datetime) -> ProjectState:
    """The state that a reader sees: an open project past its deadline is closed, even if no worker has come by yet."""
    if project.state == ProjectState.OPEN and project.closes_at is not None and now > project.closes_at:
        return ProjectState.CLOSED
    return ProjectState(project.state)


def opens_at(project: Project) -> datetime:
    """When the quotes are opened: the deadline and the grace for requests received in time."""
    if project.closes_at is None:
        raise ValueError(f"project {project.code} is not published")
    return project.closes_at + timedelta(seconds=project.terms["openingGraceSeconds"])


def terms(project: Project, now: datetime, book: Rulebook) -> dict[str, Any]:
    """The notice's constants, frozen at publication: whatever the rulebook says later, this contest keeps them."""
    method, name = METHODS[project.method], SelectionMethod(project.method)
    chosen = {"framework": project.framework.code} if project.framework else {}
    chosen |= {"sealMode": project.seal_mode} if project.seal_mode == SealMode.BIDDER_HELD else {}
    return {
        **chosen,
        "method": method.version,
        "tieRule": method.tie_rule,
        "quoting": project.quoting,
        "constants": parameters.constants(name, project.parameters, side(project), book, now),
        "minimumQuotes": parameters.minimum_quotes(name, side(project), book, now),
        "openingGraceSeconds": int(book.duration("opening_grace", now).total_seconds()),
        "sealKey": key_id(),
        **({} if name is SelectionMethod.DIRECT else {"draw": _draw(project, now, book)}),
        **({"auction": auction.terms(now, book)} if name is SelectionMethod.REVERSE_AUCTION else {}),
    }


async def case_by_no(number: str) -> ApprovalCase | None:
    """The approval case, however its number was typed."""
    found = {case.case_no: case for case in await ApprovalCase.filter(case_no__in=spellings(number))}
    return next((found[spelling] for spelling in spellings(number) if spelling in found), None)


def side(project: Project) -> str:
    """Whose money it is, as the rulebook's rows name it. Loaded with its buyer."""
    return "agency" if project.buyer.kind == OrganisationKind.AGENCY else "applicant"


def _draw(project: Project, now: datetime, book: Rulebook) -> dict[str, Any]:
    """What the notice says of its draw: the commitment to a code that nobody outside can know, and the beacon, if it names one."""
    period = "quote_reveal_period" if project.seal_mode == SealMode.BIDDER_HELD else "draw_reveal_period"
    codes, reveal_s = book.number("draw_codes", now), int(book.duration(period, now).total_seconds())
    beacon = _beacon(project.beacon_name, project.beacon_at, book) if project.beacon_at else None
    committed = draw.commitment(draw_secret(project.id), codes)
    return transcript.notice(project.code, committed, codes, now, reveal_s, beacon)


def _beacon(name: str, at: datetime, book: Rulebook) -> transcript.Beacon:
    """With the period for typing it in, after which the draw goes on by the rule that the notice names: nobody can hold it up."""
    return transcript.Beacon(name, at, book.deadline("beacon_period", at).at)


def reveal_ends_at(project: Project) -> datetime:
    """Until when nonces, and quotes that bidders keep, are shown, as far as one can know before the closing.

    The beacon must come after it.
    """
    return opens_at(project) + timedelta(seconds=project.terms["draw"]["revealSeconds"])


def subject(project: Project) -> Subject:
    """The project as permission sees it: its buyer, and those who made it and may not approve it."""
    makers = frozenset(a for a in (project.posted_by_id, project.submitted_by_id) if a)
    return Subject(frozenset({project.buyer_id}), makers)


async def authored(project: Project) -> Subject:
    """As ``subject``, with everybody who changed the draft: whoever wrote a part of it may not approve it either."""
    known = subject(project)
    amendments = await ProjectAmendment.filter(project_id=project.id)
    return Subject(known.parties, known.makers | {row.amended_by_id for row in amendments})


def may_see(actor: Actor, project: Project) -> bool:
    """Published notices are everybody's; the rest belongs to its buyer, the operator and the regulator."""
    if project.state not in UNPUBLISHED:
        return True
    return isinstance(may(actor, Action.PROJECT_READ_UNPUBLISHED, subject(project)), Allowed)


async def visible(actor: Actor, code: str, *, for_update: bool = False) -> Project:
    """The project with its buyer, invited party and case. Raises NotFound when absent or not visible: both alike."""
    query = Project.filter(code=typed_code(code)).select_related("buyer", "invited", "case", "framework")
    project = await (query.select_for_update(of=(Project._meta.db_table,)) if for_update else query).get_or_none()
    if project is None or not may_see(actor, project):
        raise NotFound("project", code[:40])
    return project


@dataclass(frozen=True)
class ProjectFilter:
    """Which projects; None means any. ``search`` looks into title and code; ``supplier_code``: who has the award; ``quoted``: with a
    quote of the actor's own that counts; ``of_my_case``: for a case whose applicant the actor is."""

    states: tuple[ProjectState, ...] | None = None
    item_code: str | None = None
    item_class: str | None = None
    method: str | None = None
    buyer_code: str | None = None
    framework: str | None = None
    supplier_code: str | None = None
    mine: bool = False
    quoted: bool = False
    of_my_case: bool = False
    search: str | None = None


ORDERS = {"newest": ("-posted_at", "-id"), "closing_soon": ("closes_at", "id")}


def listing(actor: Actor, wanted: ProjectFilter, now: datetime) -> QuerySet[Project]:
    """The visible projects that fit, unordered; one query. Raises InvalidInput (search)."""
    query = Project.filter(_visibility(actor))
    if wanted.states is not None:
        query = query.filter(_states_at(wanted.states, now))
    exact = {
        "item_code": wanted_code(wanted.item_code),
        "item_class": wanted.item_class,
        "method": wanted.method,
        "framework__code": wanted_code(wanted.framework),
        "buyer__code": parties.spelling(wanted.buyer_code),
        "award__supplier__code": parties.spelling(wanted.supplier_code),
    }
    query = query.filter(_own(actor, wanted), **{name: value for name, value in exact.items() if value is not None})
    for word in _words(wanted.search or ""):
        query = query.filter(Q(title__icontains=word) | Q(code__icontains=word))
    return query


def _own(actor: Actor, wanted: ProjectFilter) -> Q:
    nobody = UUID(int=0)
    bought = Q(buyer_id=actor.party_id or nobody) if wanted.mine else Q()
    bought &= Q(case__applicant_id=actor.party_id or nobody) if wanted.of_my_case else Q()
    return bought & Q(quotes__bidder_id=actor.organisation_id or nobody, quotes__live=True) if wanted.quoted else bought


def _words(search: str) -> list[str]:
    text = one_text("search", search, 100, required=False)
    return text.split()


def _visibility(actor: Actor) -> Q:
    public = ~Q(state__in=[s.value for s in UNPUBLISHED])
    if isinstance(may(actor, Action.PROJECT_READ_UNPUBLISHED, Subject()), Allowed):
        return Q()
    return public | Q(buyer_id=actor.party_id) if actor.party_id else public


def _states_at(states: Sequence[ProjectState], now: datetime) -> Q:
    wanted = Q(state__in=sorted({s.value for s in states if s != ProjectState.OPEN}))
    if ProjectState.OPEN in states:
        wanted |= Q(state=ProjectState.OPEN, closes_at__gte=now)
    if ProjectState.CLOSED in states:
        wanted |= Q(state=ProjectState.OPEN, closes_at__lt=now)
    return wanted


async def page(query: QuerySet[Project], order: str, after: Sequence[Any] | None, limit: int) -> list[Project]:
    """At most ``limit + 1`` rows after a position (datetime, id), with buyer, invited party and case."""
    fields = ORDERS[order]
    column = fields[0].lstrip("-")
    if after is not None:
        value, last = after
        sign = "lt" if fields[0].startswith("-") else "gt"
        beyond, level = {f"{column}__{sign}": value}, {column: value, f"id__{sign}": last}
        query = query.filter(_all_of(beyond) | _all_of(level))
    if order == "closing_soon":
        query = query.filter(closes_at__not_isnull=True)
    return await query.order_by(*fields).limit(limit + 1).select_related("buyer", "invited", "case", "framework")


def _all_of(filters: Mapping[str, Any]) -> Q:
    return Q(**filters)


def position(project: Project, order: str) -> list[str]:
    """The place of a row in that order."""
    at: datetime = getattr(project, ORDERS[order][0].lstrip("-"))
    return [at.isoformat(), str(project.id)]


async def amendments_by_project(ids: Sequence[UUID]) -> list[list[ProjectAmendment]]:
    """Each project's amendments in order."""
    rows = await ProjectAmendment.filter(project_id__in=list(ids)).order_by("number")
    return [[r for r in rows if r.project_id == i] for i in ids]


async def projects_by_id(ids: Sequence[UUID]) -> list[Project | None]:
    """Projects in key order, with buyer, invited party and case."""
    rows = {p.id: p for p in await Project.filter(id__in=list(ids)).select_related("buyer", "invited", "case", "framework")}
    return [rows.get(i) for i in ids]


async def cases_by_id(ids: Sequence[UUID]) -> list[ApprovalCase | None]:
    """Approval cases in key order, with agency and applicant."""
    rows = {c.id: c for c in await ApprovalCase.filter(id__in=list(ids)).select_related("agency", "applicant")}
    return [rows.get(i) for i in ids]


async def next_rounds_by_project(ids: Sequence[UUID]) -> list[Project | None]:
    """The published round that followed, if any."""
    rows = await Project.filter(previous_round_id__in=list(ids)).exclude(state__in=[s.value for s in UNPUBLISHED])
    return [next((r for r in rows if r.previous_round_id == i), None) for i in ids]
