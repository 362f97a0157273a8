"""Posting, review, amendment, withdrawal: the life of a project until its quotes are opened."""

from typing import Any
from uuid import UUID

from market import idempotency, lifecycle
from market.actors import Actor
from market.errors import ConcurrentChange, InvalidInput, OpenPeriodTooShort, WrongState
from market.parties.models import Organisation
from market.permissions import Action, Subject
from market.projects import auction, cases, narrow, notice, posting, read
from market.projects.forms import AmendProject, PostProject
from market.projects.models import Project, ProjectAmendment
from market.projects.states import MOVES, ProjectState
from market.text import new_code, one_published
from market.usecase import authorise, rulebook, unit, use_case


async def move(project: Project, name: str, **facts: Any) -> None:
    """The only door that writes ``state``: check the table, save with the other changed fields, log.

    The version that was read must still be the stored one, so of two that race one wins. Raises WrongState.
    """
    seen = (project.state, project.version)
    step = lifecycle.check("project", MOVES, name, project.state)
    project.state, project.version = step.target, project.version + 1
    values = {n: getattr(project, n) for n in project._meta.db_fields if n != "id"}
    if not await Project.filter(id=project.id, state=seen[0], version=seen[1]).update(**values):
        raise WrongState("project", seen[0], tuple(s.value for s in step.sources))
    unit().record(f"project:{name}", f"project:{project.code}", state=step.target.value, **facts)


async def locked(actor: Actor, code: str) -> Project:
    """The project, locked for change until the transaction ends. Raises NotFound when absent or not visible."""
    return await read.visible(actor, code, for_update=True)


@use_case(Action.PROJECT_POST)
async def post_project(actor: Actor, form: PostProject) -> Project:
    """A new draft for the actor's party. The item's class decides who may; see ``posting``.

    Raises InvalidInput, ItemCancelled, MayNotCommission, MustBeCompetitive, NotToldNotObliged, IdempotencyKeyReused.
    """
    authorise(Action.PROJECT_POST, Subject.of(actor.party_id))
    party_id = actor.party_id or UUID(int=0)
    print_ = idempotency.fingerprint(b"", "post_project", vars(form))
    done = await idempotency.seen(party_id, form.idempotency_key, print_)
    if done:
        unit().replayed = True
        return await Project.get(id=done)
    form.check(unit().now)
    project = await _draft(actor, form)
    await idempotency.remember(party_id, form.idempotency_key, "post_project", print_, project.id)
    unit().record("project:post", f"project:{project.code}", item=project.item_code, itemClass=project.item_class)
    return project


async def _draft(actor: Actor, form: PostProject) -> Project:
    now = unit().now
    item = await posting.item_in_force(form.item_code, now)
    posting.check_class(actor, item, form)
    buyer = await Organisation.get(id=actor.party_id)
    previous = await _previous_round(form.previous_round, buyer.id)
    framework, ceiling_fen = await posting.called_off(form)
    project = Project(
        code=new_code("XM", now),
        title=form.title.strip(),
        requirements=form.requirements.strip(),
        item_code=item.code,
        item_class=item.item_class,
        purpose=form.purpose,
        buyer=buyer,
        case=await cases.file_case(form.case, buyer),
        budget_line=form.budget_line.strip(),
        method=form.method,
        quoting=form.quoting,
        seal_mode=form.seal_mode,
        parameters=form.parameters.stored(),
        invited=await posting.invited(form.invited_code),
        framework=framework,
        ceiling_fen=ceiling_fen,
        service_working_days=form.service_working_days,
        told_not_obliged_at=now if form.told_not_obliged else None,
        state=ProjectState.DRAFT,
        posted_by_id=actor.account_id,
        posted_at=now,
        wanted_closes_at=form.closes_at,
        auction_starts_at=form.auction_starts_at,
        previous_round=previous,
        beacon_name=form.beacon.name.strip() if form.beacon else "",
        beacon_at=form.beacon.at if form.beacon else None,
    )
    posting.check_beacon(project, now)
    await project.save()
    return project


async def _previous_round(code: str | None, buyer_id: object) -> Project | None:
    if code is None:
        return None
    ended = (ProjectState.UNSUCCESSFUL, ProjectState.CANCELLED)
    project = await Project.get_or_none(code=code, buyer_id=buyer_id, state__in=ended)
    if project is None:
        raise InvalidInput.one("previousRound", "unknown_code")
    return project


@use_case(Action.PROJECT_EDIT)
async def submit_for_review(actor: Actor, code: str, narrow_reason: str = "") -> Project:
    """Draft → under review; ``narrow_reason`` is asked for where few can serve it.

    Raises NotFound, NotPermitted, WrongState, InvalidInput.
    """
    project = await locked(actor, code)
    authorise(Action.PROJECT_EDIT, read.subject(project))
    project.submitted_by_id = actor.account_id
    lifecycle.check("project", MOVES, "submit", project.state)
    await narrow.explain(project, narrow_reason)
    await move(project, "submit")
    return project


@use_case(Action.PROJECT_REVIEW)
async def review_project(actor: Actor, code: str, *, approve: bool, note: str = "") -> Project:
    """Publish a project or return it with a note; never by whoever posted, amended or submitted it.

    Raises NotFound, NotPermitted (four_eyes), WrongState, InvalidInput, ItemCancelled, OpenPeriodTooShort, TooFewMembers.
    """
    project = await locked(actor, code)
    authorise(Action.PROJECT_REVIEW, await read.authored(project))
    project.review_note = one_published("note", note, 500, required=not approve)
    project.reviewed_by_id = actor.account_id
    if approve:
        await _publish(project)
    else:
        await move(project, "return", note=project.review_note)
    return project


async def _publish(project: Project) -> None:
    now, book = unit().now, rulebook()
    item = await posting.item_in_force(project.item_code, now)
    if item.item_class != project.item_class:
        raise InvalidInput.one("code", "class_changed", before=project.item_class, now=item.item_class)
    project.published_at = now
    await posting.check_members(project, read.side(project))
    earliest = book.deadline("open_period", now).at
    project.closes_at = project.wanted_closes_at or earliest
    if project.closes_at < earliest:
        raise OpenPeriodTooShort(project.closes_at, earliest)
    project.terms = read.terms(project, now, book)
    project.next_check_at = read.opens_at(project)
    posting.check_beacon(project, now)
    auction.check(project)
    await narrow.count_again(project)
    field = {"able": project.able_count, "narrowReason": project.narrow_reason, "notice": await notice.facts(project)}
    await move(project, "approve", closesAt=project.closes_at.isoformat(), terms=project.terms, **field)


@use_case(Action.PROJECT_EDIT)
async def amend_project(actor: Actor, form: AmendProject) -> Project:
    """Change a draft, or an open notice before its deadline: numbered, reasoned, and bidders get a full open period again.

    Raises NotFound, NotPermitted, WrongState, ConcurrentChange, OpenPeriodTooShort, InvalidInput.
    """
    project = await locked(actor, form.code)
    authorise(Action.PROJECT_EDIT, read.subject(project))
    changes = form.changes()
    _check_amendable(project, form, changes)
    before, published = await notice.facts(project), project.state == ProjectState.OPEN
    number = await _apply_amendment(actor, project, changes, form.reason)
    told: dict[str, Any] = {"number": number, "reason": form.reason.strip()}
    if published:  # everybody reads it; a draft is nobody else's, so its changes are logged apart
        told["changes"] = {name: value for name, value in (await notice.facts(project)).items() if value != before[name]}
    unit().record("project:amend_notice" if published else "project:amend", f"project:{project.code}", **told)
    return project


def _check_amendable(project: Project, form: AmendProject, changes: dict[str, Any]) -> None:
    if project.version != form.seen_version:
        raise ConcurrentChange("project", form.seen_version, project.version)
    if project.framework_id and "ceiling_fen" in changes:
        raise InvalidInput.one("ceiling", "not_allowed_here")  # the framework has said what a call-off may cost
    is_open = project.state == ProjectState.OPEN and project.closes_at is not None and unit().received_at <= project.closes_at
    if project.state != ProjectState.DRAFT and not is_open:
        raise WrongState("project", project.state, (ProjectState.DRAFT, ProjectState.OPEN))


async def _apply_amendment(actor: Actor, project: Project, changes: dict[str, Any], reason: str) -> int:
    now = unit().now
    published = project.state == ProjectState.OPEN
    if "closes_at" in changes and not published:
        changes["wanted_closes_at"] = changes.pop("closes_at")
    noted = {name: [str(getattr(project, name)), str(value)] for name, value in changes.items()}
    project.update_from_dict(changes)
    project.version += 1
    if published:
        earliest = rulebook().deadline("open_period", now).at
        project.next_check_at = read.opens_at(project)
        if project.closes_at and project.closes_at < earliest:
            raise OpenPeriodTooShort(project.closes_at, earliest)
    posting.check_beacon(project, now)
    await project.save()
    number = await ProjectAmendment.filter(project_id=project.id).count() + 1
    await ProjectAmendment.create(
        project=project, number=number, changes=noted, reason=reason.strip(), amended_by_id=actor.account_id, amended_at=now
    )
    return number


@use_case(Action.PROJECT_EDIT)
async def withdraw_project(actor: Actor, code: str, reason: str) -> Project:
    """Take back a project: before publication withdrawn, until its deadline cancelled, both with a reason.

    Raises NotFound, NotPermitted, WrongState, InvalidInput.
    """
    project = await locked(actor, code)
    authorise(Action.PROJECT_EDIT, read.subject(project))
    project.outcome_reason = one_published("reason", reason, 500)
    closed = project.closes_at is not None and unit().received_at > project.closes_at
    if project.state == ProjectState.OPEN and closed:
        raise WrongState("project", ProjectState.CLOSED, (ProjectState.DRAFT, ProjectState.UNDER_REVIEW, ProjectState.OPEN))
    project.next_check_at = None
    await move(project, "cancel" if project.state == ProjectState.OPEN else "withdraw", reason=project.outcome_reason)
    return project
