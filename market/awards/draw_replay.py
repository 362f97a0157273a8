"""A draw's transcript, verified and held against the notice, the bidders, and what the log published while it was made."""

import json
from collections.abc import Sequence
from typing import Any

from market.awards.differences import Difference, first
from market.draws import read as draws
from market.log.models import LogEntry
from market.projects.models import Project
from market.quotes.models import Quote
from market.selection import draw
from market.selection import transcript as transcripts

_ACTS = ("draw:close", "draw:beacon", "draw:draw", "draw:record_beacon", "draw:confirm_beacon")
_DRAWN = ("code", "order", "excluded")

Logged = list[tuple[str, dict[str, Any]]]
"""Acts with their facts and when they were logged, in order."""


async def altered(project: Project, quotes: Sequence[Quote]) -> Difference | None:
    """Where the transcript does not verify, is of another notice or of other bidders, or is not the one that was drawn."""
    if "draw" not in project.terms:
        return None
    [drawn] = await draws.draws_by_project([project.id])
    made: Any = drawn.transcript if drawn else None
    if wrong := draw.verify(made):
        return Difference("draw", "verified", wrong[0].code)
    shown = {"draw notice": made["notice"], "draw bidders": [b["id"] for b in made["closing"]["roster"]]}
    shown |= {"draw closing": made["closing"]["hash"], "draw beacon": made["beacon"]}
    shown |= {f"draw {part}": (made["draw"] | made)[part] for part in _DRAWN}
    published = {"draw notice": project.terms["draw"], "draw bidders": sorted(quote.bidder.code for quote in quotes)}
    published |= _said(project, await _logged(project))
    return first({part: (shown[part], value) for part, value in published.items()})


async def _logged(project: Project) -> Logged:
    rows = await LogEntry.filter(subject=f"project:{project.code}", action__in=_ACTS).order_by("seq")
    bodies = [json.loads(row.body) for row in rows]
    return [(body["action"], {"at": transcripts.moment(row.at)} | body["facts"]) for row, body in zip(rows, bodies, strict=True)]


def _said(project: Project, logged: Logged) -> dict[str, Any]:
    """The hash of the closed list, the beacon as officials typed it in, and what was drawn."""
    last = dict(logged)
    told = {"draw closing": last.get("draw:close", {}).get("hash", ""), "draw beacon": _beacon(project, logged, last)}
    return told | {f"draw {part}": last.get("draw:draw", {}).get(part) for part in _DRAWN}


def _beacon(project: Project, logged: Logged, last: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """By the rule of the notice, of all that was said. Formerly the first official could type it in anew, and a second one confirmed."""
    voices = [facts for action, facts in logged if action == "draw:beacon"]
    voices += [{"by": act} | last[act] for act in ("draw:record_beacon", "draw:confirm_beacon") if act in last]
    try:
        return transcripts.beacon_of(project.terms["draw"], sorted(voices, key=lambda voice: str(voice["at"])))
    except ValueError:  # by the first rule one alone says nothing
        return None
