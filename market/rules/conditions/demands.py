"""What an agency asked of an applicant, in which words, and who says so."""

from dataclasses import replace

from market.rules.conditions.base import Outcome, Question, answer, condition, need, subject
from market.rules.facts import Demand


def _reason_is(q: Question, wanted: str) -> Outcome:
    demand = subject(q, Demand)
    reason = need(demand.reason, "demands.reason")
    named = {"supplier": q.world.name(demand.named_supplier_id)} if demand.named_supplier_id else {}
    return answer(reason == wanted, f"demand:{demand.demand_no}", reason=reason, **named)


@condition
def names_a_supplier(q: Question) -> Outcome:
    """The demand says whom the applicant must use."""
    return _reason_is(q, "must_use")


@condition
def refused_as_self_made(q: Question) -> Outcome:
    """The paper was refused because no intermediary made it."""
    return _reason_is(q, "not_from_intermediary")


@condition
def said_by(q: Question) -> Outcome:
    """Always met. Whether a record has the demand, or somebody only says so, decides how certain a finding is."""
    demand = subject(q, Demand)
    return replace(answer(True, source=demand.source), proven=demand.source == "record")
