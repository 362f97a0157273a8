"""Complaints: anyone may file one, keeps a receipt, reads the outcome by it; who complained is for the handling regulator alone."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

from tortoise.transactions import in_transaction

from market import db
from market.actors import Actor
from market.contracts.models import Contract
from market.errors import InvalidInput, TooManyComplaints
from market.fees.models import FeeRecord
from market.log import service as log
from market.oversight import following, moves
from market.oversight.models import CaseParty, Complaint, OrderKind, OversightCase
from market.oversight.states import OversightState
from market.parties import read as parties
from market.parties.models import Organisation, OrganisationKind, SignInCounter
from market.parties.throttle import address_key
from market.parties.tokens import new_token
from market.projects.models import ApprovalCase
from market.text import Checker
from market.usecase import rulebook, unit, use_case

TEXT = 4000
_MOMENT = timedelta(seconds=1)
"""A day ends at the first moment of the next one: a second before, it is still that day."""


class ComplaintState(StrEnum):
    """``received`` until a regulator took the case, ``accepted`` until it decided."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECIDED = "decided"


@dataclass(frozen=True)
class FileComplaint:
    """What happened. Numbers are kept as typed: whether they exist is nobody's to learn here. ``amount_fen`` in fen."""

    item_code: str
    text: str
    agency_code: str | None = None
    contract_no: str = ""
    record_no: str = ""
    case_no: str = ""
    amount_fen: int | None = None
    demand_reason: str = ""
    contact: str = ""

    def check(self) -> None:
        """Raises InvalidInput with every problem."""
        check = Checker()
        check.text("itemCode", self.item_code, 40)
        check.text("text", self.text, TEXT, lines=True)
        for path, value in (("contractNo", self.contract_no), ("recordNo", self.record_no), ("caseNo", self.case_no)):
            check.text(path, value, 60, required=False)
        check.text("demandReason", self.demand_reason, 500, required=False, lines=True)
        check.text("contact", self.contact, 200, required=False)
        if self.amount_fen is not None:
            check.amount("amount", self.amount_fen)
        check.done()


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


def _hash(receipt: str) -> str:
    return hashlib.sha256(receipt.strip().encode("utf-8", "surrogatepass")).hexdigest()


async def complaint_by_receipt(receipt: str) -> Complaint | None:
    """The complaint that this receipt was given for: 256 random bits, so that nobody finds another's."""
    return await Complaint.get_or_none(receipt_hash=_hash(receipt))


async def file_complaint(actor: Actor, form: FileComplaint) -> Filed:
    """Take a complaint from anybody, signed in or not; two transactions, so that the attempt stays counted.

    Raises InvalidInput, TooManyComplaints.
    """
    form.check()
    await _count(actor.address)
    return await _file(actor, form)


async def _count(address: str) -> None:
    """Not a use case: a counter is no fact for the log. Raises TooManyComplaints, counting nothing."""
    key = address_key(address)
    if not key:
        return
    async with in_transaction():
        await log.hold_writer()
        now = await db.now()
        key = f"complaint:{key}"
        await SignInCounter.bulk_create([SignInCounter(key=key, failures=0, last_at=now)], ignore_conflicts=True)
        counter = await SignInCounter.select_for_update().get(key=key)
        if counter.paused_until and counter.paused_until > now:
            raise TooManyComplaints(counter.paused_until)
        _add(counter, now)
        await counter.save()


def _add(counter: SignInCounter, now: datetime) -> None:
    pause, limit = rulebook().duration("complaint_pause", now), rulebook().number("complaints_address", now)
    forgotten = counter.paused_until is not None or counter.last_at + pause <= now
    counter.failures = 1 if forgotten else counter.failures + 1
    counter.last_at, counter.paused_until = now, now + pause if counter.failures >= limit else None


@use_case(None)
async def _file(actor: Actor, form: FileComplaint) -> Filed:
    now, book = unit().now, rulebook()
    agency = await _agency(form.agency_code)
    case = await _case(form, agency)
    receipt, accepted = new_token(), case.handler_id is not None
    order = await moves.owe(case, OrderKind.DECIDE if accepted else OrderKind.ACCEPT)
    accept = book.deadline("complaint_accept_period", now).at
    complaint = await Complaint.create(
        receipt_hash=_hash(receipt),
        case=case,
        complainant_id=actor.party_id,
        item_code=form.item_code.strip(),
        contract_no=form.contract_no.strip(),
        record_no=form.record_no.strip(),
        case_no=form.case_no.strip(),
        amount_fen=form.amount_fen,
        demand_reason=form.demand_reason.strip(),
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


async def _case(form: FileComplaint, typed: Organisation | None) -> OversightCase:
    """The case about that contract or payment, or a new one that a regulator of the jurisdiction will take.

    Our records say which agency it concerns; a typed one counts where they say nothing, and joins nobody else's case.
    """
    scope, known = await _scope(form)
    agency = known or typed
    case = await following.live_case(scope, form.item_code.strip(), agency)
    if agency and case.agency_id == agency.id and not await CaseParty.exists(case_id=case.id, organisation_id=agency.id):
        await CaseParty.create(case=case, organisation=agency, side="agency", respondent=True)
    return case


async def _scope(form: FileComplaint) -> tuple[str, Organisation | None]:
    """What findings about the same fact are grouped by, and the agency that our own records name."""
    number, wanted = form.record_no.strip(), form.case_no.strip()
    paid = await FeeRecord.get_or_none(record_no=number).select_related("contract__case__agency") if number else None
    handled = await ApprovalCase.get_or_none(case_no=wanted).select_related("agency") if wanted else None
    about = await _contract(form.contract_no.strip(), paid, handled)
    approval = about.case if about else handled
    agency = approval.agency if approval else None
    if about:
        return f"contract:{about.contract_no}", agency
    return (f"payment:{paid.record_no}" if paid else f"complaint:{new_token()}"), agency


async def _contract(number: str, paid: FeeRecord | None, handled: ApprovalCase | None) -> Contract | None:
    """The payment's, else the one of that number, else the approval case's only one."""
    if paid:
        return cast(Contract | None, paid.contract)
    if number:
        return await Contract.get_or_none(contract_no=number).select_related("case__agency")
    return await _only_contract(handled) if handled else None


async def _only_contract(handled: ApprovalCase) -> Contract | None:
    """The contract of an approval case that has one and no other."""
    found = await Contract.filter(case_id=handled.id).limit(2).select_related("case__agency")
    return found[0] if len(found) == 1 else None


async def _join(case: OversightCase) -> None:
    await moves.put_on_record(case, "complaint")
    if case.state == OversightState.DISMISSED:
        await following.revive(case)
    else:
        await moves.keep(case)
