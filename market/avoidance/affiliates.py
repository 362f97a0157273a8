"""Who may not quote because the approving agency holds it: what rule V17 would find later is refused now.

Source: 优化营商环境条例 art. 43 para. 2: institutions of an agency, associations under it and their companies must not
provide services for the approvals that the agency decides.
"""

from datetime import datetime

from market.clock import local_date
from market.errors import AffiliateOfAgency
from market.parties import read as parties
from market.parties.models import Organisation
from market.projects.models import ApprovalCase, Project, Purpose
from market.rules import rulebook, sides


async def refuse_affiliate(project: Project, bidder: Organisation, at: datetime) -> None:
    """Raises AffiliateOfAgency. An order of one's own, and a project without a case, concern no agency."""
    if project.purpose != Purpose.APPROVAL or project.case_id is None:
        return
    case = await ApprovalCase.get(id=project.case_id).select_related("agency")
    [steps] = [rule.values["steps"] for rule in rulebook.default() if rule.id == "V17" and rule.in_force(local_date(at))]
    chain = await parties.held_through(case.agency_id, bidder.id, sides.HOLDING, at, steps)
    if chain:
        raise AffiliateOfAgency(project.code, " → ".join([case.agency.name, *chain]))
