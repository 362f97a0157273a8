"""Reads of quotes: a bidder's own at any time, everybody's after the opening. What is sealed has one door, and the door logs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from market import vault
from market.log import notes
from market.projects.models import SelectionMethod
from market.projects.states import ProjectState
from market.quotes.models import Quote
from market.usecase import unit


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

    def receipt(self) -> str:
        """What the platform owes: signed the moment it came, before the log's next checkpoint takes it in."""
        return notes.receipt(self.project_code, self.row.bidder.code, self.row.commitment, self.row.received_at)


def unsealed(project_id: UUID, quote: Quote) -> Unsealed:
    """Decrypt one quote: for its bidder, and for ``service.unseal_all`` once the time has come.

    The only caller of ``vault.unseal``, and it logs every look. Raises LookupError outside of a use case: nobody looks unlogged.
    """
    unit().record_look(f"quote:{quote.commitment}", project=str(project_id))
    envelope = json.loads(vault.unseal(project_id, quote.id, quote.ciphertext))
    return Unsealed(envelope["content"], envelope["salt"], json.loads(envelope["content"]))


def _own(quote: Quote) -> OwnQuote:
    sealed = unsealed(quote.project_id, quote)
    values = sealed.values
    days, note = values["serviceWorkingDays"], values["note"]
    return OwnQuote(quote, quote.project.code, values["amountFen"], days, note, sealed.content, sealed.salt)


async def own_quote(quote_id: UUID) -> OwnQuote:
    """A quote for its bidder, in a use case; the caller has made sure that it is."""
    return _own(await Quote.get(id=quote_id).select_related("project", "bidder"))


async def own_quotes(bidder_id: UUID, project_id: UUID) -> list[OwnQuote]:
    """All quotes of one bidder for a project, newest first, in a use case; the caller has made sure that they are its own."""
    rows = Quote.filter(project_id=project_id, bidder_id=bidder_id).select_related("project", "bidder")
    return [_own(q) for q in await rows.order_by("-received_at")]


async def opened_by_project(project_ids: Sequence[UUID]) -> list[list[Quote]]:
    """The opened quotes of each project, best first; nothing of a project that is sealed or still in auction."""
    query = Quote.filter(project_id__in=list(project_ids), live=True, project__opened_at__not_isnull=True)
    auctioned = Q(project__method__not=SelectionMethod.REVERSE_AUCTION.value) | Q(project__state__not=ProjectState.CLOSED.value)
    query = query.filter(auctioned)
    rows = await query.select_related("bidder").order_by("rank", "received_at")
    return [sorted((r for r in rows if r.project_id == i), key=lambda r: (r.rank is None, r.rank or 0)) for i in project_ids]
