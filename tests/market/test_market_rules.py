"""The rules that need what only the market records, on a real database: some come true by time alone, in nobody's hands."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from market import clock
from market.actors import Actor, Role
from market.audit import service as audit
from market.audit import sweep
from market.awards import service as awards
from market.awards.models import Award
from market.contracts import service as contracts
from market.contracts.models import Contract
from market.fees import service as fees
from market.fees.forms import RecordFee
from market.fees.models import Channel, EvidenceGrade
from market.findings.models import Finding, FindingParty
from market.parties.models import HeldQualification, Membership
from market.projects.models import ApprovalCase
from market.rules.engine import Decision
from market.workdays import working_day_after
from tests import contest, queries
from tests.contest import member

pytestmark = pytest.mark.usefixtures("shipped_catalogue")
PAID_AT = datetime(2026, 12, 10, 4, tzinfo=UTC)
QUALIFIED_ITEM, QUALIFICATION = "ZSZJ-09-001", "安全评价机构资质"


async def flagged(rule: str, as_of: date) -> set[str]:
    """What the rule finds in everything that is stored."""
    verdicts = [v for piece in await sweep.pieces() for v in await sweep.judge(piece, as_of, (rule,))]
    return {v.subject for v in verdicts if v.outcome is Decision.FLAG}


async def run_daily(url: str, day: date) -> None:
    """The day's own audit, at 02:00 in Zhoushan."""
    with clock.fixed(datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=6)):
        await audit.run_due(url, 1)


async def certified(actor: Actor, name: str, valid_to: date | None = None) -> None:
    """A certificate in force since 2020."""
    await HeldQualification.create(
        organisation_id=actor.organisation_id,
        qualification=name,
        certificate_no=uuid4().hex,
        valid_from=date(2020, 1, 1),
        valid_to=valid_to,
    )


async def agency_contract() -> Contract:
    """An agency's contract for an agency-commissioned item, at 100 fen."""
    agency = await member(Role.AGENCY)
    return await contest.contracted(agency, await contest.agency_form(await member(Role.APPLICANT)), 100, 200, 300)


async def test_a_missing_payment_is_found_by_the_clock_alone(database: str) -> None:
    """V05: nobody writes anything; the daily audit of the 61st day after the decision finds it, the one before does not."""
    contract = await agency_contract()
    await Contract.filter(id=contract.id).update(delivered_on=date(2026, 12, 18))
    await ApprovalCase.filter(id=contract.case_id).update(decided_on=date(2026, 12, 31))
    await run_daily(database, date(2027, 3, 1))
    assert not await Finding.filter(rule="V05").exists()
    await run_daily(database, date(2027, 3, 2))
    [finding] = await Finding.filter(rule="V05")
    assert (finding.subject, finding.certainty) == (f"contract:{contract.contract_no}", "lead")


async def test_a_late_delivery_is_found_by_the_clock_alone(database: str) -> None:
    """V28: nothing delivered ten working days after the due date is a lead, the day after; a delivery clears it."""
    contract = await agency_contract()
    last = working_day_after(contract.due_on or date.max, 10)
    await run_daily(database, last)
    assert not await Finding.filter(rule="V28").exists()
    await run_daily(database, last + timedelta(1))
    assert await Finding.filter(rule="V28").values_list("certainty", "state") == [("lead", "open")]
    await Contract.filter(id=contract.id).update(delivered_on=contract.due_on)
    await run_daily(database, last + timedelta(2))
    assert await Finding.filter(rule="V28").values_list("state", flat=True) == ["cleared"]


async def test_a_winner_who_never_signs_is_found_by_the_clock_alone(database: str) -> None:
    """V30: three awards to one intermediary, none signed; it and the buyers may read the finding."""
    agency, winner = await member(Role.AGENCY), await member(Role.INTERMEDIARY)
    codes = []
    for _ in range(3):
        project = await contest.published(agency, await contest.agency_form(await member(Role.APPLICANT)))
        await contest.quoted(winner, project, 100)
        for fen in (200, 300):
            await contest.quoted(await member(Role.INTERMEDIARY), project, fen)
        await contest.opened(project)
        award = await Award.get(project_id=project.id)
        with clock.fixed(award.standstill_until):
            await awards.confirm_award(agency, project.code)
        codes.append(project.code)
    last = working_day_after(clock.local_date(award.standstill_until), 10)
    await run_daily(database, last)
    assert not await Finding.filter(rule="V30").exists()
    await run_daily(database, last + timedelta(1))
    assert set(await Finding.filter(rule="V30").values_list("subject", flat=True)) == {f"award:{code}" for code in codes}
    sides = set(await FindingParty.filter(finding__rule="V30").values_list("organisation_id", "side"))
    assert sides == {(agency.organisation_id, "agency"), (winner.organisation_id, "supplier")}


async def test_a_longer_term_than_awarded_is_found(database: str) -> None:
    """V29: due some weeks later than awarded is for the parties to agree, many months later is not."""
    agency = await member(Role.AGENCY)
    for late in (30, 200):
        award = await contest.awarded(agency, await contest.agency_form(await member(Role.APPLICANT)), 100, 200, 300)
        await award.fetch_related("project", "supplier")
        signed = date(2026, 12, 5)
        due = working_day_after(signed, award.service_working_days) + timedelta(late)
        form = contracts.FileContract(
            award.project.code, award.amount_fen, award.supplier.code, award.project.item_code, signed, due
        )
        with clock.fixed(datetime(2026, 12, 7, tzinfo=UTC)):
            contract = await contracts.file_contract(agency, form)
    assert await flagged("V29", date(2026, 12, 8)) == {f"contract:{contract.contract_no}"}


async def test_a_small_pool_is_found(database: str) -> None:
    """V34: two hold what the item asks for on the day of publication; a certificate that has expired does not count."""
    item, name = "ZSZJ-02-019", "地质灾害评估和治理工程勘查设计资质"
    case = (await contest.agency_form(await member(Role.APPLICANT))).case
    for valid_to in (None, None, date(2026, 11, 23)):
        await certified(await member(Role.INTERMEDIARY), name, valid_to)
    small = await contest.published(await member(Role.AGENCY), contest.form(item, case=case, budget_line="1"))
    assert await flagged("V34", date(2026, 12, 1)) == {f"project:{small.code}"}
    await certified(await member(Role.INTERMEDIARY), name)
    assert await flagged("V34", date(2026, 12, 1)) == set()


async def test_a_certificate_that_runs_out_before_the_delivery_is_found(database: str) -> None:
    """V35: valid at the award, expired at the delivery."""
    applicant, winner = await member(Role.APPLICANT), await member(Role.INTERMEDIARY)
    await certified(winner, QUALIFICATION, date(2026, 12, 17))
    project = await contest.published(applicant, contest.form(QUALIFIED_ITEM))
    await contest.quoted(winner, project, 100)
    await contest.opened(project)
    award = await Award.get(project_id=project.id)
    with clock.fixed(award.standstill_until):
        await awards.confirm_award(applicant, project.code)
    day = date(2026, 12, 5)
    form = contracts.FileContract(project.code, 100, await contest.code_of(winner), QUALIFIED_ITEM, day, day)
    with clock.fixed(datetime(2026, 12, 7, tzinfo=UTC)):
        contract = await contracts.file_contract(applicant, form)
    for delivered, found in ((date(2026, 12, 17), set()), (date(2026, 12, 18), {f"contract:{contract.contract_no}"})):
        await Contract.filter(id=contract.id).update(delivered_on=delivered)
        assert await flagged("V35", date(2026, 12, 20)) == found


async def test_an_entry_fee_is_proof_at_once(database: str) -> None:
    """V26: an intermediary pays whoever operates the market, with a voucher; it pays another office, and nothing is found."""
    operator, office, payer = await member(Role.OPERATOR), await member(Role.AGENCY), await member(Role.INTERMEDIARY)
    await Membership.create(
        account_id=operator.account_id, organisation_id=operator.organisation_id, role="operator", since=contest.NOON
    )
    found = []
    for payee in (office, operator):
        ends = (await contest.code_of(payer), await contest.code_of(payee))
        kind = (Channel.BANK_TRANSFER, EvidenceGrade.BANK, "V-1")
        with clock.fixed(PAID_AT):
            recorded = await fees.record_fee(payer, RecordFee(uuid4().hex, *ends, 3000, date(2026, 12, 10), *kind))
        found.append([(f.rule, f.certainty, f.amount_fen) for f in recorded.findings])
    assert found == [[], [("V26", "proof", 3000)]]


async def test_recording_a_fee_asks_no_more_the_more_there_is(database: str) -> None:
    """The whole case is judged with every fee: in as many statements for the tenth payment as for the second."""
    contract = await agency_contract()
    await contract.fetch_related("supplier", "client")
    payer = await member(Role.AGENCY, contract.client)
    counts = []
    for number in range(10):
        kind = (Channel.BANK_TRANSFER, EvidenceGrade.BANK, f"V-{number}")
        ends = (contract.client.code, contract.supplier.code)
        form = RecordFee(uuid4().hex, *ends, 5, date(2026, 12, 10), *kind, contract_no=contract.contract_no)
        with clock.fixed(PAID_AT), queries.statements() as sent:
            await fees.record_fee(payer, form)
        counts.append(len(sent))
    assert counts[1] == counts[-1] and counts[1] > 0
