"""What the market itself records: projects, awards, and the qualifications of those who won them."""

from collections.abc import Callable
from datetime import date, timedelta

from market.rules.conditions.base import (
    Outcome,
    Question,
    answer,
    condition,
    condition_by,
    contract_of,
    kind_of,
    need,
    subject,
    those,
)
from market.rules.facts import Award, Contract, Project
from market.workdays import working_day_after


@condition
def filed_under_award(q: Question) -> Outcome:
    """The contract was filed under an award of the market; one from elsewhere was not."""
    award = q.world.market.award_of(contract_of(q).contract_no)
    return answer(True, f"award:{award.project_code}", project=award.project_code) if award else answer(False)


@condition_by("tolerance_working_days")
def differs_from_award(q: Question) -> Outcome:
    """Price, intermediary or item of the contract are not those of its award, or it is due much later than was awarded."""
    contract = contract_of(q)
    award = need(q.world.market.award_of(contract.contract_no), "awards.project_code")
    tolerance = q.parameters["tolerance_working_days"]
    tests = _DIFFERENCES | {"term": lambda contract, award: _term(contract, award, tolerance)}
    differ = those(tests, lambda name: tests[name](contract, award))
    return answer(bool(differ), f"award:{award.project_code}", project=award.project_code, differences=differ)


def _price(contract: Contract, award: Award) -> bool:
    return need(contract.amount_fen, "contracts.amount_yuan") != need(award.amount_fen, "awards.amount_yuan")


def _supplier(contract: Contract, award: Award) -> bool:
    return need(contract.supplier_id, "contracts.supplier_id") != need(award.supplier_id, "awards.supplier_id")


def _item(contract: Contract, award: Award) -> bool:
    return need(contract.item_code, "contracts.item_code") != need(award.item_code, "awards.item_code")


def _term(contract: Contract, award: Award, tolerance: int) -> bool:
    signed = need(contract.signed_on, "contracts.signed_on")
    days = need(award.service_working_days, "awards.service_working_days")
    return need(contract.due_on, "contracts.due_on") > working_day_after(signed, days + tolerance)


_DIFFERENCES: dict[str, Callable[[Contract, Award], bool]] = {
    "price": _price,
    "supplier": _supplier,
    "item": _item,
}


@condition_by("working_days")
def not_signed_in_time(q: Question) -> Outcome:
    """So many working days after the award was confirmed, no contract was signed."""
    award = subject(q, Award)
    told = {"supplier": q.world.name(award.supplier_id or ""), "confirmed_on": str(award.confirmed_on)}
    days = q.parameters["working_days"]
    signed = {"signed_on": award.signed_on.isoformat()} if award.signed_on else {}
    return answer(_walked(q, award), **told, days=days, **signed)


def _walked(q: Question, award: Award) -> bool:
    last = working_day_after(need(award.confirmed_on, "awards.confirmed_on"), q.parameters["working_days"])
    return (award.signed_on or q.world.as_of) > last


@condition_by("days", "minimum", "working_days")
def walked_often(q: Question) -> Outcome:
    """With this one, so many awards of the intermediary within so many days up to it were not signed in time."""
    award = subject(q, Award)
    supplier, on = need(award.supplier_id, "awards.supplier_id"), need(award.confirmed_on, "awards.confirmed_on")
    since, least = on - timedelta(q.parameters["days"]), q.parameters["minimum"]
    near = (a for a in q.world.market.awards_to(supplier) if since < (a.confirmed_on or date.min) <= on)
    codes = [a.project_code for a in near if _walked(q, a)]
    told = {"supplier": q.world.name(supplier), "count": len(codes), "least": least, "days": q.parameters["days"]}
    return answer(len(codes) >= least, *(f"award:{code}" for code in codes), **told)


@condition_by("competitive_methods")
def agency_competition(q: Question) -> Outcome:
    """The project is an agency's, and open to all who qualify."""
    project = subject(q, Project)
    buyer, method = need(project.buyer_id, "projects.buyer_id"), need(project.method, "projects.method")
    competes = method in q.parameters["competitive_methods"]
    return answer(competes and kind_of(q.world, buyer) == "agency", buyer=q.world.name(buyer), method=method)


@condition_by("minimum_pool")
def few_qualify(q: Question) -> Outcome:
    """On the day of publication fewer intermediaries than a competition needs held the qualification that the item asks for."""
    project = subject(q, Project)
    code, on = need(project.item_code, "projects.item_code"), need(project.published_on, "projects.published_on")
    terms = q.world.market.terms(code, on)
    if terms is None or not terms.qualification:
        return answer(False, item=code, on=str(on))
    pool, least = len(q.world.market.holders(terms.qualification, on)), q.parameters["minimum_pool"]
    told = {"item": code, "on": str(on), "qualification": terms.qualification, "pool": pool, "least": least}
    return answer(pool < least, f"item:{code}", **told)


@condition
def certificates_are_kept(q: Question) -> Outcome:
    """The intermediary is in the market's register: some certificate of it is on record. Of others the register can say nothing."""
    supplier = need(contract_of(q).supplier_id, "contracts.supplier_id")
    return answer(q.world.market.is_certified(supplier), supplier=q.world.name(supplier))


@condition
def qualification_not_valid(q: Question) -> Outcome:
    """The item asks for a qualification, and what the intermediary holds was not valid at the award or at the delivery.

    Without an award the signing counts. Of an intermediary with only other certificates on record nothing can be said.
    """
    contract = contract_of(q)
    code = need(contract.item_code, "contracts.item_code")
    on = need(contract.commissioned_on, "contracts.commissioned_on")
    terms = q.world.market.terms(code, on)
    if terms is None or not terms.qualification:
        return answer(False, item=code)
    supplier = need(contract.supplier_id, "contracts.supplier_id")
    held = q.world.market.held(supplier, terms.qualification)
    need(held or None, "held_qualifications.qualification")
    void = those(_days(q, contract), lambda day: not any(h.covers(need(day, "contracts.signed_on")) for h in held))
    told = {"supplier": q.world.name(supplier), "item": code, "qualification": terms.qualification}
    return answer(bool(void), f"item:{code}", **told, days_void=[str(day) for day in void])


def _days(q: Question, contract: Contract) -> list[date | None]:
    award = q.world.market.award_of(contract.contract_no)
    won = award.confirmed_on if award else contract.signed_on
    return [won, contract.delivered_on] if contract.delivered_on else [won]
