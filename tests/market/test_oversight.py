"""Oversight on a real database: a fact has one case, nobody judges alone, nothing closes while money is missing."""

import asyncio
import itertools
from datetime import UTC, date, datetime, timedelta

import pytest

from market import clock, errors
from market.actors import SYSTEM, Actor, Role
from market.fees import service as fees
from market.findings import read as finding_reads
from market.findings.models import Finding, FindingState
from market.log import service as log
from market.log.models import LogEntry
from market.oversight import following, moves, read, service
from market.oversight.models import (
    CaseFinding,
    CaseParty,
    Jurisdiction,
    OrderKind,
    Outcome,
    OversightCase,
    OversightOrder,
    OversightStep,
)
from market.oversight.money import amounts
from market.oversight.states import OversightState
from market.parties.models import Organisation, PartyRelation
from tests import contest
from tests import factories_oversight as make
from tests.contest import member
from tests.factories_oversight import ASKED_AT, EVER, Cast

LATER = datetime(2026, 10, 14, 2, tzinfo=UTC)
MUCH_LATER = datetime(2026, 12, 1, 2, tzinfo=UTC)


@pytest.fixture
async def cast(database: str, shipped_catalogue: None) -> Cast:
    """Everybody, and the contract."""
    return await make.cast()


async def state(case: OversightCase) -> OversightState:
    """As stored."""
    return OversightState((await OversightCase.get(id=case.id)).state)


async def test_a_finding_gets_a_case_by_itself(cast: Cast) -> None:
    """The worker opens it with agency, department, region, and a day until which a regulator must take it; once."""
    case, fee = await make.opened(cast)
    [agency] = await Organisation.filter(id=cast.agency.organisation_id)
    assert (case.state, case.agency_id, case.region) == ("new", agency.id, agency.code[2:8])
    assert [link.finding.subject for link in (await read.links_by_case([case.id]))[0]] == [f"payment:{fee.record_no}"]
    assert await OversightOrder.filter(case_id=case.id).values_list("kind", flat=True) == ["take"]
    assert await make.settled() == 0 and await OversightCase.all().count() == 1


async def test_who_answers_and_who_bore_the_cost(cast: Cast) -> None:
    """Agency and supplier must answer; the applicant, who paid, does not."""
    case, _ = await make.opened(cast)
    sides = dict(await CaseParty.filter(case_id=case.id).values_list("organisation_id", "respondent"))
    assert sides == {
        cast.agency.organisation_id: True,
        cast.supplier.organisation_id: True,
        cast.applicant.organisation_id: False,
    }


async def test_findings_about_one_fact_join_one_case(database: str) -> None:
    """Payment, contract and invoice of one contract: one case, also when they come later and many workers run."""
    for rule, subject in (("V01", "payment:1"), ("V02", "contract:C"), ("V04", "invoice:I")):
        await make.finding("contract:C", rule=rule, subject=subject)
        await asyncio.gather(*(make.settled() for _ in range(5)))
    await make.finding("payment:2")
    await make.settled()
    assert sorted(await OversightCase.all().values_list("scope", flat=True)) == ["contract:C", "payment:2"]
    assert await CaseFinding.all().count() == 4


async def test_money_of_one_fact_counts_once(database: str) -> None:
    """Two payments add up; the contract's and the invoice's amounts are the same money, and no refund lowers them."""
    for rule, subject, fen in (
        ("V01", "payment:1", 30),
        ("V22", "payment:1", 30),
        ("V01", "payment:2", 20),
        ("V02", "contract:C", 50),
    ):
        await make.finding("contract:C", rule=rule, subject=subject, fen=fen)
    await make.settled()
    case = await OversightCase.get()
    assert amounts(await Finding.all()).at_issue_fen == 50 and await read.missing_by_case([case.id]) == [50]
    await Finding.filter(subject__startswith="payment:").update(state=FindingState.REFUNDED)
    assert await read.missing_by_case([case.id]) == [0]


async def test_due_dates_step_over_the_national_holiday(cast: Cast) -> None:
    """Ordered on 30 September: 5, 15 and 30 working days; seven free days and a worked Saturday are in between."""
    case, _ = await make.ordered(cast)
    due = dict(await OversightOrder.filter(case_id=case.id).order_by("ordered_at").values_list("kind", "due_on"))
    assert due["explain"] == date(2026, 10, 13)
    assert (due["refund"], due["rectify"]) == (date(2026, 10, 27), date(2026, 11, 17))


async def test_nothing_closes_while_money_is_missing(cast: Cast) -> None:
    """Half back: refused with the rest. All back but no report: refused. Then it closes, and the log has every step."""
    case, fee = await make.ordered(cast)
    await make.refunded(cast, fee, LATER, 40_00)
    with clock.fixed(LATER):
        with pytest.raises(errors.RefundMissing) as missing:
            await service.close_case(cast.second, case.code, "办结")
        assert missing.value.amount_fen == 60_00
        await make.refunded(cast, fee, LATER, 60_00)
        with pytest.raises(errors.ReportMissing):
            await service.close_case(cast.second, case.code, "办结")
        await service.report_rectification(cast.agency, case.code, "已修改办事指南。")
        assert (await service.close_case(cast.second, case.code, "款已退，已整改。")).state == "case_closed"
    steps = await OversightStep.filter(case_id=case.id).order_by("number").values_list("name", flat=True)
    assert steps == ["open", "join", "take", "ask", "answer", "confirm", "order", "see_refund", "report", "close"]
    logged = await LogEntry.filter(subject=f"oversight:{case.code}").order_by("seq").values_list("action", flat=True)
    assert logged == [f"oversight:{name}" for name in steps] and (await log.verify()).broken is None


async def test_findings_of_closed_cases_are_told_apart(cast: Cast) -> None:
    """Closed by its case; not without a case, not in a live one, and no more once a later case has it."""
    case, fee = await make.ordered(cast)
    alone = await make.finding("contract:C")

    async def closed(is_so: bool) -> set[str]:
        wanted = finding_reads.FindingFilter(case_closed=is_so)
        return set(await (await finding_reads.listing(cast.first, wanted)).values_list("subject", flat=True))

    own = f"payment:{fee.record_no}"
    assert (await closed(True), await closed(False)) == (set(), {own, alone.subject})
    await make.refunded(cast, fee, LATER)
    with clock.fixed(LATER):
        await service.report_rectification(cast.agency, case.code, "已修改办事指南。")
        await service.close_case(cast.second, case.code, "款已退，已整改。")
    assert (await closed(True), await closed(False)) == ({own}, {alone.subject})
    await Finding.filter(subject=own).update(state=FindingState.OPEN, amount_fen=200_00, updated_at=LATER)
    await make.settled(LATER)
    assert (await closed(True), await closed(False)) == (set(), {own, alone.subject})


async def test_findings_of_all_days_of_the_calendar(database: str) -> None:
    """Its first and its last day are days that one may ask for."""
    reader, found = (await make.regulator())[0], await make.finding("contract:C")
    wanted = finding_reads.FindingFilter(found_from=date.min, found_to=date.max)
    assert await (await finding_reads.listing(reader, wanted)).values_list("id", flat=True) == [found.id]


async def test_the_refund_is_seen_and_lost_again(cast: Cast) -> None:
    """The worker sees it in the fee record; when that record is reversed, the refund is due anew."""
    case, fee = await make.ordered(cast)
    back = (await make.refunded(cast, fee, LATER)).fee
    await make.settled(LATER)
    assert await state(case) == OversightState.REFUND_SEEN
    with clock.fixed(LATER):
        await fees.reverse_fee(cast.first, back.record_no, "记错了")
    await make.settled(LATER)
    assert await state(case) == OversightState.CONFIRMED
    assert await OversightOrder.filter(case_id=case.id, kind="refund", done_at=None).count() == 1


async def test_a_payment_that_was_taken_back_is_no_refund(cast: Cast) -> None:
    """Its own recorder says that it was a mistake: no money came back, and the case does not say that it did."""
    case, fee = await make.ordered(cast)
    with clock.fixed(LATER):
        await fees.reverse_fee(cast.applicant, fee.record_no, "录错了")
    await make.settled(LATER)
    assert await state(case) == OversightState.RECTIFICATION_ORDERED
    assert not await OversightStep.filter(case_id=case.id, name="see_refund").exists()
    assert await read.missing_by_case([case.id]) == [fee.amount_fen]


async def test_what_was_taken_back_before_the_decision_is_not_confirmed(cast: Cast) -> None:
    """A record that its maker took back in time is neither upheld nor missing: the case closes when the rest is back."""
    wrong = (await make.paid(cast, cast.applicant, 777)).fee
    case, fee = await make.asked(cast)
    with clock.fixed(ASKED_AT):
        await fees.reverse_fee(cast.applicant, wrong.record_no, "录错了")
        cleared = await CaseFinding.get(case_id=case.id, finding__subject=f"payment:{wrong.record_no}", finding__rule="V01")
    with clock.fixed(ASKED_AT + timedelta(hours=1)):
        await service.answer_explanation(cast.agency, case.code, "说明")
        with pytest.raises(errors.InvalidInput, match="finding_cleared"):
            await service.confirm_findings(cast.first, service.Confirm(case.code, "理由", (cleared.finding_id,)))
        await service.confirm_findings(cast.first, service.Confirm(case.code, "理由"))
        await service.order_rectification(cast.first, service.Order(case.code, "退款", ()))
    assert (await CaseFinding.get(id=cleared.id)).outcome == Outcome.PENDING
    await CaseFinding.filter(id=cleared.id).update(outcome=Outcome.UPHELD)  # as cases of before have it
    assert await read.missing_by_case([case.id]) == [fee.amount_fen]
    await make.refunded(cast, fee, LATER)
    with clock.fixed(LATER):
        assert (await service.close_case(cast.second, case.code, "款已退")).state == OversightState.CLOSED


async def test_nothing_is_confirmed_where_all_is_cleared(cast: Cast) -> None:
    """There is no money and no payment: the case can be dismissed."""
    case, fee = await make.asked(cast)
    with clock.fixed(ASKED_AT):
        await fees.reverse_fee(cast.applicant, fee.record_no, "录错了")
        await service.answer_explanation(cast.agency, case.code, "说明")
        with pytest.raises(errors.InvalidInput, match="finding_cleared"):
            await service.confirm_findings(cast.first, service.Confirm(case.code, "理由"))
        assert (await service.dismiss_case(cast.second, case.code, "录错的")).state == OversightState.DISMISSED


async def test_a_case_is_not_closed_by_taking_the_payment_record_back(cast: Cast) -> None:
    """The money is still missing, whatever the recorder says; a second account of the regulator may dismiss it with a reason."""
    case, fee = await make.ordered(cast)
    with clock.fixed(LATER):
        await service.report_rectification(cast.agency, case.code, "已整改。")
        await fees.reverse_fee(cast.applicant, fee.record_no, "录错了")
    await make.settled(LATER)
    with clock.fixed(LATER):
        with pytest.raises(errors.RefundMissing):
            await service.close_case(cast.second, case.code, "办结")
        assert (await service.dismiss_case(cast.second, case.code, "经查确系录错，没有付过款。")).state == "dismissed"


async def test_a_closed_case_stays_closed_and_new_money_opens_another(cast: Cast) -> None:
    """Another shifted payment under the contract, or a refund taken back, is a case of its own."""
    case, fee = await make.ordered(cast)
    back = (await make.refunded(cast, fee, LATER)).fee
    with clock.fixed(LATER):
        await service.report_rectification(cast.agency, case.code, "已整改。")
        await service.close_case(cast.second, case.code, "办结")
        assert await following.settle_due(EVER) == 0
        await fees.reverse_fee(cast.first, back.record_no, "没有退")
        assert await following.settle_due(EVER) == 1
        assert await following.settle_due(EVER) == 0
    assert await state(case) == OversightState.CLOSED and await OversightCase.filter(state="new").count() == 1


async def test_silence_is_escalated_by_time_alone(cast: Cast) -> None:
    """A reader sees it without a worker; the worker records it once; the late answer is still taken."""
    case, _ = await make.asked(cast)
    [orders] = await read.orders_by_case([case.id])
    after = datetime(2026, 10, 13, 16, tzinfo=UTC)
    assert moves.state_at(case, after - timedelta(seconds=1)) == OversightState.EXPLANATION_ASKED
    assert moves.state_at(case, after) == OversightState.UNANSWERED
    assert moves.escalation_at(case, orders, after) == 1
    assert (await make.settled(after), await make.settled(after)) == (1, 0)
    stored = await OversightCase.get(id=case.id)
    assert (stored.state, stored.escalation, stored.next_check_at) == ("unanswered", 1, None)
    with clock.fixed(LATER):
        assert (await service.answer_explanation(cast.agency, case.code, "迟到的说明")).state == "answered"


async def test_many_workers_escalate_once(cast: Cast) -> None:
    """Refund and report are overdue: two levels, however many workers run."""
    case, _ = await make.ordered(cast)
    await asyncio.gather(*(make.settled(MUCH_LATER) for _ in range(5)))
    assert (await OversightCase.get(id=case.id)).escalation == 2
    assert await LogEntry.filter(action="oversight:escalate").count() == 2


async def test_a_case_that_nobody_takes_is_escalated(cast: Cast) -> None:
    """Five working days after it was opened."""
    case, _ = await make.opened(cast)
    await make.settled(MUCH_LATER)
    assert (await OversightCase.get(id=case.id)).escalation == 1


async def test_silence_can_be_judged_when_its_time_is_over(cast: Cast) -> None:
    """Confirming before the due date is refused, after it is not, even if no worker came by."""
    case, _ = await make.asked(cast)
    with clock.fixed(ASKED_AT), pytest.raises(errors.WrongState):
        await service.confirm_findings(cast.first, service.Confirm(case.code, "太早"))
    with clock.fixed(LATER):
        assert (await service.confirm_findings(cast.first, service.Confirm(case.code, "逾期未说明"))).state == "confirmed"


async def test_four_eyes(cast: Cast) -> None:
    """Who took, asked or confirmed neither dismisses nor closes; nothing is written."""
    case, _ = await make.ordered(cast)
    before = await LogEntry.all().count()
    for decide in (service.dismiss_case, service.close_case):
        with clock.fixed(LATER), pytest.raises(errors.NotPermitted) as refused:
            await decide(cast.first, case.code, "一人办结")
        assert refused.value.reason == "four_eyes"
    assert await LogEntry.all().count() == before


async def test_another_regulator_keeps_out(cast: Cast) -> None:
    """A case is handled by the regulator that took it, all the way."""
    case, _ = await make.asked(cast)
    other, _ = await make.regulator()
    with clock.fixed(LATER):
        with pytest.raises(errors.NotPermitted):
            await service.confirm_findings(other, service.Confirm(case.code, "越权"))
        with pytest.raises(errors.NotPermitted):
            await service.dismiss_case(other, case.code, "越权")


@pytest.mark.parametrize(
    ("where", "takes"),
    [
        ({}, True),
        ({"regions": ["330900"]}, True),
        ({"regions": ["330902"]}, True),
        ({"regions": ["330903", "330921"]}, False),
        ({"departments": ["ZS-FGW"]}, False),
    ],
)
async def test_jurisdiction(cast: Cast, where: dict[str, list[str]], takes: bool) -> None:
    """By region (330900 is the whole city) and department; the list of what one may take says the same."""
    case, _ = await make.opened(cast)
    who, _ = await make.regulator(**where)
    listed = await (await read.listing(who, read.CaseFilter(mine=True), ASKED_AT)).count()
    with clock.fixed(ASKED_AT):
        if takes:
            assert (await service.take_case(who, case.code)).handler_id == who.organisation_id
        else:
            with pytest.raises(errors.OutsideJurisdiction):
                await service.take_case(who, case.code)
    assert listed == takes


async def test_without_a_row_a_regulator_takes_nothing(cast: Cast) -> None:
    """Jurisdiction is explicit."""
    case, _ = await make.opened(cast)
    with clock.fixed(ASKED_AT), pytest.raises(errors.OutsideJurisdiction):
        await service.take_case(await member(Role.REGULATOR), case.code)


async def test_the_operator_sets_jurisdiction(cast: Cast) -> None:
    """Logged; unknown departments, bad regions and organisations without regulators are refused; it can be revoked."""
    await make.jurisdiction_set(cast.operator, cast.first, departments=("ZS-FGW",), regions=("330902",))
    assert await LogEntry.filter(action="jurisdiction:set").count() == 1
    for who, form in ((cast.first, {"departments": ("X",)}), (cast.first, {"regions": ("3309",)}), (cast.agency, {})):
        with pytest.raises(errors.InvalidInput):
            await make.jurisdiction_set(cast.operator, who, **form)
    await make.jurisdiction_set(cast.operator, cast.first, revoke=True)
    assert await Jurisdiction.all().count() == 0


@pytest.mark.parametrize(("relation", "up"), [("supervises", True), ("controls", False), ("branch_of", True)])
async def test_a_related_regulator_is_recused(cast: Cast, relation: str, up: bool) -> None:
    """Above or below a party through two steps, in force on that day; the refusal names the party."""
    case, _ = await make.opened(cast)
    between = await Organisation.create(code=contest.new_code(), name="中间单位", kind="agency", created_at=ASKED_AT)
    ends = [cast.first.organisation_id, between.id, cast.agency.organisation_id]
    chain = ends if up is not (relation == "branch_of") else ends[::-1]
    for source, target in itertools.pairwise(chain):
        await PartyRelation.create(source_org_id=source, target_org_id=target, relation=relation, source="三定方案")
    with clock.fixed(ASKED_AT), pytest.raises(errors.Recused) as refused:
        await service.take_case(cast.first, case.code)
    assert (refused.value.party_code, refused.value.why) == (await contest.code_of(cast.agency), "related_organisation")
    await PartyRelation.filter(source_org_id=chain[0]).update(until=date(2026, 9, 29))
    with clock.fixed(ASKED_AT):
        await service.take_case(cast.first, case.code)


async def test_a_concerned_regulator_is_recused(cast: Cast) -> None:
    """The agency's own supervisors neither take the case nor hand it to somebody."""
    case, _ = await make.opened(cast)
    own = await member(Role.REGULATOR, await Organisation.get(id=cast.agency.organisation_id))
    await Jurisdiction.create(organisation_id=own.organisation_id, departments=[], regions=[], set_at=ASKED_AT)
    form = service.Assign(case.code, await contest.code_of(cast.first), "请贵处办理")
    for attempt in (service.take_case(own, case.code), service.assign_case(own, form)):
        with clock.fixed(ASKED_AT), pytest.raises(errors.Recused) as refused:
            await attempt
        assert refused.value.why == "same_organisation"


async def test_assigning(cast: Cast) -> None:
    """To a regulator that may take it; later from one to another, with the reason on record."""
    case, _ = await make.opened(cast)
    elsewhere, _ = await make.regulator(regions=["330903"])
    with clock.fixed(ASKED_AT):
        with pytest.raises(errors.OutsideJurisdiction):
            await service.assign_case(cast.first, service.Assign(case.code, await contest.code_of(elsewhere), "请办理"))
        other, _ = await make.regulator(regions=["330900"])
        await service.assign_case(cast.first, service.Assign(case.code, await contest.code_of(other), "请办理"))
        assert await state(case) == OversightState.ASSIGNED
        await service.assign_case(other, service.Assign(case.code, await contest.code_of(cast.first), "回避"))
    assert (await OversightCase.get(id=case.id)).handler_id == cast.first.organisation_id


async def test_a_dismissed_case_stays_visible_and_can_be_taken_up_again(cast: Cast) -> None:
    """The reason stays; no new case is opened for its findings; something new brings it back by itself."""
    case, _ = await make.asked(cast)
    with clock.fixed(LATER):
        await service.dismiss_case(cast.second, case.code, "申请人自行委托的另一份报告。")
        assert await following.settle_due(EVER) == 0
        seen = await read.case_of(await member(Role.REGULATOR), case.code)
        assert (seen.state, seen.decision_reason) == ("dismissed", "申请人自行委托的另一份报告。")
        await service.reopen_case(cast.first, case.code, "新的银行流水")
        assert await state(case) == OversightState.ASSIGNED
        await service.dismiss_case(cast.second, case.code, "仍不成立")
        await make.finding(case.scope)
        await following.settle_due(EVER)
    assert await state(case) == OversightState.ASSIGNED and await OversightCase.all().count() == 1


async def test_a_referred_case_watches_for_the_refund(cast: Cast) -> None:
    """Discipline inspection has it; the money comes back; it is seen and the case can end."""
    case, fee = await make.ordered(cast)
    with clock.fixed(LATER):
        await service.refer_case(cast.first, case.code, "市纪委监委", "涉嫌违纪")
        with pytest.raises(errors.RefundMissing):
            await service.close_case(cast.second, case.code, "已移送")
    await make.refunded(cast, fee, LATER)
    await make.settled(LATER)
    assert await state(case) == OversightState.REFUND_SEEN


async def test_only_some_findings_are_upheld(database: str, shipped_catalogue: None) -> None:
    """What was not upheld needs no refund; none upheld is a dismissal, not a confirmation."""
    cast = await make.cast()
    wrong = await make.finding("contract:C", (cast.agency, "agency"), rule="V03")
    right = await make.finding("contract:C", (cast.agency, "agency"), fen=7)
    await make.settled()
    case = await OversightCase.get()
    with clock.fixed(ASKED_AT):
        await service.take_case(cast.first, case.code)
        await service.ask_explanation(cast.first, case.code, "请说明")
        await service.answer_explanation(cast.agency, case.code, "说明")
        for ids in ((), (wrong.id, case.id)):
            with pytest.raises(errors.InvalidInput):
                await service.confirm_findings(cast.first, service.Confirm(case.code, "理由", ids))
        await service.confirm_findings(cast.first, service.Confirm(case.code, "理由", (right.id,)))
    assert await CaseFinding.get(finding_id=wrong.id).values_list("outcome", flat=True) == Outcome.NOT_UPHELD
    assert await read.missing_by_case([case.id]) == [7]


async def test_a_finding_that_joins_late_is_decided_too(cast: Cast) -> None:
    """It blocks the closing until it is upheld and paid back, or not upheld."""
    case, fee = await make.ordered(cast)
    await make.refunded(cast, fee, LATER)
    await make.finding(case.scope, (cast.agency, "agency"), fen=5)
    await make.settled(LATER)
    with clock.fixed(LATER):
        await service.report_rectification(cast.agency, case.code, "已整改。")
        with pytest.raises(errors.RefundMissing):
            await service.close_case(cast.second, case.code, "办结")
        await service.confirm_findings(cast.first, service.Confirm(case.code, "另一笔不成立", ()))
        await service.close_case(cast.second, case.code, "办结")
    assert await state(case) == OversightState.CLOSED


async def seen(actor: Actor) -> int:
    """How many cases the actor sees."""
    return await read.visible(actor).count()


async def test_who_sees_a_case(cast: Cast) -> None:
    """The applicant that paid at once, the agency once it is asked, strangers and the operator never."""
    others = [await member(role) for role in (Role.AGENCY, Role.APPLICANT, Role.OPERATOR, Role.INTERMEDIARY)]
    await make.opened(cast)
    assert [await seen(a) for a in (cast.first, cast.applicant, cast.agency, cast.supplier)] == [1, 1, 0, 0]
    case = await OversightCase.get()
    with clock.fixed(ASKED_AT):
        with pytest.raises(errors.NotFound):
            await service.answer_explanation(cast.agency, case.code, "还没问")
        await service.take_case(cast.first, case.code)
        await service.ask_explanation(cast.first, case.code, "请说明")
    assert [await seen(a) for a in (cast.agency, cast.supplier, *others)] == [1, 1, 0, 0, 0, 0]


async def test_the_one_who_paid_has_nothing_to_answer(cast: Cast) -> None:
    """It sees the case and is refused; a stranger is told that there is none; too long a text is refused."""
    case, _ = await make.asked(cast)
    with clock.fixed(ASKED_AT):
        with pytest.raises(errors.NotPermitted):
            await service.answer_explanation(cast.applicant, case.code, "我付的钱")
        with pytest.raises(errors.NotFound):
            await service.answer_explanation(await member(Role.AGENCY), case.code, "路过")
        with pytest.raises(errors.InvalidInput):
            await service.answer_explanation(cast.agency, case.code, "长" * 4001)


async def test_reasons_are_mandatory(cast: Cast) -> None:
    """An empty reason or text moves nothing."""
    case, _ = await make.asked(cast)
    attempts = [
        lambda: service.confirm_findings(cast.first, service.Confirm(case.code, " ")),
        lambda: service.dismiss_case(cast.second, case.code, ""),
        lambda: service.ask_explanation(cast.first, case.code, "\n"),
        lambda: service.refer_case(cast.first, case.code, "", "x"),
        lambda: service.order_rectification(cast.first, service.Order(case.code, "", (OrderKind.EXPLAIN,))),
    ]
    for attempt in attempts:
        with clock.fixed(LATER), pytest.raises(errors.InvalidInput):
            await attempt()
    assert await state(case) == OversightState.EXPLANATION_ASKED


async def test_a_busy_database_gets_one_answer(cast: Cast) -> None:
    """Of two regulators that take the same case at once, one does."""
    case, _ = await make.opened(cast)
    other, _ = await make.regulator()
    with clock.fixed(ASKED_AT):
        takes = (service.take_case(a, case.code) for a in (cast.first, other))
        done = await asyncio.gather(*takes, return_exceptions=True)
    assert sorted(type(d).__name__ for d in done) in (["OversightCase", "WrongState"], ["OutsideJurisdiction", "OversightCase"])
    assert await LogEntry.filter(action="oversight:take").count() == 1


async def test_settling_what_is_not_due_writes_nothing(cast: Cast) -> None:
    """No entry, no change."""
    case, _ = await make.asked(cast)
    before = await LogEntry.all().count()
    with clock.fixed(ASKED_AT):
        assert await following.settle(SYSTEM, case.id) is False
    assert await LogEntry.all().count() == before


async def test_a_worker_looks_at_everything_once_and_then_at_what_is_new(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """An old finding is found by the first round, a new one by a later round; money of many cases is followed in portions."""
    monkeypatch.setattr(following, "PORTION", 1)
    worker, paid = following.Worker(), []
    for _ in range(3):
        another = await make.cast()
        paid.append((another, (await make.ordered(another))[1]))
    with clock.fixed(MUCH_LATER):
        assert await worker.make_round() == 3 and await worker.make_round() == 0
        await make.finding("payment:old")
        await Finding.filter(scope="payment:old").update(updated_at=MUCH_LATER)
        assert await worker.make_round() == 1
    for one, fee in paid:
        await make.refunded(one, fee, MUCH_LATER)
    with clock.fixed(MUCH_LATER):
        assert await worker.make_round() == 3
    assert await OversightCase.filter(state=OversightState.REFUND_SEEN).count() == 3
