"""What a notice says, as the log publishes it with the approval and each amendment: to recompute an award nobody needs our rows."""

import hashlib
from typing import Any

from market.parties import read as parties
from market.projects.models import Project
from market.selection import draw
from market.selection.transcript import moment


async def facts(project: Project) -> dict[str, Any]:
    """Of a published project, loaded with buyer, invited party and case. Besides ``terms``, which the log has too.

    ``case``: a commitment, for a case is known to its parties only; its row's random id, which is never shown, is the salt.
    """
    return {
        "title": project.title,
        "requirements": hashlib.sha256(project.requirements.encode()).hexdigest(),
        "item": project.item_code,
        "itemClass": project.item_class,
        "purpose": project.purpose,
        "buyer": project.buyer.code,
        "case": await _case(project),
        "method": project.method,
        "quoting": project.quoting,
        "sealMode": project.seal_mode,
        "invited": project.invited.code if project.invited else None,
        "ceilingFen": project.ceiling_fen,
        "serviceWorkingDays": project.service_working_days,
        "publishedAt": moment(project.published_at) if project.published_at else None,
        "closesAt": moment(project.closes_at) if project.closes_at else None,
    }


async def _case(project: Project) -> str | None:
    if project.case is None:
        return None
    case = project.case
    ends = [row.code if row else "" for row in await parties.organisations_by_id([case.agency_id, case.applicant_id])]
    return draw.hashed("zhoushan-market notice case v1", project.code, case.id.hex, case.case_no, *ends).hex()
