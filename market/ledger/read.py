"""What a ledger from elsewhere has already: a number is one fact for the rules, so our own records must not take it."""

from market.ledger.models import LedgerCase, LedgerContract, LedgerInvoice
from market.text import spellings


async def has_contract(number: str) -> bool:
    """Whether an imported contract has the number."""
    return await LedgerContract.exists(contract_no__in=spellings(number))


async def has_invoice(number: str) -> bool:
    """Whether an imported invoice has the number."""
    return await LedgerInvoice.exists(invoice_no__in=spellings(number))


async def case_by_no(number: str) -> LedgerCase | None:
    """The imported approval case of the number."""
    return await LedgerCase.filter(case_no__in=spellings(number)).order_by("case_no").first()
