"""What the lists say of the item on the date that counts."""

from datetime import date

from market.rules.conditions.base import Outcome, Question, answer, condition, contract_of, need, subject
from market.rules.facts import Demand


def item_on(q: Question) -> tuple[str, date]:
    """Item code, and the date that its class is taken on: of the demand, or of the contract's commissioning."""
    if isinstance(q.record, Demand):
        return need(q.record.item_code, "demands.item_code"), need(q.record.demanded_on, "demands.demanded_on")
    contract = contract_of(q)
    return need(contract.item_code, "contracts.item_code"), need(contract.commissioned_on, "contracts.commissioned_on")


def _class_is(q: Question, wanted: str) -> Outcome:
    code, on = item_on(q)
    found = q.world.item_class(code, on)
    return answer(found == wanted, f"item:{code}", item=code, on=on.isoformat(), item_class=found or "not_listed")


@condition
def item_agency_commissioned(q: Question) -> Outcome:
    """On the date that counts, the item is commissioned by the agency."""
    return _class_is(q, "agency_commissioned")


@condition
def item_cancelled(q: Question) -> Outcome:
    """On the date that counts, the item is cancelled."""
    return _class_is(q, "cancelled")


@condition
def item_applicant_choice(q: Question) -> Outcome:
    """On the date that counts, the applicant decides whether to buy the item."""
    return _class_is(q, "applicant_choice")


@condition
def item_unlisted(q: Question) -> Outcome:
    """On the date that counts, no list edition in force has the item, and the catalogue never had it."""
    demand = subject(q, Demand)
    if q.world.in_catalogue(code := need(demand.item_code, "demands.item_code")):
        return answer(False, f"item:{code}", item=code)
    on = need(demand.demanded_on, "demands.demanded_on")
    return answer(q.world.item_class(code, on) is None, f"item:{code}", item=code, on=on.isoformat())
