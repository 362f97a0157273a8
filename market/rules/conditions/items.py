"""What the lists say of the item on the date that counts."""

from datetime import date

from market.rules.conditions.base import Outcome, Question, answer, condition, contract_condition, contract_of, listed_class, need
from market.rules.facts import Demand


def item_on(q: Question) -> tuple[str, date | None, str]:
    """Item code, the date that its class is taken on, of the demand or of the contract's commissioning, and that date's column."""
    if isinstance(q.record, Demand):
        return need(q.record.item_code, "demands.item_code"), q.record.demanded_on, "demands.demanded_on"
    contract = contract_of(q)
    return need(contract.item_code, "contracts.item_code"), contract.commissioned_on, "contracts.commissioned_on"


def _class_is(q: Question, wanted: str) -> Outcome:
    code, on, column = item_on(q)
    found = listed_class(q.world, code, on, column)
    return answer(found == wanted, f"item:{code}", item=code, on=str(on or q.world.as_of), item_class=found or "not_listed")


@contract_condition
def item_agency_commissioned(q: Question) -> Outcome:
    """On the date that counts, the item is commissioned by the agency."""
    return _class_is(q, "agency_commissioned")


@contract_condition
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
    code, on, column = item_on(q)
    listed = q.world.in_catalogue(code) or listed_class(q.world, code, on, column) is not None
    return answer(not listed, f"item:{code}", item=code, on=str(on or q.world.as_of))


@condition
def self_preparation_allowed(q: Question) -> Outcome:
    """On the date that counts, the catalogue lets the applicant prepare the paper itself."""
    code, on, column = item_on(q)
    terms = q.world.market.terms(code, need(on, column)) if q.world.in_catalogue(code) else None
    return answer(terms is not None and terms.self_preparation, f"item:{code}", item=code, on=str(on or q.world.as_of))
