"""Any award, recomputed from what is public: the log's opened quotes, the notice's constants, the draw's transcript.

Nothing is taken from the award but what the buyer chose by hand (a pick); the first difference is named.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from market import db, vault
from market.actors import Actor
from market.awards import auction_replay as auctions
from market.awards import deciding, draw_replay, exclusion_replay, framework_replay, notice_replay, passing_replay, read, service
from market.awards.differences import Difference, first, text
from market.awards.models import Award, AwardForfeiture
from market.errors import NotFound
from market.log.models import LogEntry
from market.projects import read as projects
from market.projects.models import Project
from market.quotes import read as quote_reads
from market.quotes.content import Content
from market.quotes.models import Quote
from market.selection import credit_merit
from market.selection.ranking import ValidQuote
from market.usecase import to_its_end

_STANDSTILL = (*read.AWARDING, "award:suspend", "award:lift_suspension")
"""Acts that say until when one may object."""


@dataclass(frozen=True)
class Replay:
    """``winner``: recomputed, None when the contest failed. ``difference``: the first, None when all is as it was awarded."""

    project: Project
    method: str
    quotes: int
    winner: str | None
    difference: Difference | None


async def replay(actor: Actor, project_code: str) -> Replay:
    """Recompute the outcome of an opened project, all of it as it stood at one moment. Raises NotFound: not visible, or not decided yet."""
    return await to_its_end(db.at_one_moment(recompute(actor, project_code)))


async def recompute(actor: Actor, project_code: str) -> Replay:
    """As ``replay``, for whoever sees to it that nothing changes meanwhile."""
    project = await projects.visible(actor, project_code)
    award = await Award.get_or_none(project_id=project.id).select_related("supplier")
    if project.opened_at is None or (award is None and project.outcome_reason not in deciding.OUTCOMES):
        raise NotFound("award", project.code)
    [quotes] = await quote_reads.opened_by_project([project.id])
    logged = await _logged(project)
    found = await _inputs_altered(project, quotes, logged)
    if found is not None:
        return Replay(project, project.terms["method"], len(quotes), None, found)
    done = await _decided(project, quotes, award, logged.get("leftOut", {}))
    if award is None or done.difference:
        return done
    return replace(done, difference=await _standstill_altered(project, award))


async def _logged(project: Project) -> dict[str, Any]:
    """The quotes, who was excluded, and who of a rotation could not quote, as the log published them at the opening."""
    entry = await LogEntry.filter(action="quotes:open", subject=f"project:{project.code}").first()
    facts: dict[str, Any] = json.loads(entry.body)["facts"] if entry else {"quotes": []}
    return facts


async def _inputs_altered(project: Project, quotes: list[Quote], logged: dict[str, Any]) -> Difference | None:
    """What the outcome depends on."""
    found = await notice_replay.altered(project) or _altered(project, quotes, logged)
    found = found or await exclusion_replay.altered(project, quotes, logged) or await draw_replay.altered(project, quotes)
    return found or await auctions.altered(project, quotes) or await framework_replay.altered(project)


def _altered(project: Project, quotes: list[Quote], logged: dict[str, Any]) -> Difference | None:
    """Where the stored quotes are not those of the log, or a logged one does not fit its commitment."""
    stored = {quote.bidder.code: quote for quote in quotes}
    said = {entry["bidder"]: entry for entry in logged["quotes"]}
    if said.keys() != stored.keys():
        return Difference("bidders", " ".join(sorted(stored)), " ".join(sorted(said)))
    if (excluded := project.excluded or {}) != logged.get("excluded", {}):
        return Difference("excluded", text(excluded), text(logged.get("excluded", {})))
    return first({part: pair for code in sorted(stored) for part, pair in _inside(project, stored[code], said[code]).items()})


def _inside(project: Project, quote: Quote, entry: dict[str, Any]) -> dict[str, tuple[object, object]]:
    code, content = quote.bidder.code, entry["content"]
    shown: dict[str, tuple[object, object]] = {
        f"salt of {code}": (quote.salt, entry["salt"]),
        f"validity of {code}": (quote.invalid_reason, deciding.invalid(project, quote)),
    }
    if content is None:
        return shown | {
            f"commitment of {code}": (quote.commitment, entry["commitment"]),
            f"amount of {code}": (quote.amount_fen, None),
        }
    salt = bytes.fromhex(entry["salt"])
    values = Content.of(json.loads(content))
    return shown | {
        f"commitment of {code}": (quote.commitment, vault.commitment(project.code, code, content, salt)),
        f"amount of {code}": (quote.amount_fen, values.worth_fen(project.ceiling_fen)),
        f"practitioners of {code}": (quote.practitioners or [], list(values.practitioners)),
        f"discount of {code}": (quote.discount_bp, values.discount_bp),
    }


async def _decided(project: Project, quotes: list[Quote], award: Award | None, could_not: dict[str, str]) -> Replay:
    valid = [quote for quote in quotes if not deciding.invalid(project, quote)]
    failure = deciding.failure(project, len(quotes), len(valid))
    if award is None:
        found = await _unawarded(project, valid, failure)
    elif failure:
        found = first({"outcome": ("awarded", failure)})
    else:
        winner, found = await _awarded(project, valid, award, could_not)
        return Replay(project, project.terms["method"], len(quotes), winner, found)
    return Replay(project, project.terms["method"], len(quotes), None, found)


async def _awarded(
    project: Project, valid: list[Quote], award: Award, could_not: dict[str, str]
) -> tuple[str, Difference | None]:
    """The recomputed winner, and the first difference of the award."""
    known, place = await read.known(project, valid, could_not, award.reasons.get("picked")), await service.place_of(project)
    selection = deciding.select(project, deciding.facts(valid, known), known, place)
    gone, out = await _forfeiters(award), await passing_replay.last(project)
    winner = _holder(selection.ranking, gone, out)
    reasons = deciding.reasons(selection, known) | {"passedOver": out}
    holders = list(dict.fromkeys([*gone, winner.bidder_code]))
    found = _difference(award, reasons, winner) or await framework_replay.turned(project, reasons, holders, place)
    if found is None:
        short = await _short_list(project, valid) if known.picked else []
        order = passing_replay.Order(short, [quote.bidder_code for quote in selection.ranking], gone)
        found = await passing_replay.altered(project, valid, order)
    return winner.bidder_code, found


async def _short_list(project: Project, valid: Sequence[Quote]) -> list[str]:
    """Whom the buyer may pick from."""
    given = deciding.facts(valid, await read.known(project, valid))
    lists = credit_merit.lists(given, project.terms["constants"], await service.place_of(project))
    return [quote.bidder_code for quote in lists.short]


async def _unawarded(project: Project, valid: Sequence[Quote], failure: str | None) -> Difference | None:
    """Whether the contest failed for that reason; or nobody was picked from its short list, for everybody on it was barred."""
    if failure or project.outcome_reason != deciding.SHORT_LIST_BARRED:
        return first({"outcome": (project.outcome_reason, failure or "awarded")})
    short, out = await _short_list(project, valid), await passing_replay.last(project)
    if not set(short) <= out.keys():
        return Difference("outcome", project.outcome_reason, "awarded")
    return await passing_replay.altered(project, valid, passing_replay.Order(short))


async def _standstill_altered(project: Project, award: Award) -> Difference | None:
    """Where it ends otherwise than the log said with the award, or since then with a suspension or its lifting."""
    said = await LogEntry.filter(subject=f"project:{project.code}", action__in=_STANDSTILL).order_by("-seq")
    ends = [
        facts["standstillUntil"] for facts in (json.loads(entry.body)["facts"] for entry in said) if "standstillUntil" in facts
    ]
    kept = award.standstill_until
    return Difference("standstill", kept.isoformat(), ends[0]) if ends and datetime.fromisoformat(ends[0]) != kept else None


async def _forfeiters(award: Award) -> list[str]:
    """Who had the award before, in order."""
    rows = await AwardForfeiture.filter(award_id=award.id).order_by("turn").select_related("supplier")
    return [row.supplier.code for row in rows]


def _holder(ranking: Sequence[ValidQuote], gone: Sequence[str], passed_over: Collection[str]) -> ValidQuote:
    """Who has the award: the first that neither gave it up nor was passed over; where nobody is left, the last that had it."""
    left = [quote for quote in ranking if quote.bidder_code not in {*gone, *passed_over}]
    return left[0] if left else next(quote for quote in ranking if quote.bidder_code == gone[-1])


def _difference(award: Award, reasons: dict[str, Any], winner: ValidQuote) -> Difference | None:
    facts = {"winner": (award.supplier.code, winner.bidder_code), "amount": (award.amount_fen, winner.amount_fen)}
    told = {name: (award.reasons.get(name, type(value)()), value) for name, value in reasons.items()}  # old awards tell less
    return first(facts | told)
