"""Which quotes count, what the notice's method makes of them, and what follows: failure, a short list, or the award."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from market.awards import rotating
from market.awards.known import Known
from market.awards.models import Award
from market.frameworks import service as frameworks
from market.projects import service as project_service
from market.projects.models import Project, SelectionMethod
from market.projects.parameters import FIXED_PRICE
from market.projects.states import ProjectState
from market.quotes.models import Quote
from market.quotes.read import off_price
from market.selection import credit_merit
from market.selection.draw import Place
from market.selection.methods import VERSIONS
from market.selection.ranking import Selection, ValidQuote
from market.usecase import rulebook

_MOVES = {ProjectState.CLOSED: "award", ProjectState.EVALUATING: "conclude", ProjectState.SHORTLISTED: "pick"}


async def decide(project: Project, quotes: Sequence[Quote], place: Place, now: datetime, known: Known) -> None:
    """Too few valid quotes fail; a method that lets the buyer pick stops at its short list; otherwise the first is awarded."""
    valid = [quote for quote in quotes if not quote.invalid_reason]
    project.outcome_reason = failure(project, len(quotes), len(valid))
    if project.outcome_reason:
        counts = {"received": len(quotes), "valid": len(valid), "minimum": project.terms["minimumQuotes"]}
        await project_service.move(project, "fail", reason=project.outcome_reason, **counts)
    elif project.method == SelectionMethod.CREDIT_MERIT and known.picked is None:
        await _shortlist(project, facts(valid, known), place)
    else:
        await award(project, valid, select(project, facts(valid, known), known, place), known, now)


def invalid(project: Project, quote: Quote) -> str:
    """Why an opened quote does not count, "" when it does. At a fixed price, who keeps its nonce back is out: no way to dodge an order."""
    if excluded := (project.excluded or {}).get(quote.bidder.code):
        return excluded  # it was free to quote when it did
    if quote.salt is None:
        return "not_revealed"  # its bidder kept it to itself
    if off := off_price(project, quote.amount_fen or 0):
        return off
    return "nonce_not_revealed" if project.method in FIXED_PRICE and quote.nonce is None else ""


def facts(quotes: Collection[Quote], known: Known) -> list[ValidQuote]:
    """The quotes as methods take them, each with its bidder loaded."""
    return [
        ValidQuote(
            q.commitment,
            code := q.bidder.code,
            known.last_fen.get(code, q.amount_fen or 0),
            q.received_at,
            q.discount_bp,
            known.credit.get(code, 0),
            code == known.picked,
            known.scores.get(code, ()),
        )
        for q in quotes
    ]


def select(project: Project, quotes: Sequence[ValidQuote], known: Known, place: Place) -> Selection:
    """By the version and the constants of the notice, whatever new notices take; a rotation also by who stands where in it."""
    constants = {**project.terms.get("constants", {}), **known.standing}
    return VERSIONS[project.terms["method"]].select(quotes, constants, place)


def auctioned(project: Project, valid: int) -> bool:
    """Whether an auction decides among so many valid quotes: of a single one there is nothing to outbid."""
    return project.method == SelectionMethod.REVERSE_AUCTION and valid >= max(2, project.terms["minimumQuotes"])


FAILURES = ("no_quotes", "all_invalid", "too_few_valid_quotes")
SHORT_LIST_BARRED = "short_list_barred"
"""Everybody on the short list became barred before the buyer picked."""
OUTCOMES = (*FAILURES, SHORT_LIST_BARRED)
"""Why there is no award although the quotes are open: what a replay finds too."""


def failure(project: Project, received: int, valid: int) -> str:
    """Why the contest fails with so many quotes, "" when it does not."""
    if valid >= project.terms["minimumQuotes"]:
        return ""
    return FAILURES[2] if valid else FAILURES[1] if received else FAILURES[0]


async def _shortlist(project: Project, quotes: Sequence[ValidQuote], place: Place) -> None:
    lists = credit_merit.lists(quotes, project.terms["constants"], place)
    long, short = ([q.bidder_code for q in part] for part in lists)
    await project_service.move(project, "shortlist", longList=long, shortList=short)


async def award(project: Project, valid: Sequence[Quote], selection: Selection, known: Known, now: datetime) -> None:
    """Rank the quotes and award to the first; the caller stores the ranks."""
    quotes = {quote.commitment: quote for quote in valid}
    for rank, chosen in enumerate(selection.ranking, 1):
        quotes[chosen.commitment].rank = rank
    winner, standstill = selection.winner, rulebook().deadline("standstill", now)
    quote = quotes[winner.commitment]
    await Award.create(
        project=project,
        quote=quote,
        supplier=quote.bidder,
        amount_fen=winner.amount_fen,
        service_working_days=quote.service_working_days,
        reasons=reasons(selection, known),
        published_at=now,
        standstill_until=standstill.at,
        standstill_provisional=standstill.provisional,
    )
    if project.framework_id and rotating.rotates(project):
        await frameworks.add_turns(project.framework_id, project.code, rotating.first_turns(selection))
    told = {"supplier": quote.bidder.code, "amountFen": winner.amount_fen, "standstillUntil": standstill.at.isoformat()}
    picked = {"passedOver": dict(known.passed_over)} if known.picked else {}
    await project_service.move(project, _MOVES[ProjectState(project.state)], **told, **picked)


def reasons(selection: Selection, known: Known) -> dict[str, Any]:
    """Why, as it is stored and shown: the whole order and what the method worked out, with what it was given besides quotes."""
    told: dict[str, Any] = {
        "method": selection.method,
        "tieRule": selection.tie_rule,
        "tieBroken": selection.tie_broken,
        "ranking": [_place(q) for q in selection.ranking],
        "dropped": [_place(q) for q in selection.dropped],
        "worked": dict(selection.worked),
    }
    if known.credit:
        told["credit"] = dict(sorted(known.credit.items()))
    if known.scores:
        told["scores"] = {code: [list(points) for points in sheets] for code, sheets in sorted(known.scores.items())}
    return told if known.picked is None else told | {"picked": known.picked, "passedOver": dict(known.passed_over)}


def _place(quote: ValidQuote) -> dict[str, Any]:
    place: dict[str, Any] = {"bidder": quote.bidder_code, "amountFen": quote.amount_fen}
    return place if quote.discount_bp is None else place | {"discountBp": quote.discount_bp}
