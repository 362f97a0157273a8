"""Posting and review of framework agreements; entering and leaving them while they last; the turns of a rotation."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from market import db, idempotency, lifecycle
from market.actors import Actor, Role
from market.catalogue import read as catalogue
from market.catalogue.models import ItemClass, ItemVersion
from market.clock import local_date
from market.errors import (
    AlreadyFiled,
    AppliesTooSoon,
    InvalidInput,
    ItemCancelled,
    NotFound,
    QualificationMissing,
    SelfDealing,
)
from market.frameworks import read
from market.frameworks.forms import PostFramework
from market.frameworks.models import Framework, FrameworkEntry, FrameworkItem, FrameworkTurn, TurnCause
from market.frameworks.states import MOVES, FrameworkState
from market.measures import read as measures
from market.parties import read as parties
from market.parties.models import Organisation
from market.permissions import Action, Subject
from market.text import new_code, one_published, typed_code
from market.usecase import authorise, rulebook, unit, use_case

REASON = 500


async def move(framework: Framework, name: str, **facts: Any) -> None:
    """The only door that writes ``state``. Of two that race one wins. Raises WrongState."""
    seen = framework.state
    framework.state = lifecycle.check("framework", MOVES, name, seen).target
    values = {n: getattr(framework, n) for n in ("state", "review_note", "reviewed_by_id", "published_at")}
    if not await Framework.filter(id=framework.id, state=seen).update(**values):
        lifecycle.check("framework", MOVES, name, (await Framework.get(id=framework.id)).state)
    unit().record(f"framework:{name}", f"framework:{framework.code}", **facts)


@use_case(Action.FRAMEWORK_POST)
async def post_framework(actor: Actor, form: PostFramework) -> Framework:
    """A new framework, under review. An agency posts it for what agencies commission, the operator for any items of one class.

    Raises InvalidInput, ItemCancelled, IdempotencyKeyReused.
    """
    authorise(Action.FRAMEWORK_POST, Subject.of(actor.party_id))
    party_id = actor.party_id or UUID(int=0)
    print_ = idempotency.fingerprint(b"", "post_framework", vars(form))
    done = await idempotency.seen(party_id, form.idempotency_key, print_)
    if done:
        unit().replayed = True
        return await Framework.get(id=done)
    form.check(unit().now, rulebook().duration("framework_longest", unit().now))
    framework = await _stored(actor, form, await _items(actor, form.item_codes))
    await idempotency.remember(party_id, form.idempotency_key, "post_framework", print_, framework.id)
    unit().record("framework:post", f"framework:{framework.code}")
    return framework


async def _items(actor: Actor, codes: Iterable[str]) -> list[ItemVersion]:
    """All in force, of one class, and such that the actor may choose who enters."""
    wanted = sorted({typed_code(code) for code in codes})
    items = [item for item in await catalogue.items_at_by_code(wanted, local_date(unit().now)) if item]
    if len(items) < len(wanted):
        raise InvalidInput.one("itemCodes", "unknown_code")
    _check_classes(actor, items)
    return items


def _check_classes(actor: Actor, items: list[ItemVersion]) -> None:
    classes = {item.item_class: item for item in items}
    if cancelled := classes.get(ItemClass.CANCELLED):
        raise ItemCancelled(cancelled.code, cancelled.legal_basis_zh)
    if len(classes) > 1:
        raise InvalidInput.one("itemCodes", "one_class")
    if Role.OPERATOR not in actor.roles and ItemClass.AGENCY_COMMISSIONED not in classes:
        raise InvalidInput.one("itemCodes", "framework_by_operator")


async def _stored(actor: Actor, form: PostFramework, items: list[ItemVersion]) -> Framework:
    framework = await Framework.create(
        code=new_code("KJ", unit().now),
        title=form.title.strip(),
        requirements=form.requirements.replace("\r\n", "\n").strip(),
        owner_id=actor.party_id,
        item_class=items[0].item_class,
        call_off=form.call_off,
        ceiling_fen=form.ceiling_fen,
        discount_bp=form.discount_bp,
        ends_at=form.ends_at,
        state=FrameworkState.UNDER_REVIEW,
        posted_by_id=actor.account_id,
        posted_at=unit().now,
    )
    for item in items:
        await FrameworkItem.create(framework=framework, item_code=item.code)
    return framework


@use_case(Action.FRAMEWORK_REVIEW)
async def review_framework(actor: Actor, code: str, *, approve: bool, note: str = "") -> Framework:
    """Publish a framework or return it with a note; never by whoever posted it.

    Raises NotFound, NotPermitted (four_eyes), WrongState, InvalidInput.
    """
    framework = await read.visible(actor, code)
    authorise(Action.FRAMEWORK_REVIEW, read.subject(framework))
    framework.review_note = one_published("note", note, REASON, required=not approve)
    framework.reviewed_by_id = actor.account_id
    if approve:
        framework.published_at = unit().now
        [items] = await read.items_by_framework([framework.id])
        await move(framework, "approve", **_told(framework), items=items)
    else:
        await move(framework, "return", note=framework.review_note)
    return framework


def _told(framework: Framework) -> dict[str, Any]:
    terms = {"callOff": framework.call_off, "ceilingFen": framework.ceiling_fen, "discountBp": framework.discount_bp}
    return terms | {"requirements": framework.requirements, "endsAt": framework.ends_at.isoformat()}


@use_case(Action.FRAMEWORK_ENTER)
async def enter_framework(actor: Actor, code: str) -> Framework:
    """An intermediary applies, at any time during the term. What the register can answer is asked of it at once.

    Who was refused or left waits for the rulebook's ``framework_reentry`` before it applies again: each application takes a decision,
    and nobody goes and comes between call-offs as it likes. Until when the owner decides says ``framework_decision``.
    Raises NotFound, NotPermitted, WrongState, SelfDealing, SignUpStopped, QualificationMissing, AlreadyFiled,
    AppliesTooSoon.
    """
    authorise(Action.FRAMEWORK_ENTER, Subject.of(actor.organisation_id))
    framework = await _held(actor, code)
    read.check_open(framework, unit().now)
    member = await Organisation.get(id=actor.organisation_id)
    if member.id == framework.owner_id:
        raise SelfDealing(framework.code)
    await measures.refuse(member.id, unit().now)
    await _check_qualified(framework, member.id)
    if await FrameworkEntry.exists(framework_id=framework.id, member_id=member.id, live=True):
        raise AlreadyFiled("entry", framework.code)
    await _check_waited(framework, member.id)
    entry = await FrameworkEntry.create(framework=framework, member=member, applied_by_id=actor.account_id, applied_at=unit().now)
    told = {"member": member.code, "decideBy": read.decide_by(entry).isoformat()}
    unit().record("framework:enter", f"framework:{framework.code}", **told)
    return framework


async def _check_waited(framework: Framework, member_id: UUID) -> None:
    """Raises AppliesTooSoon."""
    for ended in await FrameworkEntry.filter(framework_id=framework.id, member_id=member_id, live=None):
        again_at = rulebook().deadline("framework_reentry", ended.left_at or ended.decided_at or ended.applied_at).at
        if unit().now < again_at:
            raise AppliesTooSoon(framework.code, again_at)


async def _check_qualified(framework: Framework, organisation_id: UUID) -> None:
    """All that the framework's items demand, today. Raises QualificationMissing."""
    today = local_date(unit().now)
    [codes] = await read.items_by_framework([framework.id])
    for item in await catalogue.items_at_by_code(codes, today):
        needed = item.qualification_zh if item else ""
        if needed and not await parties.holds_qualification(organisation_id, needed, today):
            raise QualificationMissing(needed)


@use_case(Action.FRAMEWORK_ADMIT)
async def decide_entry(actor: Actor, code: str, member_code: str, *, admit: bool, reason: str = "") -> Framework:
    """Admit an applicant, or refuse it with a reason that is published; after a while it may apply again. Nobody decides on its own.

    Raises NotFound, NotPermitted, InvalidInput, SelfDealing, QualificationMissing.
    """
    framework = await _held(actor, code)
    authorise(Action.FRAMEWORK_ADMIT, read.subject(framework))
    words = one_published("reason", reason, REASON, required=not admit)
    waiting = FrameworkEntry.filter(framework_id=framework.id, live=True, decided_at=None)
    member = await parties.require_organisation(member_code)
    entry = await waiting.filter(member_id=member.id).first()
    if entry is None:
        raise NotFound("entry", member_code[:40])
    if await parties.is_member(actor.account_id or UUID(int=0), member.id):
        raise SelfDealing(framework.code)
    if admit:
        await _check_qualified(framework, entry.member_id)
    decided = {"admitted": admit, "reason": words, "decided_at": unit().now, "decided_by_id": actor.account_id}
    if not await waiting.filter(id=entry.id).update(**decided, live=True if admit else None):
        raise NotFound("entry", member_code[:40])
    unit().record("framework:decide", f"framework:{framework.code}", member=member.code, admitted=admit, reason=words)
    return framework


@use_case(Action.FRAMEWORK_ENTER)
async def leave_framework(actor: Actor, code: str) -> Framework:
    """Leave, or take the application back. Quotes already given stay; so do the turns, if it comes again. Raises NotFound."""
    authorise(Action.FRAMEWORK_ENTER, Subject.of(actor.organisation_id))
    framework = await _held(actor, code)
    member = await Organisation.get(id=actor.organisation_id)
    mine = FrameworkEntry.filter(framework_id=framework.id, member_id=member.id, live=True)
    if not await mine.update(live=None, left_at=unit().now):
        raise NotFound("entry", member.code)
    unit().record("framework:leave", f"framework:{framework.code}", member=member.code)
    return framework


async def hold(framework_id: UUID) -> None:
    """Until the transaction ends nobody else enters, leaves or has a turn: call-offs of one framework are decided one after the other."""
    await db.lock(Framework, framework_id, "NO KEY UPDATE")


async def _held(actor: Actor, code: str) -> Framework:
    """The framework, held, and the time from then on: an opening that went first must not find, when it is recomputed, that somebody
    entered or left before it. Raises NotFound."""
    framework = await read.visible(actor, code)
    await hold(framework.id)
    unit().now = await db.now()
    return framework


async def add_turns(framework_id: UUID, project_code: str, turns: Iterable[tuple[str, TurnCause]]) -> None:
    """Who lost its turn at a call-off and who has it, in order, in the caller's transaction; ``log`` and rows say the same."""
    await hold(framework_id)
    framework = await Framework.get(id=framework_id)
    number = await FrameworkTurn.filter(framework_id=framework_id).count()
    for code, cause in turns:
        number += 1
        member = await parties.require_organisation(code)
        told = {"number": number, "member": code, "project": project_code, "cause": cause.value}
        unit().record_anonymous("framework:turn", f"framework:{framework.code}", **told)
        values: dict[str, Any] = {"member": member, "project_code": project_code, "cause": cause, "at": unit().now}
        await FrameworkTurn.create(framework=framework, number=number, **values)
