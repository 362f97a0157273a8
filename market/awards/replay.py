"""Any award, recomputed from what is public: the log's opened quotes, the notice's constants, the draw's transcript.

Nothing is taken from the award but what the buyer chose by hand (a pick); the first difference is named.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from market import vault
from market.actors import Actor
from market.awards import deciding, read, service
from market.awards.models import Award
from market.errors import NotFound
from market.log.models import LogEntry
from market.projects import read as projects
from market.projects.models import Project
from market.quotes import read as quote_reads
from market.quotes.content import Content
from market.quotes.models import Quote


@dataclass(frozen=True)
class Difference:
    """What is not as it was recomputed: ``part`` of the award, as ``awarded`` and as ``recomputed``."""

    part: str
    awarded: str
    recomputed: str


@dataclass(frozen=True)
class Replay:
    """``winner``: recomputed, None when the contest failed. ``difference``: the first, None when all is as it was awarded."""

    project: Project
    method: str
    quotes: int
    winner: str | None
    difference: Difference | None


async def replay(actor: Actor, project_code: str) -> Replay:
    """Recompute the outcome of an opened project. Raises NotFound when it is not visible or not decided yet."""
    project = await projects.visible(actor, project_code)
    award = await Award.get_or_none(project_id=project.id).select_related("supplier")
    if project.opened_at is None or (award is None and project.outcome_reason not in deciding.FAILURES):
        raise NotFound("award", project.code)
    [quotes] = await quote_reads.opened_by_project([project.id])
    logged = await _logged(project)
    found = next(_altered(project, quotes, logged), None)
    if found is not None:
        return Replay(project, project.terms["method"], len(quotes), None, found)
    return await _decided(project, quotes, award)


async def _logged(project: Project) -> list[dict[str, Any]]:
    """The quotes as the log published them at the opening."""
    entry = await LogEntry.filter(action="quotes:open", subject=f"project:{project.code}").first()
    facts: dict[str, Any] = json.loads(entry.body)["facts"] if entry else {"quotes": []}
    return list(facts["quotes"])


def _altered(project: Project, quotes: list[Quote], logged: list[dict[str, Any]]) -> Iterator[Difference]:
    """Where the stored quotes are not those of the log, and where a logged one does not fit its commitment."""
    stored = {quote.bidder.code: quote for quote in quotes}
    said = sorted(entry["bidder"] for entry in logged)
    if said != sorted(stored):
        yield Difference("bidders", " ".join(sorted(stored)), " ".join(said))
        return
    for entry in logged:
        code, content, quote = entry["bidder"], entry["content"], stored[entry["bidder"]]
        computed = vault.commitment(project.code, code, content, bytes.fromhex(entry["salt"]))
        if computed != quote.commitment:
            yield Difference(f"commitment of {code}", quote.commitment, computed)
        worth = Content.of(json.loads(content)).worth_fen(project.ceiling_fen)
        if worth != quote.amount_fen:
            yield Difference(f"amount of {code}", str(quote.amount_fen), str(worth))


async def _decided(project: Project, quotes: list[Quote], award: Award | None) -> Replay:
    valid = [quote for quote in quotes if not deciding.invalid(project, quote)]
    failure = deciding.failure(project, len(quotes), len(valid))
    if award is None or failure:
        awarded, recomputed = "awarded" if award else project.outcome_reason, failure or "awarded"
        found = None if awarded == recomputed else Difference("outcome", awarded, recomputed)
        return Replay(project, project.terms["method"], len(quotes), None, found)
    known = await read.known(project, valid, award.reasons.get("picked"))
    selection = deciding.select(project, deciding.facts(valid, known), await service.place_of(project))
    winner = selection.winner.bidder_code
    found = next(_differences(award, deciding.reasons(selection, known), winner), None)
    return Replay(project, project.terms["method"], len(quotes), winner, found)


def _differences(award: Award, reasons: dict[str, Any], winner: str) -> Iterator[Difference]:
    first = reasons["ranking"][0]
    facts = {"winner": (award.supplier.code, winner), "amount": (award.amount_fen, first["amountFen"])}
    parts = facts | {name: (award.reasons.get(name), value) for name, value in reasons.items() if name in award.reasons}
    for part, (awarded, recomputed) in parts.items():
        if awarded != recomputed:
            yield Difference(part, _text(awarded), _text(recomputed))


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
