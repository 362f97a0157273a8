"""Reads of quotes: a bidder's own at any time, everybody's after the opening."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from market import vault
from market.actors import Actor
from market.projects.models import SelectionMethod
from market.projects.states import ProjectState
from market.quotes.models import Quote


@dataclass(frozen=True)
class Unsealed:
    """What was inside: canonical content, hexadecimal salt, and the content's values."""

    content: str
    salt: str
    values: dict[str, Any]


@dataclass(frozen=True)
class OwnQuote:
    """A quote as its bidder sees it, with the content and salt that its commitment was made from: the receipt."""

    row: Quote
    project_code: str
    amount_fen: int
    service_working_days: int
    note: str
    content: str
    salt: str


def unsealed(project_id: UUID, quote: Quote) -> Unsealed:
    """Decrypt one quote. For its bidder, and for ``service.unseal_all`` once the time has come."""
    envelope = json.loads(vault.unseal(project_id, quote.id, quote.ciphertext))
    return Unsealed(envelope["content"], envelope["salt"], json.loads(envelope["content"]))


def _own(quote: Quote) -> OwnQuote:
    sealed = unsealed(quote.project_id, quote)
    values = sealed.values
    days, note = values["serviceWorkingDays"], values["note"]
    return OwnQuote(quote, quote.project.code, values["amountFen"], days, note, sealed.content, sealed.salt)


async def own_quote(quote_id: UUID) -> OwnQuote:
    """A quote for its bidder; the caller has made sure that it is."""
    return _own(await Quote.get(id=quote_id).select_related("project"))


async def own_quotes(actor: Actor, project_id: UUID) -> list[OwnQuote]:
    """All of the actor's quotes for a project, replaced and withdrawn ones too, newest first."""
    if actor.organisation_id is None:
        return []
    rows = Quote.filter(project_id=project_id, bidder_id=actor.organisation_id).select_related("project")
    return [_own(q) for q in await rows.order_by("-received_at")]


async def opened_by_project(project_ids: Sequence[UUID]) -> list[list[Quote]]:
    """The opened quotes of each project, best first; nothing of a project that is sealed or still in auction."""
    query = Quote.filter(project_id__in=list(project_ids), live=True, project__opened_at__not_isnull=True)
    auctioned = Q(project__method__not=SelectionMethod.REVERSE_AUCTION.value) | Q(project__state__not=ProjectState.CLOSED.value)
    query = query.filter(auctioned)
    rows = await query.select_related("bidder").order_by("rank", "received_at")
    return [sorted((r for r in rows if r.project_id == i), key=lambda r: (r.rank is None, r.rank or 0)) for i in project_ids]
