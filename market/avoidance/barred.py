"""Who may not serve a project whatever it quotes: held by the agency of its case, or on the avoidance list.

Asked while quoting, at the opening, and of everybody who would have the award later: when somebody gave it up, or when the buyer picks.
What an agency lists by itself counts only in its own projects and only if recorded before their publication, so it can strike out nobody
from a notice that is out (``read.refuse_listed``); the register's relations and the operator's entries count as they stand at each of these
moments.
"""

from datetime import datetime

from market.avoidance.affiliates import refuse_affiliate
from market.avoidance.read import refuse_listed
from market.errors import AffiliateOfAgency, OnAvoidanceList
from market.parties.models import Organisation
from market.projects.models import Project

REASONS = {AffiliateOfAgency: "affiliate_of_agency", OnAvoidanceList: "on_avoidance_list"}
"""What is published of it: the ground, never the names behind it."""


async def refuse(project: Project, bidder: Organisation, at: datetime) -> None:
    """Raises AffiliateOfAgency, OnAvoidanceList."""
    await refuse_affiliate(project, bidder, at)
    await refuse_listed(project, bidder, at)


async def reason(project: Project, bidder: Organisation, at: datetime) -> str:
    """Why it may not serve the project at that moment, "" when it may."""
    try:
        await refuse(project, bidder, at)
    except (AffiliateOfAgency, OnAvoidanceList) as refused:
        return REASONS[type(refused)]
    return ""
