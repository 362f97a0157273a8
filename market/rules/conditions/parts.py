"""One item of one case that is billed in parts, which together come to more than was agreed."""

from collections.abc import Iterable

from market.rules import sides
from market.rules.conditions.base import (
    Outcome,
    Question,
    agreed_fen,
    answer,
    case_of,
    condition_by,
    contract_of,
    every,
    need,
    serves_approval,
    side_of,
    side_of_client,
    those,
)
from market.rules.facts import Case, Contract, Invoice
from market.rules.sides import Side


@condition_by("minimum_parts")
def billed_in_parts(q: Question) -> Outcome:
    """Several standing invoices for the item of the case, by one group to one side, come to more than the first contract's amount.

    Of several contracts for the item the one signed first is judged; a re-test is no part.
    """
    contract = contract_of(q)
    parts = _parts(q)
    told = {"item": contract.item_code or "unknown", "parts": len(parts)}
    if len(parts) < q.parameters["minimum_parts"]:
        return answer(False, **told)
    billed, agreed = _sum(parts), agreed_fen(q.world, contract)
    contracts = sorted({f"contract:{i.contract_no}" for i in parts})
    invoices = [i.invoice_no for i in parts]
    evidence = (*(f"invoice:{number}" for number in invoices), *contracts)
    return answer(billed > agreed, *evidence, **told, billed_fen=billed, first_fen=agreed, invoices=invoices)


def billed_above_fen(q: Question) -> int:
    """What the parts come to above the first contract's amount, in fen. Raises MissingColumn."""
    return _sum(_parts(q)) - agreed_fen(q.world, contract_of(q))


def _sum(parts: list[Invoice]) -> int:
    return sum(need(i.amount_fen, "invoices.amount_yuan") for i in parts)


def _parts(q: Question) -> list[Invoice]:
    """The invoices that are parts of what the contract buys; none when a contract signed earlier buys it, too. Raises MissingColumn."""
    contract = contract_of(q)
    case = case_of(q.world, contract)
    others = [c for c in q.world.contracts_of(case.case_no) if c.contract_no != contract.contract_no]
    if len(_billed(q, (contract, *others))) < q.parameters["minimum_parts"]:
        return []
    side = side_of_client(q.world, case, contract)
    same = [] if side is Side.THIRD_PARTY else those(others, lambda other: _same_work(q, case, contract, other, side))
    if side is Side.THIRD_PARTY or any(_signed(other) < _signed(contract) for other in same):
        return []
    return those(_billed(q, (contract, *same)), lambda i: _between(q, case, contract, i, side))


def _billed(q: Question, contracts: Iterable[Contract]) -> list[Invoice]:
    return [i for c in contracts for i in q.world.invoices_under.get(c.contract_no, ())]


def _same_work(q: Question, case: Case, contract: Contract, other: Contract, side: Side) -> bool:
    on = need(contract.commissioned_on, "contracts.commissioned_on")
    supplier = need(contract.supplier_id, "contracts.supplier_id")
    return every(
        lambda: serves_approval(other),
        lambda: need(other.item_code, "contracts.item_code") == need(contract.item_code, "contracts.item_code"),
        lambda: not other.retest_of and contract.retest_of != other.contract_no,
        lambda: need(other.supplier_id, "contracts.supplier_id") in sides.group(q.world, supplier, on),
        lambda: side_of_client(q.world, case, other) is side,
    )


def _between(q: Question, case: Case, contract: Contract, invoice: Invoice, side: Side) -> bool:
    """Whether the invoice runs from the intermediary's group to the side that commissioned it."""
    supplier = need(contract.supplier_id, "contracts.supplier_id")
    on = need(invoice.issued_on, "invoices.issued_on")
    return every(
        lambda: need(invoice.seller_id, "invoices.seller_id") in sides.group(q.world, supplier, on),
        lambda: side_of(q.world, case, need(invoice.buyer_id, "invoices.buyer_id"), on) is side,
    )


def _signed(contract: Contract) -> tuple[str, str]:
    return need(contract.signed_on, "contracts.signed_on").isoformat(), contract.contract_no
