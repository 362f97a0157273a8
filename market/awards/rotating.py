"""框架协议轮候: who could have offered at a call-off, and who has which turn by it; all of it recomputed from the log by anybody."""

from collections.abc import Mapping, Sequence
from typing import Any

from market.avoidance import barred
from market.frameworks import read as frameworks
from market.frameworks.models import TurnCause
from market.projects import able
from market.projects.models import Project, SelectionMethod
from market.quotes.models import Quote
from market.selection import rotation
from market.selection.draw import Place
from market.selection.ranking import Selection

Turns = list[tuple[str, TurnCause]]
"""Code and cause, in order."""


def rotates(project: Project) -> bool:
    """Whether the project takes a turn in a framework."""
    return project.framework_id is not None and project.method == SelectionMethod.ROTATION


async def unable(project: Project, quotes: Sequence[Quote]) -> dict[str, str]:
    """Code → reason, of the members that did not quote and could not have when the deadline came. Empty for other methods.

    Who was free to quote and became barred only afterwards has had its chance.
    """
    if not rotates(project) or project.closes_at is None:
        return {}
    return await able.unable(project, project.closes_at, {quote.bidder.code for quote in quotes})


async def standing(project: Project, could_not: Mapping[str, str]) -> dict[str, Any]:
    """The constants of the rotation that nobody could know at the notice. ``could_not``: as ``unable``, or as the log published it.

    The roster leaves out, besides, who quoted and was excluded at the opening because it may not serve: it keeps its turn. Whoever named
    people who cannot do it (``practitioner_…``) was free to offer and does not.
    """
    if project.framework_id is None or project.closes_at is None:
        raise ValueError(f"project {project.code} rotates among nobody")
    excluded = {code: why for code, why in (project.excluded or {}).items() if why in barred.REASONS.values()}
    out = dict(sorted({**could_not, **excluded}.items()))
    roster = [member.code for member in await able.members(project, project.closes_at) if member.code not in out]
    return {"turns": await frameworks.turns_before(project.framework_id, project.code), "roster": roster, "leftOut": out}


def first_turns(selection: Selection) -> Turns:
    """Of the first award: who lost its turn by it, in order, and who has it."""
    return [*((code, TurnCause.PASSED) for code in selection.worked["passed"]), (selection.winner.bidder_code, TurnCause.AWARDED)]


def turns(reasons: Mapping[str, Any], holders: Sequence[str], place: Place) -> Turns:
    """All turns of one call-off, from its award's reasons: each holder's, in order, after those of the silent that stood before it."""
    worked = reasons["worked"]
    silent = set(worked["roster"]) - {placed["bidder"] for placed in reasons["ranking"]}
    told: Turns = []
    for holder in holders:
        lost = rotation.passed(worked["turns"], silent, holder, place)
        silent -= set(lost)
        told += [*((code, TurnCause.PASSED) for code in lost), (holder, TurnCause.AWARDED)]
    return told
