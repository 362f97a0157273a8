"""Platform measures: a published scale, a notice, a hearing, another person's decision, an appeal to a third; sign-up alone is stopped."""

import asyncio
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from market import clock, errors
from market.actors import ANONYMOUS, Actor, Role
from market.frameworks import service as frameworks
from market.log.models import LogEntry
from market.measures import grounds, read, service
from market.measures.models import Measure
from market.measures.states import MeasureKind, MeasureState
from market.oversight.evidence import number_of
from market.parties.models import Membership
from market.projects import service as projects
from market.projects.models import SelectionMethod
from market.quotes import service as quotes
from market.usecase import rulebook
from tests import contest, factories_frameworks
from tests.contest import NOON, member
from tests.factories_measures import HEARD, NOW, case, form, imposed, office, proposed

pytestmark = pytest.mark.usefixtures("database", "shipped_catalogue")


async def read_by(actor: Actor, measure: Measure, at: datetime = HEARD) -> bool:
    """Whether it finds the measure, by its code and in the list alike."""
    one = await read.measure_by_code(actor, measure.code, at)
    listed = await read.page(read.listing(actor, read.MeasureFilter(), at), None, 9)
    assert (one is not None) == (measure.id in {row.id for row in listed})
    return one is not None


async def test_a_notice_a_hearing_and_another_persons_decision() -> None:
    """Nobody imposes before the intermediary was heard or its days are over, nor what it proposed itself."""
    supplier, contract = await case()
    first, second, third = await office(3)
    measure = await proposed(first, contract)
    assert (measure.state, measure.state_by) == (MeasureState.PROPOSED, HEARD)
    with clock.fixed(NOW):
        with pytest.raises(errors.StatementAwaited):
            await service.decide_measure(second, measure.code, "属实", impose=True)
        with pytest.raises(errors.NotPermitted):
            await service.state_case(await member(Role.OPERATOR), measure.code, "x")
        assert (await service.state_case(supplier, measure.code, "是加做的工作")).statement == "是加做的工作"
        with pytest.raises(errors.WrongState):
            await service.state_case(supplier, measure.code, "再说")
        with pytest.raises(errors.NotPermitted):
            await service.decide_measure(first, measure.code, "属实", impose=True)
        done = await service.decide_measure(second, measure.code, "属实", impose=True)
        with pytest.raises(errors.WrongState):
            await service.decide_measure(third, measure.code, "属实", impose=True)
    assert done.ends_at == NOW + timedelta(days=60) and read.is_in_force(done, NOW) and not read.is_in_force(done, done.ends_at)
    assert done.appeal_by == HEARD and done.shown_until == NOW + timedelta(days=1826)
    told = [entry.action for entry in await LogEntry.filter(subject=f"measure:{done.code}").order_by("seq")]
    assert told == ["measure:propose", "measure:state_case", "measure:impose"]


async def test_the_hearing_has_an_end_and_a_dropped_one_is_nobodys_business() -> None:
    """Late is late; what was only proposed, or dropped, is read by the intermediary, the operator and regulators alone."""
    supplier, contract = await case()
    first, second = await office(2)
    measure = await proposed(first, contract)
    with clock.fixed(HEARD), pytest.raises(errors.DeadlinePassed):
        await service.state_case(supplier, measure.code, "x")
    others = [ANONYMOUS, *[await member(role) for role in (Role.APPLICANT, Role.AGENCY, Role.INTERMEDIARY)]]
    inside = [supplier, first, await member(Role.REGULATOR)]
    with clock.fixed(HEARD), pytest.raises(errors.NotFound):
        await service.appeal_measure(others[-1], measure.code, "x")
    for decided in (False, True):
        if decided:
            with clock.fixed(HEARD):
                await service.decide_measure(second, measure.code, "证据不足", impose=False)
        assert not any([await read_by(actor, measure) for actor in others])
        assert all([await read_by(actor, measure) for actor in inside])
    with clock.fixed(HEARD):
        again = await service.propose_measure(first, form(contract), number_of)
    assert again.code != measure.code


async def test_an_appeal_goes_to_a_third_and_suspends_nothing() -> None:
    """Neither who proposed nor who decided; annulled, nobody else reads it and it counts no more."""
    supplier, contract = await case()
    first, second, third = await office(3)
    measure = await imposed(contract, [first, second])
    with clock.fixed(HEARD):
        assert await read_by(ANONYMOUS, measure)
        appealed = await service.appeal_measure(supplier, measure.code, "那是加做的工作")
        assert appealed.decide_by == rulebook().deadline("measure_appeal_decision", HEARD).at
        assert read.is_in_force(appealed, HEARD)
        with pytest.raises(errors.WrongState):
            await service.appeal_measure(supplier, measure.code, "再申诉")
        with pytest.raises(errors.WrongState):
            await service.lift_measure(third, measure.code, "x")
        for who in (first, second):
            with pytest.raises(errors.NotPermitted):
                await service.decide_measure_appeal(who, measure.code, "x", annul=True)
        annulled = await service.decide_measure_appeal(third, measure.code, "确是加做", annul=True)
    assert annulled.state == MeasureState.ANNULLED and not read.is_in_force(annulled, HEARD)
    assert await read_by(supplier, annulled) and not await read_by(ANONYMOUS, annulled)
    assert await read.stopping(measure.intermediary_id, HEARD) is None


async def test_an_appeal_has_five_working_days_and_repair_ends_it_early() -> None:
    """Upheld it stands; lifted, it stays to be read, for it was right until then; after five years it is told to nobody else."""
    supplier, contract = await case()
    first, second, third = await office(3)
    measure = await imposed(contract, [first, second])
    assert measure.appeal_by and measure.shown_until
    with clock.fixed(measure.appeal_by), pytest.raises(errors.DeadlinePassed):
        await service.appeal_measure(supplier, measure.code, "x")
    with clock.fixed(HEARD):
        await service.appeal_measure(supplier, measure.code, "x")
        assert (await service.decide_measure_appeal(third, measure.code, "属实", annul=False)).state == MeasureState.UPHELD
        with pytest.raises(errors.NotPermitted):
            await service.lift_measure(second, measure.code, "已退款")
        lifted = await service.lift_measure(third, measure.code, "已退款")
    assert await read_by(ANONYMOUS, lifted) and not read.is_in_force(lifted, HEARD)
    assert not await read_by(ANONYMOUS, lifted, measure.shown_until) and await read_by(supplier, lifted, measure.shown_until)


async def test_nobody_goes_beyond_the_published_scale() -> None:
    """60 days the first time, 180 the second within a year, never a removal, never longer than the rulebook lets any pause be."""
    _, contract = await case()
    people = await office(2)
    for heavier in ({"pause_days": 61}, {"kind": MeasureKind.REMOVAL, "pause_days": None}):
        with pytest.raises(errors.MeasureTooHeavy) as refused:
            await proposed(people[0], contract, **heavier)
        assert (refused.value.allowed, refused.value.allowed_days) == ("pause", 60)
    for wrong in ({"pause_days": 181}, {"pause_days": 0}, {"pause_days": None}, {"kind": MeasureKind.WARNING}):
        with pytest.raises(errors.InvalidInput):
            await proposed(people[0], contract, **wrong)
    await imposed(contract, people, kind=MeasureKind.WARNING, pause_days=None)
    with pytest.raises(errors.AlreadyFiled):
        await proposed(people[0], contract, HEARD)
    await Measure.all().update(evidence="else")
    assert (await proposed(people[0], contract, HEARD, pause_days=180)).pause_days == 180
    await Measure.filter(state=MeasureState.PROPOSED).delete()
    with pytest.raises(errors.MeasureTooHeavy):
        await proposed(people[0], contract, HEARD + timedelta(days=365), pause_days=180)


async def test_a_ground_is_published_and_its_evidence_concerns_the_intermediary() -> None:
    """Not one of before its publication, of another's contract, of a sealed quote, of tomorrow; no ID number in what will be public."""
    supplier, contract = await case()
    _, other = await case()
    operator, applicant = await member(Role.OPERATOR), await member(Role.APPLICANT)
    sealed = await contest.published(applicant, contest.form(contest.CHOICE_ITEM, told_not_obliged=True))
    await contest.quoted(supplier, sealed, 100)
    wrong = [{"ground": "none"}, {"happened_on": date(2023, 12, 31)}, {"happened_on": date(2026, 12, 15)}]
    wrong += [{"evidence": number} for number in (other.contract_no, sealed.code, "", "XM-nie")]
    wrong += [{"facts": ""}, {"facts": "经办人 330902199001010016"}]
    for changes in wrong:
        with pytest.raises(errors.InvalidInput):
            await proposed(operator, contract, **changes)
    await contest.opened(sealed)
    assert await number_of(sealed.code.lower(), contract.supplier_id) == sealed.code
    assert {step.kind for ground in grounds.listed() for step in ground.steps} == set(MeasureKind)
    longest = rulebook().duration("measure_pause_longest", NOW).days
    assert all((step.days or 0) <= longest for ground in grounds.listed() for step in ground.steps)


async def test_nobody_acts_against_a_rival_or_for_its_own() -> None:
    """Somebody of the operator who acts for an intermediary, or once acted for this one, has no part in it."""
    supplier, contract = await case()
    rival, once = await office(2)
    own = await member(Role.INTERMEDIARY)
    await Membership.create(account_id=rival.account_id, organisation_id=own.organisation_id, role=Role.INTERMEDIARY, since=NOON)
    held = {"organisation_id": supplier.organisation_id, "role": Role.INTERMEDIARY, "since": NOON, "ended_at": NOON}
    await Membership.create(account_id=once.account_id, **held)
    for who in (rival, once):
        with pytest.raises(errors.SelfDealing):
            await proposed(who, contract)
    assert not await Measure.exists()


async def test_sign_up_is_stopped_and_nothing_else() -> None:
    """No new quote, no framework, no naming in a direct selection; a quote that is there may be replaced and withdrawn; then it ends."""
    supplier, contract = await case()
    applicant = await member(Role.APPLICANT)
    posted = contest.form(contest.CHOICE_ITEM, told_not_obliged=True)
    begun, fresh = (
        await contest.published(applicant, posted),
        await contest.published(applicant, contest.again(posted, idempotency_key="k")),
    )
    _, framework = await factories_frameworks.open_framework()
    await contest.quoted(supplier, begun, 100)
    measure = await imposed(contract, await office(2))
    await Measure.filter(id=measure.id).update(ends_at=NOON + timedelta(hours=1))
    with clock.fixed(NOON):
        with pytest.raises(errors.SignUpStopped) as refused:
            await contest.quoted(supplier, fresh, 100)
        assert (refused.value.measure_code, refused.value.kind) == (measure.code, "pause")
        with pytest.raises(errors.SignUpStopped):
            await frameworks.enter_framework(supplier, framework.code)
        named = {"method": SelectionMethod.DIRECT, "invited_code": contract.supplier.code, "idempotency_key": uuid4().hex}
        with pytest.raises(errors.InvalidInput) as unnamed:
            await projects.post_project(applicant, contest.again(posted, **named))
        assert unnamed.value.fields[0].code == "under_measure"
        await contest.quoted(supplier, begun, 90)
        await quotes.withdraw_quote(supplier, begun.code)
        await Measure.filter(id=measure.id).update(kind=MeasureKind.REMOVAL, pause_days=None)
        with pytest.raises(errors.SignUpStopped):
            await contest.quoted(supplier, begun, 90)
    await contest.quoted(supplier, fresh, 100, NOON + timedelta(hours=1))


async def test_a_warning_stops_nothing_and_of_two_decisions_one_counts() -> None:
    """Ten at once: one decides, the others are told that it was."""
    supplier, contract = await case()
    people = await office(11)
    measure = await proposed(people[0], contract, kind=MeasureKind.WARNING, pause_days=None)
    with clock.fixed(HEARD):
        tries = (service.decide_measure(who, measure.code, "属实", impose=True) for who in people[1:])
        done = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, Measure) for one in done) == 1
    assert {type(one) for one in done if not isinstance(one, Measure)} == {errors.WrongState}
    await read.refuse(supplier.organisation_id or uuid4(), HEARD)
