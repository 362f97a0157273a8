"""Money that somebody must pay to be let in: to whoever operates the market, or to an association under the case's agency."""

from market.rules import sides
from market.rules.conditions.base import Outcome, Question, answer, condition, condition_by, kind_of, need, subject
from market.rules.facts import Payment


@condition_by("payer_kinds")
def payer_trades_here(q: Question) -> Outcome:
    """Who paid is an applicant or an intermediary by its kind, not a public body."""
    payer = need(subject(q, Payment).payer_id, "payments.payer_id")
    return answer(kind_of(q.world, payer) in q.parameters["payer_kinds"], payer=q.world.name(payer))


@condition
def payee_operates_market(q: Question) -> Outcome:
    """On the date of the payment, the payee operates the market."""
    payment = subject(q, Payment)
    payee, on = need(payment.payee_id, "payments.payee_id"), need(payment.paid_on, "payments.paid_on")
    return answer(q.world.market.operates(payee, on), f"organisation:{payee}", payee=q.world.name(payee), on=on.isoformat())


@condition
def payee_is_association(q: Question) -> Outcome:
    """The payee is an association."""
    payee = need(subject(q, Payment).payee_id, "payments.payee_id")
    return answer(kind_of(q.world, payee) == "association", payee=q.world.name(payee))


@condition_by("steps")
def payee_under_agency(q: Question) -> Outcome:
    """On the date of the payment, the agency of the payment's case sponsors, supervises, holds or controls the payee."""
    payment = subject(q, Payment)
    case = need(q.world.cases.get(need(payment.case_no, "payments.case_no")), "cases.case_no")
    payee, on = need(payment.payee_id, "payments.payee_id"), need(payment.paid_on, "payments.paid_on")
    agency = need(case.agency_id, "cases.agency_id")
    reach = sides.affiliates(q.world, agency, on, q.parameters["steps"])
    links = sides.chain(reach, payee) if payee in reach else ()
    chain = [[q.world.name(r.from_id), r.relation, q.world.name(r.to_id)] for r in links]
    told = {"payee": q.world.name(payee), "agency": q.world.name(agency), "case": case.case_no, "on": on.isoformat()}
    if not links:
        return answer(False, **told)
    return answer(True, f"case:{case.case_no}", *(r.reference for r in links), **told, chain=chain)
