"""Who may not judge: an organisation that is itself concerned, or stands above or below a party. Source: 政务处分法, 回避."""

from uuid import UUID

from market.clock import local_date
from market.errors import Recused
from market.oversight.models import CaseParty, OversightCase
from market.parties.models import Organisation
from market.parties.relations import related
from market.usecase import unit


async def refuse_if_concerned(case: OversightCase, organisation_id: UUID | None) -> None:
    """Raise Recused when the organisation is a party of the case or related to one, on the day of the use case."""
    parties = {p.organisation_id for p in await CaseParty.filter(case_id=case.id)}
    if organisation_id is None or not parties:
        return
    own = organisation_id
    party = own if own in parties else await related(own, parties, local_date(unit().now))
    if party:
        codes = {o.id: o.code for o in await Organisation.filter(id__in=[party, own])}
        why = "same_organisation" if party == own else "related_organisation"
        raise Recused(case.code, codes[own], codes[party], why)
