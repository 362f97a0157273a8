"""What a contract is, who signed it, and what was paid, delivered and owed under it."""

from datetime import date, timedelta
from fractions import Fraction

from market.rules import sides
from market.rules.conditions.base import (
    WHOLE,
    Outcome,
    Question,
    agreed_fen,
    answer,
    case_of,
    condition,
    condition_by,
    contract_condition,
    contract_of,
    kind_of,
    need,
    net_paid_under,
    references,
    serves_approval,
    side_of_client,
)
from market.rules.facts import Contract, Relation
from market.rules.sides import Side


@contract_condition
def approval_work(q: Question) -> Outcome:
    """The contract serves an approval; the applicant's own order never does."""
    contract = contract_of(q)
    return answer(serves_approval(contract), f"contract:{contract.contract_no}", contract=contract.contract_no)


@contract_condition
def with_case(q: Question) -> Outcome:
    """The contract belongs to an approval case."""
    number = case_of(q.world, contract_of(q)).case_no
    return answer(True, f"case:{number}", case=number)


@condition
def client_on_applicant_side(q: Question) -> Outcome:
    """On the date of commissioning, the client is the applicant, of its group, or an agent of a member."""
    contract = contract_of(q)
    on = need(contract.commissioned_on, "contracts.commissioned_on")
    return on_applicant_side(q, contract, need(contract.client_id, "contracts.client_id"), on)


def on_applicant_side(q: Question, contract: Contract, party: str, on: date) -> Outcome:
    """Whether the party is the applicant, of its group, or an agent of a member, with the chain that shows it."""
    case = case_of(q.world, contract)
    applicant = need(case.applicant_id, "cases.applicant_id")
    reach = sides.applicant_side(q.world, applicant, on)
    if party not in reach:
        return answer(False, party=q.world.name(party), applicant=q.world.name(applicant), on=on.isoformat())
    links = sides.chain(reach, party)
    return answer(
        True,
        *(r.reference for r in links),
        party=q.world.name(party),
        applicant=q.world.name(applicant),
        on=on.isoformat(),
        chain=_named(q, links),
    )


@condition
def client_on_agency_side(q: Question) -> Outcome:
    """On the date of commissioning, the client is the case's agency, or pays for it under a mandate."""
    contract = contract_of(q)
    side = side_of_client(q.world, case_of(q.world, contract), contract)
    on = need(contract.commissioned_on, "contracts.commissioned_on")
    return on_agency_side(q, side, need(contract.client_id, "contracts.client_id"), on)


def on_agency_side(q: Question, side: Side, party: str, on: date) -> Outcome:
    """Whether ``side``, where the party stands, is the agency's, with the mandate that shows it."""
    told = {"party": q.world.name(party), "side": side.value, "on": on.isoformat()}
    if side is not Side.AGENCY:
        return answer(False, **told)
    agency = need(case_of(q.world, contract_of(q)).agency_id, "cases.agency_id")
    reach = sides.agency_side(q.world, agency, on)
    return answer(True, *sides.shown(reach, party), **told, chain=_named(q, sides.chain(reach, party)))


@condition
def client_is_agency(q: Question) -> Outcome:
    """The client is an agency."""
    client = need(contract_of(q).client_id, "contracts.client_id")
    return answer(kind_of(q.world, client) == "agency", client=q.world.name(client))


@condition_by("competitive_methods", "direct_methods", "minimum_quotes")
def chosen_without_competition(q: Question) -> Outcome:
    """Chosen directly, or competitively with fewer valid quotes than the rule asks for."""
    contract = contract_of(q)
    method = need(contract.method, "contracts.method")
    evidence = f"contract:{contract.contract_no}"
    if method not in q.parameters["competitive_methods"]:
        return answer(method in q.parameters["direct_methods"], evidence, method=method)
    quotes = need(contract.valid_quotes, "contracts.valid_quotes")
    least = q.parameters["minimum_quotes"]
    return answer(quotes < least, evidence, method=method, quotes=quotes, least=least)


@condition_by("steps")
def supplier_is_affiliate(q: Question) -> Outcome:
    """On the date of commissioning, the case's agency sponsors, supervises, holds or controls the supplier, in a few steps."""
    contract = contract_of(q)
    agency = need(case_of(q.world, contract).agency_id, "cases.agency_id")
    supplier = need(contract.supplier_id, "contracts.supplier_id")
    on = need(contract.commissioned_on, "contracts.commissioned_on")
    reach = sides.affiliates(q.world, agency, on, q.parameters["steps"])
    links = sides.chain(reach, supplier) if supplier in reach else ()
    told = {"supplier": q.world.name(supplier), "agency": q.world.name(agency), "on": on.isoformat()}
    return answer(True, *(r.reference for r in links), **told, chain=_named(q, links)) if links else answer(False, **told)


def _named(q: Question, links: tuple[Relation, ...]) -> list[list[str]]:
    return [[q.world.name(r.from_id), r.relation, q.world.name(r.to_id)] for r in links]


@condition
def paid_more_than_agreed(q: Question) -> Outcome:
    """The net paid is above the amount with its filed amendments."""
    contract = contract_of(q)
    paid, agreed = net_paid_under(q.world, contract), agreed_fen(q.world, contract)
    return answer(paid > agreed, *_payments(q, contract), paid_fen=paid, agreed_fen=agreed)


@condition
def paid_above_government_price(q: Question) -> Outcome:
    """On the date of commissioning the government guided or set the item's price, and more was paid."""
    contract = contract_of(q)
    code = need(contract.item_code, "contracts.item_code")
    if (cap := cap_fen(q)) is None:
        return answer(False, item=code, on=str(contract.commissioned_on))
    paid = net_paid_under(q.world, contract)
    told = {"item": code, "on": str(contract.commissioned_on), "paid_fen": paid, "cap_fen": cap}
    return answer(paid > cap, f"item:{code}", *_payments(q, contract), **told)


def cap_fen(q: Question) -> int | None:
    """The most that the government's price allows, base × (1 + float), in whole fen below it; None: free. Raises MissingColumn."""
    contract = contract_of(q)
    prices = q.world.prices(need(contract.item_code, "contracts.item_code"))
    if not prices:
        return None
    on = need(contract.commissioned_on, "contracts.commissioned_on")
    price = next((p for p in prices if p.covers(on)), None)
    if price is None:
        return None
    up = Fraction(0) if price.mode == "government_set" and price.float_percent is None else price.float_percent
    return int(need(price.base_fen, "item_prices.base_yuan") * (WHOLE + need(up, "item_prices.float_percent")) / WHOLE)


@condition
def something_paid(q: Question) -> Outcome:
    """After refunds, something paid under the contract remains."""
    contract = contract_of(q)
    paid = net_paid_under(q.world, contract)
    return answer(paid > 0, *_payments(q, contract), paid_fen=paid)


@condition_by("days")
def not_delivered(q: Question) -> Outcome:
    """Nothing is delivered, and the day that it was due is long past."""
    contract = contract_of(q)
    if contract.delivered_on is not None:
        return answer(False, delivered_on=contract.delivered_on.isoformat())
    due, days = need(contract.due_on, "contracts.due_on"), q.parameters["days"]
    return answer(q.world.as_of - due > timedelta(days), due_on=due.isoformat(), days=days, as_of=q.world.as_of.isoformat())


@condition_by("days")
def accepted_long_ago(q: Question) -> Outcome:
    """The work was accepted, and the time to pay is over."""
    contract, days = contract_of(q), q.parameters["days"]
    if contract.accepted_on is None:
        return answer(False)
    past = q.world.as_of > contract.accepted_on + timedelta(days)
    return answer(past, accepted_on=contract.accepted_on.isoformat(), days=days, as_of=q.world.as_of.isoformat())


@condition
def paid_less_than_agreed(q: Question) -> Outcome:
    """The net paid is below the amount with its filed amendments."""
    contract = contract_of(q)
    paid, agreed = net_paid_under(q.world, contract), agreed_fen(q.world, contract)
    return answer(paid < agreed, *_payments(q, contract), paid_fen=paid, agreed_fen=agreed)


def _payments(q: Question, contract: Contract) -> tuple[str, ...]:
    return references(q.world.payments_under(contract.contract_no))
