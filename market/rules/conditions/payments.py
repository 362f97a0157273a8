"""Who paid, for whom, and what came back or went round."""

from collections.abc import Collection
from dataclasses import replace

from market.rules import sides
from market.rules.conditions.base import (
    WHOLE,
    Outcome,
    Question,
    answer,
    case_of,
    condition,
    condition_by,
    contract_of,
    every,
    is_hard,
    need,
    net_of,
    references,
    side_of_payer,
    subject,
    those,
    within,
)
from market.rules.conditions.contracts import on_agency_side, on_applicant_side
from market.rules.facts import Payment
from market.rules.sides import Side


@condition
def under_contract(q: Question) -> Outcome:
    """The payment names a contract; an empty contract number is a fact."""
    if subject(q, Payment).contract_no is None:
        return answer(False)
    number = contract_of(q).contract_no
    return answer(True, f"contract:{number}", contract=number)


@condition
def net_paid(q: Question) -> Outcome:
    """After refunds, something of the payment remains."""
    payment = subject(q, Payment)
    net = net_of(q.world, payment)
    refunds = references(q.world.refunds_of(payment.payment_no))
    return answer(net > 0, *refunds, paid_fen=payment.amount_fen, net_fen=net, grade=payment.grade)


@condition
def payer_on_applicant_side(q: Question) -> Outcome:
    """On the date of the payment, the payer is the applicant, of its group, or an agent of a member."""
    payment = subject(q, Payment)
    payer, on = need(payment.payer_id, "payments.payer_id"), need(payment.paid_on, "payments.paid_on")
    return on_applicant_side(q, contract_of(q), payer, on)


@condition
def payer_on_agency_side(q: Question) -> Outcome:
    """On the date of the payment, the payer is the agency, or pays for it under a mandate."""
    payment = subject(q, Payment)
    side = side_of_payer(q.world, case_of(q.world, contract_of(q)), payment)
    payer, on = need(payment.payer_id, "payments.payer_id"), need(payment.paid_on, "payments.paid_on")
    return on_agency_side(q, side, payer, on)


@condition
def payer_is_third_party(q: Question) -> Outcome:
    """On the date of the payment, the payer is on neither side."""
    payment = subject(q, Payment)
    side = side_of_payer(q.world, case_of(q.world, contract_of(q)), payment)
    payer, on = need(payment.payer_id, "payments.payer_id"), need(payment.paid_on, "payments.paid_on")
    return answer(side is Side.THIRD_PARTY, party=q.world.name(payer), side=side.value, on=on.isoformat())


@condition_by("days", "tolerance_percent")
def reimbursed_by_applicant_side(q: Question) -> Outcome:
    """Somebody else paid. Whether the applicant's side gave that payer the same amount decides how certain the finding is."""
    payer = need(subject(q, Payment).payer_id, "payments.payer_id")
    known = (leg for leg in _candidates(q) if leg.paid_on and leg.payee_id and leg.amount_fen is not None)
    return _with_legs(q, [leg for leg in known if _fits(q, leg, {payer})], {payer: None})


@condition_by("days", "steps", "tolerance_percent")
def round_trip(q: Question) -> Outcome:
    """The applicant's side paid the same amount to the agency's side, or to a body that the agency holds."""
    case = case_of(q.world, contract_of(q))
    agency, on = need(case.agency_id, "cases.agency_id"), need(subject(q, Payment).paid_on, "payments.paid_on")
    held = sides.affiliates(q.world, agency, on, q.parameters["steps"])
    purses = held | sides.agency_side(q.world, agency, on)
    legs = those([*_candidates(q), *q.world.loose_payments(None)], lambda leg: _fits(q, leg, purses))
    return _with_legs(q, legs, purses) if legs else answer(False)


def _side(q: Question) -> sides.Reach:
    """The applicant's side on the day of the subject's payment."""
    applicant = need(case_of(q.world, contract_of(q)).applicant_id, "cases.applicant_id")
    return sides.applicant_side(q.world, applicant, need(subject(q, Payment).paid_on, "payments.paid_on"))


def _candidates(q: Question) -> list[Payment]:
    """The payments of the applicant's side that name no contract."""
    return [leg for member in _side(q) for leg in q.world.loose_payments(member)]


def _fits(q: Question, leg: Payment, payees: Collection[str]) -> bool:
    """About the subject's date and amount, from the applicant's side to one of ``payees``. Raises MissingColumn."""
    payment = subject(q, Payment)
    on, amount = need(payment.paid_on, "payments.paid_on"), need(payment.amount_fen, "payments.amount_yuan")
    days, percent = q.parameters["days"], q.parameters["tolerance_percent"]
    return every(
        lambda: within(need(leg.paid_on, "payments.paid_on"), on, days),
        lambda: abs(need(leg.amount_fen, "payments.amount_yuan") - amount) * WHOLE <= amount * percent,
        lambda: need(leg.payee_id, "payments.payee_id") in payees,
        lambda: need(leg.payer_id, "payments.payer_id") in _side(q),
    )


def _with_legs(q: Question, legs: list[Payment], payees: sides.Reach) -> Outcome:
    """Met; proof if the payment and one leg are hard. The links to who paid a leg and who got it are evidence, too."""
    payment = subject(q, Payment)
    proven = bool(legs) and every(lambda: is_hard(payment), lambda: bool(those(legs, is_hard)))
    links = [link for leg in legs for link in (*sides.shown(_side(q), leg.payer_id), *sides.shown(payees, leg.payee_id))]
    return replace(answer(True, *references(legs), *links, legs=[_told(q, leg) for leg in legs]), proven=proven)


def _told(q: Question, leg: Payment) -> list[str | int | None]:
    ends = q.world.name(leg.payer_id or ""), q.world.name(leg.payee_id or "")
    return [leg.payment_no, str(leg.paid_on), *ends, leg.amount_fen, leg.grade]
