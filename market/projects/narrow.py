"""Requirements that narrow the field: how many intermediaries can fulfil them, and why so few are enough.

For a call-off the field is its framework's members that could quote for it.

Source: 公平竞争审查条例 art. 8-9; 政府采购法实施条例 art. 20; domain.md §3.5 (V34).
"""

from market.catalogue import read as catalogue
from market.clock import local_date
from market.errors import InvalidInput
from market.parties import read as parties
from market.projects import able
from market.projects.models import Project, SelectionMethod
from market.text import one_published
from market.usecase import rulebook, unit


async def explain(project: Project, reason: str) -> None:
    """Count who can serve it today, and take the poster's reason when they are few. Raises InvalidInput: few, and no reason given."""
    given = one_published("narrowReason", reason, 500, required=False, lines=True)
    project.able_count = await _able(project)
    project.narrow_reason = given if _is_narrow(project) else ""
    if _is_narrow(project) and not given:
        raise _unexplained("narrowReason", project)


async def count_again(project: Project) -> None:
    """At publication: the number that the notice shows. Raises InvalidInput when it fell meanwhile and nobody said why so few do."""
    project.able_count = await _able(project)
    if _is_narrow(project) and not project.narrow_reason:
        raise _unexplained("code", project)


def _is_narrow(project: Project) -> bool:
    return project.able_count is not None and project.able_count < rulebook().number("narrow_field_below", unit().now)


def _unexplained(path: str, project: Project) -> InvalidInput:
    below = rulebook().number("narrow_field_below", unit().now)
    code = "narrow_field" if project.framework_id is None else "narrow_members"
    return InvalidInput.one(path, code, able=project.able_count, below=below)


async def _able(project: Project) -> int | None:
    """Who holds the qualification that the item asks for. None: it asks for none, or the buyer names whom it wants."""
    if project.framework_id is not None:
        return await able.count_members(project, unit().now)
    today = local_date(unit().now)
    item = await catalogue.item_at(project.item_code, today)
    if project.method == SelectionMethod.DIRECT or item is None or not item.qualification_zh:
        return None
    return await parties.count_intermediaries(None, item.qualification_zh, today)
