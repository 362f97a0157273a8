"""Which project, contract or case concerns an intermediary: what a platform measure may lean on. See ``measures.service``."""

from uuid import UUID

from market.contracts.models import Contract
from market.oversight.models import CaseParty
from market.quotes.models import Quote
from market.text import typed_code


async def number_of(typed: str, organisation_id: UUID) -> str:
    """Its number as it is stored, "" where there is none: it quoted for the project, which is open to everybody by now; or served
    under the contract; or is a party of the case. A quote that is still sealed is none: the answer would tell who has signed up.
    """
    code, number = typed_code(typed), typed.strip()
    if await Contract.exists(contract_no=number, supplier_id=organisation_id):
        return number
    opened = Quote.filter(project__code=code, project__opened_at__not_isnull=True, bidder_id=organisation_id, live=True)
    case = CaseParty.filter(case__code=code, organisation_id=organisation_id)
    return code if await opened.exists() or await case.exists() else ""
