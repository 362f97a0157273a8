"""Who could quote for a notice: not for one's own or one's own case, free to serve it, qualified. Asked of bidders and members.

Source: domain.md §2.5 (only who fits can sign up), §3.5 (V17, V18).
"""

from collections.abc import Collection
from datetime import datetime

from market.avoidance import barred
from market.catalogue import read as catalogue
from market.clock import local_date
from market.errors import AffiliateOfAgency, OnAvoidanceList, QualificationMissing, SelfDealing
from market.frameworks import read as frameworks
from market.parties import read as parties
from market.parties.models import Organisation
from market.projects.models import ApprovalCase, Project


async def refuse(project: Project, bidder: Organisation, at: datetime) -> None:
    """Raises SelfDealing, AffiliateOfAgency, OnAvoidanceList, QualificationMissing."""
    if project.buyer_id == bidder.id or await _applied(project, bidder):
        raise SelfDealing(project.code)
    await barred.refuse(project, bidder, at)
    needed = await _qualification(project, at)
    if needed and not await parties.holds_qualification(bidder.id, needed, local_date(at)):
        raise QualificationMissing(needed)


REASONS = {SelfDealing: "self_dealing", QualificationMissing: "qualification_missing"} | barred.REASONS
"""What is published of it: the ground, never the names behind it."""


async def _applied(project: Project, bidder: Organisation) -> bool:
    return project.case_id is not None and await ApprovalCase.exists(id=project.case_id, applicant_id=bidder.id)


async def _qualification(project: Project, at: datetime) -> str:
    item = await catalogue.item_at(project.item_code, local_date(at))
    return item.qualification_zh if item else ""


async def unable(project: Project, at: datetime, besides: Collection[str] = ()) -> dict[str, str]:
    """Code → why it cannot quote at that moment, of a call-off's members but those whose codes are in ``besides``."""
    found = {
        member.code: await _reason(project, member, at) for member in await members(project, at) if member.code not in besides
    }
    return {code: reason for code, reason in sorted(found.items()) if reason}


async def _reason(project: Project, member: Organisation, at: datetime) -> str:
    try:
        await refuse(project, member, at)
    except (SelfDealing, AffiliateOfAgency, OnAvoidanceList, QualificationMissing) as refused:
        return REASONS[type(refused)]
    return ""


async def members(project: Project, at: datetime) -> list[Organisation]:
    """Who was in a call-off's framework from its notice until that moment; before the notice: who would be if it came then."""
    if project.framework_id is None:
        return []
    return await frameworks.members(project.framework_id, project.published_at or at, at)


async def count_members(project: Project, at: datetime) -> int:
    """How many of a call-off's framework could quote for it at that moment."""
    return len(await members(project, at)) - len(await unable(project, at))
