"""What should be there by now and is not, and what happens in an order that it should not: deliveries, decisions, payments."""

from dataclasses import replace
from datetime import timedelta

from market.rules import sides
from market.rules.conditions.base import (
    Outcome,
    Question,
    answer,
    case_of,
    condition,
    condition_by,
    contract_of,
    every,
    need,
    net_of,
    serves_approval,
    side_of_client,
    side_of_payer,
    those,
)
from market.rules.facts import Contract, Payment
from market.rules.sides import Side
from market.workdays import working_day_after


@condition
def service_used(q: Question) -> Outcome:
    """The work was delivered or accepted; empty dates say that it was not."""
    contract = contract_of(q)
    on = contract.delivered_on or contract.accepted_on
    return answer(on is not None, f"contract:{contract.contract_no}", **({"on": on.isoformat()} if on else {}))


@condition_by("days")
def case_decided_long_ago(q: Question) -> Outcome:
    """The agency decided the case, and the days in which a payment must show are over. An empty date: not decided yet."""
    case, days = case_of(q.world, contract_of(q)), q.parameters["days"]
    if case.decided_on is None:
        return answer(False, case=case.case_no)
    told = {"case": case.case_no, "decided_on": case.decided_on.isoformat(), "days": days, "as_of": q.world.as_of.isoformat()}
    return answer(q.world.as_of > case.decided_on + timedelta(days), f"case:{case.case_no}", **told)


@condition
def agency_left_no_trail(q: Question) -> Outcome:
    """No payment of the agency's side is on record, neither under the contract nor, without a contract, for the case to the supplier."""
    contract = contract_of(q)
    case = case_of(q.world, contract)
    agency = need(case.agency_id, "cases.agency_id")

    def trail(payment: Payment) -> bool:
        return every(
            lambda: side_of_payer(q.world, case, payment) is Side.AGENCY,
            lambda: net_of(q.world, payment) > 0,
            lambda: payment.contract_no is not None or _to_supplier(q, contract, payment),
        )

    found = those([*q.world.payments_under(contract.contract_no), *q.world.loose_of_case(case.case_no)], trail)
    numbers = [p.payment_no for p in found]
    told = {"agency": q.world.name(agency), "case": case.case_no}
    return answer(not numbers, **told, payments=numbers)


def _to_supplier(q: Question, contract: Contract, payment: Payment) -> bool:
    supplier, on = need(contract.supplier_id, "contracts.supplier_id"), need(payment.paid_on, "payments.paid_on")
    return need(payment.payee_id, "payments.payee_id") in sides.group(q.world, supplier, on)


@condition_by("working_days")
def late_by_working_days(q: Question) -> Outcome:
    """Delivered more than so many working days late, or not delivered by then. A delivery on record proves it."""
    contract, days = contract_of(q), q.parameters["working_days"]
    due = need(contract.due_on, "contracts.due_on")
    told = {"due_on": due.isoformat(), "days": days, "as_of": q.world.as_of.isoformat()}
    delivered = {"delivered_on": contract.delivered_on.isoformat()} if contract.delivered_on else {}
    until = contract.delivered_on or q.world.as_of
    late = until > due and until > working_day_after(due, days)
    return replace(answer(late, **told, **delivered), proven=contract.delivered_on is not None)


@condition_by("days")
def agency_commissions_soon_after(q: Question) -> Outcome:
    """In the same case the agency's side commissioned approval work at most so many days after this contract."""
    contract, days = contract_of(q), q.parameters["days"]
    case, on = case_of(q.world, contract), need(contract.commissioned_on, "contracts.commissioned_on")

    def soon(other: Contract) -> bool:
        return every(
            lambda: serves_approval(other),
            lambda: on <= need(other.commissioned_on, "contracts.commissioned_on") <= on + timedelta(days),
            lambda: side_of_client(q.world, case, other) is Side.AGENCY,
        )

    others = [c for c in q.world.contracts_of(case.case_no) if c.contract_no != contract.contract_no]
    numbers = [c.contract_no for c in those(others, soon)]
    return answer(bool(numbers), *(f"contract:{n}" for n in numbers), case=case.case_no, days=days, contracts=numbers)
