"""平台措施: prior notice, a word from the intermediary, a decision by another person, one appeal to a third. Source: domain.md §2.12.

The platform's own three measures and nothing more: other credit information comes from Credit Zhejiang. What is written here is
published once a measure is imposed; until then, and in the log, only those whom it concerns read it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from market import db, lifecycle
from market.actors import Actor, Role
from market.clock import local_date
from market.errors import (
    AlreadyFiled,
    DeadlinePassed,
    InvalidInput,
    MeasureTooHeavy,
    NotFound,
    SelfDealing,
    StatementAwaited,
    WrongState,
)
from market.measures import grounds, read
from market.measures.grounds import Ground, Step
from market.measures.models import Measure
from market.measures.states import MOVES, PUBLIC, STANDING, MeasureKind, MeasureState
from market.parties import read as parties
from market.parties import roles
from market.parties.models import Organisation
from market.permissions import Action, Subject
from market.text import Checker, new_code, one_published, typed_code
from market.usecase import authorise, rulebook, unit, use_case

TEXT = 1000

Evidence = Callable[[str, UUID], Awaitable[str]]
"""The number of a project, contract or case as it is stored, "" unless it concerns this intermediary. Those nouns come later than this
one, so it is passed in: ``oversight.evidence.number_of``."""


@dataclass(frozen=True)
class ProposeMeasure:
    """``pause_days``: of a pause only. ``happened_on``: a ground that was not yet published then is none."""

    intermediary_code: str
    ground: str
    happened_on: date
    facts: str
    evidence: str
    kind: MeasureKind
    pause_days: int | None = None


async def move(measure: Measure, name: str, **values: Any) -> Measure:
    """The only door that writes ``state``. Of two that race one wins. Raises WrongState.

    The log has no words and is silent to the public: after its years a measure is forgotten, and nobody can take back the log.
    """
    seen = measure.state
    values["state"] = lifecycle.check("measure", MOVES, name, seen).target
    if not await Measure.filter(id=measure.id, state=seen).update(**values):
        lifecycle.check("measure", MOVES, name, (await Measure.get(id=measure.id)).state)
    unit().record(f"measure:{name}", f"measure:{measure.code}")
    return await _loaded(measure.id)


@use_case(Action.MEASURE_PROPOSE)
async def propose_measure(actor: Actor, form: ProposeMeasure, evidence: Evidence) -> Measure:
    """The prior notice: what the operator means to do and why; the intermediary has the rulebook's days to state its case.

    Raises NotPermitted, InvalidInput, SelfDealing, MeasureTooHeavy, AlreadyFiled.
    """
    authorise(Action.MEASURE_PROPOSE)
    intermediary = await parties.named(form.intermediary_code, "intermediaryCode")
    await db.lock(Organisation, intermediary.id, "NO KEY UPDATE")
    await _refuse_interested(actor, intermediary)
    facts, ground = _checked(form, intermediary)
    step = _step(form.kind, form.pause_days)
    number = await evidence(form.evidence, intermediary.id)
    if not number:
        raise InvalidInput.one("evidence", "not_of_this_intermediary")
    await _refuse_heavier(intermediary.id, ground, step)
    same = Measure.filter(intermediary_id=intermediary.id, ground=ground.code, evidence=number)
    known = await same.filter(state__in=(MeasureState.PROPOSED, *PUBLIC)).first()
    if known:
        raise AlreadyFiled("measure", known.code)
    measure = await Measure.create(
        code=new_code("CS", unit().now),
        intermediary=intermediary,
        kind=step.kind,
        pause_days=step.days,
        ground=ground.code,
        happened_on=form.happened_on,
        facts=facts,
        evidence=number,
        state=MeasureState.PROPOSED,
        proposed_at=unit().now,
        proposed_by_id=actor.account_id,
        state_by=rulebook().deadline("measure_statement", unit().now).at,
    )
    unit().record("measure:propose", f"measure:{measure.code}", ground=ground.code, kind=step.kind.value, days=step.days)
    return await _loaded(measure.id)


def _checked(form: ProposeMeasure, intermediary: Organisation) -> tuple[str, Ground]:
    check, ground = Checker(), grounds.find(form.ground, form.happened_on)
    facts = check.published("facts", form.facts, TEXT, lines=True)
    check.text("evidence", form.evidence, 60)
    if not roles.fits(intermediary.kind, Role.INTERMEDIARY):
        check.add("intermediaryCode", "not_an_intermediary")
    if form.happened_on > local_date(unit().now):
        check.add("happenedOn", "not_yet")
    if ground is None:
        check.add("ground", "no_such_ground", on=form.happened_on)
    check.done()
    if ground is None:
        raise AssertionError("unreachable")
    return facts, ground


def _step(kind: MeasureKind, days: int | None) -> Step:
    """Raises InvalidInput."""
    check, longest = Checker(), rulebook().duration("measure_pause_longest", unit().now).days
    if (kind is MeasureKind.PAUSE) != (days is not None):
        check.add("pauseDays", "required" if days is None else "not_allowed_here")
    elif days is not None:
        check.whole("pauseDays", days, 1, longest)
    check.done()
    return Step(kind, days)


async def _refuse_heavier(intermediary_id: UUID, ground: Ground, step: Step) -> None:
    """The scale, applied by code: the operator may stay below it and never goes beyond. Raises MeasureTooHeavy."""
    since = unit().now - rulebook().duration("measure_repeat", unit().now)
    stood = Measure.filter(intermediary_id=intermediary_id, ground=ground.code, state__in=PUBLIC, decided_at__gt=since)
    most = ground.heaviest(await stood.count())
    if step.weight > most.weight:
        raise MeasureTooHeavy(ground.code, step.kind, most.kind, most.days or 0)


async def _refuse_interested(actor: Actor, intermediary: Organisation) -> None:
    """Nobody who acts or acted for it, nor for any intermediary, which might be its rival. Raises SelfDealing."""
    account = actor.account_id
    if await parties.acts_for_intermediary(actor) or (account and await parties.is_member(account, intermediary.id)):
        raise SelfDealing(intermediary.code, "same_person")


@use_case(Action.MEASURE_ANSWER)
async def state_case(actor: Actor, code: str, statement: str) -> Measure:
    """The intermediary is heard, once, before the decision. Raises NotFound, NotPermitted, InvalidInput, WrongState, DeadlinePassed."""
    measure = await _own(actor, code)
    words = one_published("statement", statement, TEXT, lines=True)
    if measure.state != MeasureState.PROPOSED or measure.stated_at is not None:
        state = "case_stated" if measure.stated_at else measure.state
        raise WrongState("measure", state, (MeasureState.PROPOSED.value,))
    _refuse_late(measure.state_by)
    await Measure.filter(id=measure.id).update(statement=words, stated_at=unit().now)
    unit().record("measure:state_case", f"measure:{measure.code}")
    return await _loaded(measure.id)


def _refuse_late(until: datetime) -> None:
    """Raises DeadlinePassed."""
    if unit().received_at >= until:
        raise DeadlinePassed(until, unit().received_at)


@use_case(Action.MEASURE_DECIDE)
async def decide_measure(actor: Actor, code: str, reason: str, *, impose: bool) -> Measure:
    """Another person than who proposed it imposes or drops it, with reasons; nobody imposes before the intermediary was heard or its
    days are over. In force at once: who would have it lighter drops it and proposes the lighter one.

    Raises NotFound, NotPermitted (four_eyes), SelfDealing, InvalidInput, WrongState, StatementAwaited, MeasureTooHeavy.
    """
    measure = await _decided_by(actor, code)
    now, words = unit().now, one_published("reason", reason, TEXT, lines=True)
    decided = {"reason": words, "decided_at": now, "decided_by_id": actor.account_id}
    if not impose:
        return await move(measure, "drop", **decided)
    lifecycle.check("measure", MOVES, "impose", measure.state)
    if measure.stated_at is None and now < measure.state_by:
        raise StatementAwaited(measure.code, measure.state_by)
    ground, step = grounds.find(measure.ground, measure.happened_on), Step(MeasureKind(measure.kind), measure.pause_days)
    if ground is None:
        raise InvalidInput.one("code", "no_such_ground", on=measure.happened_on)
    await _refuse_heavier(measure.intermediary_id, ground, step)
    shown = now + rulebook().duration("measure_shown", now)
    ends = now + timedelta(days=step.days) if step.days else shown
    limits = {"ends_at": ends, "shown_until": shown, "appeal_by": rulebook().deadline("measure_appeal", now).at}
    return await move(measure, "impose", **decided, **limits)


@use_case(Action.MEASURE_ANSWER)
async def appeal_measure(actor: Actor, code: str, reason: str) -> Measure:
    """The intermediary asks a third person to annul it, once; until that is decided it stays in force.

    Raises NotFound, NotPermitted, InvalidInput, WrongState, DeadlinePassed.
    """
    measure = await _own(actor, code)
    words = one_published("reason", reason, TEXT, lines=True)
    lifecycle.check("measure", MOVES, "appeal", measure.state)
    _refuse_late(measure.appeal_by or unit().now)
    decide_by = rulebook().deadline("measure_appeal_decision", unit().now).at
    return await move(measure, "appeal", appeal_reason=words, appealed_at=unit().now, decide_by=decide_by)


@use_case(Action.MEASURE_DECIDE)
async def decide_measure_appeal(actor: Actor, code: str, reason: str, *, annul: bool) -> Measure:
    """A third person, who neither proposed nor decided, upholds or annuls it, with reasons; annulled, it is no longer shown to anybody
    else and no longer counts, for it should not have been.

    Raises NotFound, NotPermitted (four_eyes), SelfDealing, InvalidInput, WrongState.
    """
    measure = await _decided_by(actor, code)
    words = one_published("reason", reason, TEXT, lines=True)
    values = {"appeal_decision": words, "appeal_decided_at": unit().now, "appeal_decided_by_id": actor.account_id}
    return await move(measure, "annul" if annul else "uphold", **values)


@use_case(Action.MEASURE_DECIDE)
async def lift_measure(actor: Actor, code: str, reason: str) -> Measure:
    """修复: end it early with reasons, by neither who proposed nor who decided it; not while an appeal waits for its own answer.

    Raises NotFound, NotPermitted (four_eyes), SelfDealing, InvalidInput, WrongState.
    """
    measure = await _decided_by(actor, code)
    words = one_published("reason", reason, TEXT, lines=True)
    if measure.state in STANDING and not read.is_in_force(measure, unit().now):
        raise WrongState("measure", "ended", tuple(state.value for state in lifecycle.find(MOVES, "lift").sources))
    return await move(measure, "lift", lift_reason=words, lifted_at=unit().now, lifted_by_id=actor.account_id)


async def _own(actor: Actor, code: str) -> Measure:
    """The intermediary's own, locked. Raises NotFound, NotPermitted."""
    measure = await _locked(actor, code)
    authorise(Action.MEASURE_ANSWER, Subject.of(measure.intermediary_id))
    return measure


async def _decided_by(actor: Actor, code: str) -> Measure:
    """Locked, for somebody of the operator who has had no part in it. Raises NotFound, NotPermitted, SelfDealing."""
    measure = await _locked(actor, code)
    authorise(Action.MEASURE_DECIDE, read.subject(measure))
    await _refuse_interested(actor, measure.intermediary)
    return measure


async def _locked(actor: Actor, code: str) -> Measure:
    """Raises NotFound, also where the actor may not know of it."""
    found = await Measure.filter(code=typed_code(code)).select_for_update().first()
    if found is None or not read.may_read(actor, found, unit().now):
        raise NotFound("measure", code[:40])
    return await _loaded(found.id)


async def _loaded(measure_id: UUID) -> Measure:
    return await Measure.get(id=measure_id).select_related("intermediary")
