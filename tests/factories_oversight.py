"""Factories of oversight: an agency's contract that its applicant paid, the finding about it, and the regulators who follow it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from market import clock
from market.actors import Actor, Role
from market.contracts.models import Contract
from market.fees import service as fees
from market.fees.forms import RecordFee, RecordRefund
from market.fees.models import Channel, EvidenceGrade, FeeRecord
from market.findings.models import Finding, FindingParty, FindingState
from market.oversight import following, jurisdiction, service
from market.oversight.models import Jurisdiction, OrderKind, OversightCase
from market.parties.models import Membership, Organisation
from market.projects.models import ApprovalCase
from tests.contest import AGENCY_ITEM, code_of, member

PAID_AT = datetime(2026, 9, 28, 2, tzinfo=UTC)
"""Monday before the National Day holiday of 2026, which is free from 1 to 7 October; Saturday the 10th is worked."""
ASKED_AT = datetime(2026, 9, 30, 2, tzinfo=UTC)
EVER = datetime(1970, 1, 1, tzinfo=UTC)
_LONG_AGO = date(2026, 9, 1)


@dataclass
class Cast:
    """``first`` and ``second``: two accounts of one regulator; ``contract_no``: at 100 yuan."""

    first: Actor
    second: Actor
    operator: Actor
    agency: Actor
    applicant: Actor
    supplier: Actor
    contract_no: str


async def regulator(**where: Any) -> tuple[Actor, Actor]:
    """A regulator organisation with two accounts, and what it supervises: everything unless said otherwise."""
    first = await member(Role.REGULATOR)
    organisation = await Organisation.get(id=first.organisation_id)
    second = await member(Role.REGULATOR, organisation)
    for actor in (first, second):
        await Membership.create(account_id=actor.account_id, organisation=organisation, role=Role.REGULATOR, since=PAID_AT)
    values: dict[str, Any] = {"departments": [], "regions": [], "set_at": PAID_AT, **where}
    await Jurisdiction.create(organisation=organisation, **values)
    return first, second


async def cast() -> Cast:
    """Everybody, and a contract of September for an agency-commissioned item."""
    first, second = await regulator()
    people = [await member(role) for role in (Role.OPERATOR, Role.AGENCY, Role.APPLICANT, Role.INTERMEDIARY)]
    _, agency, applicant, supplier = people
    case = await ApprovalCase.create(
        case_no=f"BJ-{uuid4().hex[:10]}",
        approval_item="海域使用权审核",
        agency_id=agency.organisation_id,
        applicant_id=applicant.organisation_id,
    )
    contract = await Contract.create(
        contract_no=f"HT-{uuid4().hex[:10]}",
        item_code=AGENCY_ITEM,
        case=case,
        client_id=agency.organisation_id,
        supplier_id=supplier.organisation_id,
        method="lowest_price",
        valid_quotes=3,
        purpose="approval",
        amount_fen=100_00,
        commissioned_on=_LONG_AGO,
        signed_on=_LONG_AGO,
        due_on=date(2026, 12, 31),
        filed_at=PAID_AT,
        filed_by_id=agency.account_id,
    )
    return Cast(first, second, *people, contract.contract_no)


async def paid(cast: Cast, payer: Actor, fen: int = 100_00) -> fees.Recorded:
    """A payment under the contract; by the applicant it is fee-shifting."""
    form = RecordFee(
        uuid4().hex,
        await code_of(payer),
        await code_of(cast.supplier),
        fen,
        clock.local_date(PAID_AT),
        Channel.BANK_TRANSFER,
        EvidenceGrade.BANK,
        "V-1",
        cast.contract_no,
    )
    with clock.fixed(clock.fixed_time() or PAID_AT):
        return await fees.record_fee(payer, form)


async def refunded(cast: Cast, fee: FeeRecord, at: datetime, fen: int | None = None) -> fees.Recorded:
    """The supplier pays back, as the regulator sees in a bank record; all unless an amount is given."""
    day = clock.local_date(at)
    form = RecordRefund(uuid4().hex, fee.record_no, fen or fee.amount_fen, day, Channel.BANK_TRANSFER, EvidenceGrade.BANK, "R-1")
    with clock.fixed(at):
        return await fees.record_refund(cast.first, form)


async def settled(at: datetime = ASKED_AT) -> int:
    """A worker's first round at that time."""
    with clock.fixed(at):
        return await following.settle_due(EVER)


async def finding(scope: str, *parties: tuple[Actor, str], rule: str = "V01", fen: int = 100_00, subject: str = "") -> Finding:
    """A row as the rules store it."""
    made = await Finding.create(
        rule=rule,
        rule_version="1",
        subject=subject or f"payment:{uuid4().hex[:8]}",
        certainty="proof",
        severity="A",
        state=FindingState.OPEN,
        amount_fen=fen,
        because=[],
        evidence=[],
        item_code=AGENCY_ITEM,
        scope=scope,
        found_at=PAID_AT,
        updated_at=PAID_AT,
    )
    for actor, side in parties:
        await FindingParty.create(finding=made, organisation_id=actor.organisation_id, side=side)
    return made


async def opened(cast: Cast) -> tuple[OversightCase, FeeRecord]:
    """The applicant paid; the case that follows."""
    fee = (await paid(cast, cast.applicant)).fee
    await settled()
    return await OversightCase.get(links__finding__subject=f"payment:{fee.record_no}"), fee


async def asked(cast: Cast, at: datetime = ASKED_AT) -> tuple[OversightCase, FeeRecord]:
    """Taken by the first regulator, who asked the agency to explain."""
    case, fee = await opened(cast)
    with clock.fixed(at):
        await service.take_case(cast.first, case.code)
        await service.ask_explanation(cast.first, case.code, "请说明为何由申请人付款。")
    return await OversightCase.get(id=case.id), fee


async def ordered(cast: Cast, at: datetime = ASKED_AT) -> tuple[OversightCase, FeeRecord]:
    """Answered, confirmed, and both refund and rectification ordered, all at that time."""
    case, fee = await asked(cast, at)
    with clock.fixed(at):
        await service.answer_explanation(cast.agency, case.code, "当时不了解规定。")
        await service.confirm_findings(cast.first, service.Confirm(case.code, "应由机关付费。"))
        await service.order_rectification(cast.first, service.Order(case.code, "退款并整改。", (OrderKind.RECTIFY,)))
    return await OversightCase.get(id=case.id), fee


async def jurisdiction_set(operator: Actor, who: Actor, **form: Any) -> Jurisdiction:
    """By the operator."""
    return await jurisdiction.set_jurisdiction(operator, jurisdiction.SetJurisdiction(await code_of(who), **form))
