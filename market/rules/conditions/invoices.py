"""Whom an invoice names, against who paid and who commissioned."""

from market.rules import sides
from market.rules.conditions.base import Outcome, Question, Status, answer, condition, contract_of, guarded, need, subject
from market.rules.facts import Invoice


@condition
# budget: comprehensions that merge two answers
def invoice_names_another(q: Question) -> Outcome:
    """The buyer differs from the payer or from the client, and nothing between the two excuses it. Each needs its own excuse."""
    answers = (_differs_from_payer(q), _differs_from_client(q))
    status = next(s for s in (Status.MET, Status.MISSING, Status.NOT_MET) if s in {a.status for a in answers})
    same = [a for a in answers if a.status == status]
    return Outcome(
        status,
        {"invoice": subject(q, Invoice).invoice_no, "compared": [a.facts["compared"] for a in same if a.facts]},
        tuple(e for a in same for e in a.evidence),
        tuple(m for a in same for m in a.missing),
    )


@guarded
def _differs_from_payer(q: Question) -> Outcome:
    number = need(subject(q, Invoice).payment_no, "invoices.payment_no")
    payment = need(q.world.payments.get(number), "payments.payment_no")
    return _compare(q, need(payment.payer_id, "payments.payer_id"), "payer", f"payment:{number}")


@guarded
def _differs_from_client(q: Question) -> Outcome:
    if subject(q, Invoice).contract_no is None:
        return answer(False)
    contract = contract_of(q)
    return _compare(q, need(contract.client_id, "contracts.client_id"), "client", f"contract:{contract.contract_no}")


def _compare(q: Question, party: str, role: str, reference: str) -> Outcome:
    invoice = subject(q, Invoice)
    buyer = need(invoice.buyer_id, "invoices.buyer_id")
    compared = [q.world.name(buyer), role, q.world.name(party)]
    if buyer == party:
        return answer(False, compared=compared)
    link = sides.excusing_link(q.world, buyer, party, need(invoice.issued_on, "invoices.issued_on"))
    return answer(link is None, reference if link is None else link.reference, compared=compared)
