"""Two records of one case that do not go together."""

from collections.abc import Iterable
from datetime import date

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
    item_class_of,
    need,
    net_of,
    net_paid_under,
    serves_approval,
    side_of,
    side_of_client,
    side_of_payer,
    subject,
    those,
    within,
)
from market.rules.facts import Case, Contract, Payment
from market.rules.sides import Side
from market.rules.world import World

UNKNOWN = "unknown"
"""Told of a column that is empty, where another column decides."""


def _same_group(world: World, one: str, other: str, on: date) -> bool:
    return other in sides.group(world, one, on)


def _group_links(world: World, party: str | None, others: Iterable[str | None], on: date) -> list[str]:
    """The relations that show each of the others to be of the party's group."""
    reach = sides.group(world, party, on) if party else {}
    return [link for other in others for link in sides.shown(reach, other)]


def _clients_side(world: World, case: Case, contract: Contract, on: date) -> Side:
    return side_of(world, case, need(contract.client_id, "contracts.client_id"), on)


@condition
def without_contract(q: Question) -> Outcome:
    """The payment names no contract."""
    return answer(subject(q, Payment).contract_no is None)


@condition_by("days")
def payee_works_for_agency(q: Question) -> Outcome:
    """The applicant's side paid the intermediary that the agency had commissioned in the same case, about when it signed."""
    payment = subject(q, Payment)
    case = need(q.world.cases.get(need(payment.case_no, "payments.case_no")), "cases.case_no")
    on = need(payment.paid_on, "payments.paid_on")
    if side_of_payer(q.world, case, payment) is not Side.APPLICANT:
        return answer(False)

    def near(contract: Contract) -> bool:
        return every(
            lambda: serves_approval(contract),
            lambda: item_class_of(q.world, contract) == "agency_commissioned",
            lambda: _clients_side(q.world, case, contract, on) is Side.AGENCY,
            lambda: _same_group(q.world, _supplier(contract), _payee(payment), on),
            lambda: within(need(contract.signed_on, "contracts.signed_on"), on, q.parameters["days"]),
        )

    found = those(q.world.contracts_of(case.case_no), near)
    numbers = [c.contract_no for c in found]
    links = _group_links(q.world, payment.payee_id, (c.supplier_id for c in found), on)
    links += sides.shown(sides.applicant_side(q.world, case.applicant_id or "", on), payment.payer_id)
    told = {"party": _named(q, payment.payer_id), "payee": _named(q, payment.payee_id), "on": on.isoformat()}
    told |= {"case": case.case_no, "days": q.parameters["days"]}
    return answer(bool(found), *(f"contract:{n}" for n in numbers), *links, contracts=numbers, **told)


def _supplier(contract: Contract) -> str:
    return need(contract.supplier_id, "contracts.supplier_id")


def _payee(payment: Payment) -> str:
    return need(payment.payee_id, "payments.payee_id")


def _named(q: Question, party: str | None) -> str:
    return q.world.name(party) if party else UNKNOWN


@condition
def supplier_serves_applicant_too(q: Question) -> Outcome:
    """In the same case, an intermediary of the same group works for the applicant's side."""
    contract = contract_of(q)
    case = case_of(q.world, contract)
    on = need(contract.commissioned_on, "contracts.commissioned_on")

    def also(other: Contract) -> bool:
        return every(
            lambda: serves_approval(other),
            lambda: side_of_client(q.world, case, other) is Side.APPLICANT,
            lambda: _same_group(q.world, _supplier(contract), _supplier(other), on),
        )

    others = [c for c in q.world.contracts_of(case.case_no) if c.contract_no != contract.contract_no]
    found = those(others, also)
    numbers = [c.contract_no for c in found]
    links = _group_links(q.world, contract.supplier_id, (c.supplier_id for c in found), on)
    return answer(
        bool(numbers), *(f"contract:{n}" for n in numbers), *links, supplier=_named(q, contract.supplier_id), contracts=numbers
    )


@condition
def agency_paid_as_well(q: Question) -> Outcome:
    """For the same case and item the agency's side paid the same intermediary's group, under an approval contract, too."""
    payment, contract = subject(q, Payment), contract_of(q)
    case, on = case_of(q.world, contract), need(payment.paid_on, "payments.paid_on")

    def also(pair: tuple[Contract, Payment]) -> bool:
        other, paid = pair
        return every(
            lambda: paid is not payment,
            lambda: serves_approval(other),
            lambda: _item(other) == _item(contract),
            lambda: side_of_payer(q.world, case, paid) is Side.AGENCY,
            lambda: net_of(q.world, paid) > 0,
            lambda: _same_group(q.world, _payee(payment), _payee(paid), on),
        )

    pairs = [(c, p) for c in q.world.contracts_of(case.case_no) for p in q.world.payments_under(c.contract_no)]
    found = [p for _, p in those(pairs, also)]
    numbers = [p.payment_no for p in found]
    links = _group_links(q.world, payment.payee_id, (p.payee_id for p in found), on)
    told = {"item": contract.item_code or UNKNOWN, "payee": _named(q, payment.payee_id)}
    return answer(bool(numbers), *(f"payment:{n}" for n in numbers), *links, **told, payments=numbers)


@condition
def same_work_paid_before(q: Question) -> Outcome:
    """For the same case, item and client side an earlier approval contract is paid as well, and neither re-tests the other."""
    contract = contract_of(q)
    case = case_of(q.world, contract)

    def earlier(other: Contract) -> bool:
        return every(
            lambda: serves_approval(other),
            lambda: _item(other) == _item(contract),
            lambda: other.retest_of != contract.contract_no and contract.retest_of != other.contract_no,
            lambda: _signed(other) < _signed(contract),
            lambda: net_paid_under(q.world, other) > 0,
            lambda: _same_client_side(q.world, case, contract, other),
        )

    others = [c for c in q.world.contracts_of(case.case_no) if c.contract_no != contract.contract_no]
    numbers = [c.contract_no for c in those(others, earlier)]
    told = {"item": contract.item_code or UNKNOWN, "case": case.case_no}
    return answer(bool(numbers), *(f"contract:{n}" for n in numbers), **told, contracts=numbers)


def _item(contract: Contract) -> str:
    return need(contract.item_code, "contracts.item_code")


def _signed(contract: Contract) -> tuple[date, str]:
    return need(contract.signed_on, "contracts.signed_on"), contract.contract_no


def _same_client_side(world: World, case: Case, one: Contract, other: Contract) -> bool:
    sides_ = side_of_client(world, case, one), side_of_client(world, case, other)
    return sides_[0] is sides_[1] and (sides_[0] is not Side.THIRD_PARTY or one.client_id == other.client_id)
