"""What a complaint need not be told, because a record or a self-check says it already, and what our records know of it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from market.actors import Actor
from market.fees import records
from market.fees.charge import Charge, say
from market.fees.checking import check_charge
from market.money import format_yuan
from market.oversight.forms import FileComplaint
from market.parties import read as parties
from market.parties.models import Organisation
from market.rules import facts
from market.text import spellings

_SOURCE = "zh-CN"
"""The regulator reads Chinese."""


@dataclass(frozen=True)
class Known:
    """The records that a complaint names, native or imported; None where there is none."""

    payment: facts.Payment | None
    contract: facts.Contract | None
    case: facts.Case | None


async def completed(actor: Actor, form: FileComplaint, today: date) -> FileComplaint:
    """The complaint with what the self-check or the complainant's own payment says. Raises InvalidInput with every problem.

    A record that is not the complainant's own adds nothing: whether it exists is nobody's to learn here.
    """
    own = await _own_payment(actor, form.record_no)
    form.check(needs_words=own is None and form.charge is None)
    said = [form.text.strip()]
    if form.charge:
        check = await check_charge(form.charge, today)
        form = replace(form, **_from_charge(form, form.charge))
        said.append(check.complaint(_SOURCE))
    if own:
        form = replace(form, **await _from_record(form, own))
        said.append(_sentence(own))
    return replace(form, text="\n".join(part for part in said if part))


def _from_charge(form: FileComplaint, charge: Charge) -> dict[str, Any]:
    reason = form.demand_reason.strip() or say("reason", charge.reason, _SOURCE)
    amount = charge.amount_fen if form.amount_fen is None else form.amount_fen
    return {"item_code": form.item_code or charge.code, "amount_fen": amount, "demand_reason": reason}


async def _from_record(form: FileComplaint, own: facts.Payment) -> dict[str, Any]:
    [contract] = await _one(facts.Contract, records.CONTRACTS, "contract_no", own.contract_no)
    amount = own.amount_fen if form.amount_fen is None else form.amount_fen
    return {"item_code": form.item_code or (contract and contract.item_code) or "", "amount_fen": amount}


def _sentence(own: facts.Payment) -> str:
    amount = "—" if own.amount_fen is None else format_yuan(own.amount_fen)
    told = {"number": own.payment_no, "on": own.paid_on or "—", "payee": own.payee_id or "—", "amount": amount}
    return say("complaint", "record", _SOURCE, **told)


async def _own_payment(actor: Actor, number: str) -> facts.Payment | None:
    """The payment of that number, if the complainant's own party made it."""
    if actor.party_id is None or not number.strip():
        return None
    [payment] = await _one(facts.Payment, records.PAYMENTS, "payment_no", number.strip())
    [party] = await parties.organisations_by_id([actor.party_id])
    return payment if payment and party and payment.payer_id == party.code and not payment.refund_of else None


async def known(form: FileComplaint) -> Known:
    """The payment, its contract and its case; else the contract that is named; else the approval case and its only contract."""
    [payment] = await _one(facts.Payment, records.PAYMENTS, "payment_no", form.record_no.strip())
    contract = await _contract(form, payment)
    own = contract.case_no if contract else payment and payment.case_no
    numbers = [own] if contract or own else spellings(form.case_no)
    [handled] = await _one(facts.Case, records.CASES, "case_no", *numbers)
    return Known(payment, contract, handled)


async def _contract(form: FileComplaint, payment: facts.Payment | None) -> facts.Contract | None:
    named = payment.contract_no if payment else form.contract_no.strip()
    if payment or named:
        [contract] = await _one(facts.Contract, records.CONTRACTS, "contract_no", named)
        return cast(facts.Contract | None, contract)
    return await _only_contract(spellings(form.case_no))


async def agency_of(told: Known) -> Organisation | None:
    """The agency that our own records name."""
    code = told.case.agency_id if told.case else None
    return await parties.organisation_by_code(code) if code else None


async def _only_contract(numbers: list[str]) -> facts.Contract | None:
    """The contract of an approval case that has one and no other."""
    found = await records.select(facts.Contract, records.CONTRACTS, "case_no IN $1", [n for n in numbers if n])
    return found[0] if len(found) == 1 else None


async def _one(kind: type[Any], table: str, column: str, *keys: str | None) -> list[Any]:
    """The record of that key alone, however it may be spelt, or None alone."""
    found = await records.select(kind, table, f"{column} IN $1", [key for key in keys if key])
    return found[:1] or [None]
