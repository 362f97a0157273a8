"""Complaints: anyone may file one, keeps a receipt, reads the outcome by it; who complained is for the handling regulator alone."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import partial
from uuid import UUID

from market import db, idempotency, receipts, vault
from market.actors import SYSTEM, Actor
from market.clock import local_date
from market.errors import InvalidInput, TooManyComplaints
from market.fees import gather
from market.fees.models import Demand
from market.findings import service as findings
from market.oversight import claims, following, moves
from market.oversight.forms import FileComplaint
from market.oversight.models import CaseParty, Complaint, OrderKind, OversightCase
from market.oversight.states import OversightState
from market.parties import read as parties
from market.parties import throttle
from market.parties.models import Organisation, OrganisationKind
from market.parties.tokens import new_token
from market.rules.engine import evaluate
from market.text import new_code
from market.usecase import rulebook, unit, use_case

_MOMENT = timedelta(seconds=1)
"""A day ends at the first moment of the next one: a second before, it is still that day."""


class ComplaintState(StrEnum):
    """``received`` until a regulator took the case, ``accepted`` until it decided."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECIDED = "decided"


@dataclass(frozen=True)
class Filed:
    """``receipt`` is shown this once: with it, and with nothing else, the complainant reads on."""

    receipt: str
    complaint: Complaint


def state_of(complaint: Complaint) -> ComplaintState:
    """What the complainant is told."""
    if complaint.decided_at:
        return ComplaintState.DECIDED
    return ComplaintState.ACCEPTED if complaint.accepted_at else ComplaintState.RECEIVED


async def complaint_by_receipt(receipt: str) -> Complaint | None:
    """The complaint that this receipt was given for: 256 random bits, so that nobody finds another's."""
    return await Complaint.get_or_none(receipt_hash=receipts.receipt_hash(receipt))


async def file_complaint(actor: Actor, form: FileComplaint) -> Filed:
    """Take a complaint from anybody, signed in or not; transactions of their own count the attempt, and let the rules
    judge the demand that it tells, in the marketplace's name: the log does not say who complained. Sent again with the same
    key, the complaint and its receipt are those of the first time.

    Raises InvalidInput, TooManyComplaints, IdempotencyKeyReused.
    """
    sent = await claims.completed(actor, form, local_date(await db.now()))
    if await _sent_before(actor, form) is None:
        await _count(actor.address)
    filed = await _file(actor, sent, form)
    if filed.complaint.demand_id:
        await _judge(SYSTEM, filed.complaint.demand_id, filed.complaint.case.scope)
    return filed


async def _sent_before(actor: Actor, form: FileComplaint) -> Complaint | None:
    """The complaint that was filed with the form's key. Raises InvalidInput, IdempotencyKeyReused."""
    done = await receipts.seen(actor, form.idempotency_key, _print(form))
    return await Complaint.get(id=done).select_related("case") if done else None


def _print(form: FileComplaint) -> str:
    return idempotency.fingerprint(vault.fingerprint_secret(), "file_complaint", vars(form))


async def _count(address: str) -> None:
    """Raises TooManyComplaints, counting nothing."""
    if until := await throttle.count_act("complaint", address, "complaints_address", "complaint_pause"):
        raise TooManyComplaints(until)


@use_case(None)
async def _file(actor: Actor, form: FileComplaint, typed: FileComplaint) -> Filed:
    """``typed``: the form before it was completed from what the records say on the day."""
    if done := await _sent_before(actor, typed):
        unit().replayed = True
        return Filed(receipts.new_receipt(actor, typed.idempotency_key), done)
    filed = await _keep(actor, form, receipts.new_receipt(actor, typed.idempotency_key))
    if typed.idempotency_key:
        key = typed.idempotency_key
        await idempotency.remember(receipts.keeper(actor), key, "file_complaint", _print(typed), filed.complaint.id)
    return filed


async def _keep(actor: Actor, form: FileComplaint, receipt: str) -> Filed:
    now, book = unit().now, rulebook()
    agency = await _agency(form.agency_code)
    demand = await _demand(form)
    case = await _case(form, agency, demand)
    accepted = case.handler_id is not None
    order = await moves.owe(case, OrderKind.DECIDE if accepted else OrderKind.ACCEPT)
    accept = book.deadline("complaint_accept_period", now).at
    complaint = await Complaint.create(
        receipt_hash=receipts.receipt_hash(receipt),
        case=case,
        complainant_id=actor.party_id,
        item_code=form.item_code.strip(),
        contract_no=form.contract_no.strip(),
        record_no=form.record_no.strip(),
        case_no=form.case_no.strip(),
        amount_fen=form.amount_fen,
        demand_reason=form.demand_reason.strip(),
        demand=demand,
        text=form.text.strip(),
        contact=form.contact.strip(),
        filed_at=now,
        accept_due_at=accept,
        decide_due_at=order.due_at if accepted else book.deadline("complaint_decide_period", accept - _MOMENT).at,
        accepted_at=now if accepted else None,
    )
    await _join(case)
    return Filed(receipt, complaint)


async def _agency(code: str | None) -> Organisation | None:
    if not code:
        return None
    agency = await parties.organisation_by_code(code)
    if agency is None or agency.kind != OrganisationKind.AGENCY:
        raise InvalidInput.one("agencyCode", "not_an_agency")
    return agency


async def _demand(form: FileComplaint) -> Demand | None:
    """What the complainant says was demanded, as a record that rules judge; who said it is not in it."""
    charge = form.charge
    if charge is None:
        return None
    now = unit().now
    return await Demand.create(
        demand_no=new_code("YQ", now),
        case_no=form.case_no.strip(),
        item_code=charge.code,
        demanded_on=charge.on,
        reason=charge.reason.value,
        named_supplier=charge.named_supplier.strip(),
        source="complaint",
        stated_at=now,
    )


@use_case(None)
async def _judge(_actor: Actor, demand_id: UUID, scope: str) -> None:
    """What the rules say of the demand is a lead, in the complaint's case; no party reads it, supervisors do."""
    demand = await Demand.get(id=demand_id)
    scene = await gather.scene(gather.Unit(demands=[demand.demand_no]), local_date(unit().now))
    verdicts = [replace(v, scope=scope) for subject in scene.subjects for v in evaluate(scene.world, subject)]
    came_back, concerned = partial(gather.came_back, scene.world), partial(gather.concerned, scene.world)
    await findings.store(verdicts, scene.subjects, came_back, concerned)
    unit().replayed = not unit().records


async def _case(form: FileComplaint, typed: Organisation | None, demand: Demand | None) -> OversightCase:
    """The case about that contract or payment, or a new one that a regulator of the jurisdiction will take.

    Our records say which agency it concerns; a typed one counts where they say nothing, and joins nobody else's case.
    """
    told = await claims.known(form)
    agency = await claims.agency_of(told) or typed
    case = await following.live_case(_scope(told, demand), form.item_code.strip(), agency)
    if agency and case.agency_id == agency.id and not await CaseParty.exists(case_id=case.id, organisation_id=agency.id):
        await CaseParty.create(case=case, organisation=agency, side="agency", respondent=True)
    return case


def _scope(told: claims.Known, demand: Demand | None) -> str:
    """What findings about the same fact are grouped by."""
    if told.contract:
        return f"contract:{told.contract.contract_no}"
    if told.payment:
        return f"payment:{told.payment.payment_no}"
    return f"demand:{demand.demand_no}" if demand else f"complaint:{new_token()}"


async def _join(case: OversightCase) -> None:
    await moves.put_on_record(case, "complaint")
    if case.state == OversightState.DISMISSED:
        await following.revive(case)
    else:
        await moves.keep(case)
