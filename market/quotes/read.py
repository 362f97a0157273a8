"""Reads of quotes: a bidder's own at any time, everybody's after the opening. What is sealed has one door, and the door logs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from market import vault
from market.log import notes
from market.quotes.content import Content
from market.quotes.models import Quote
from market.usecase import unit


@dataclass(frozen=True)
class Unsealed:
    """What was inside: canonical content, hexadecimal salt, the nonce left in escrow (None: there is none), the content's values."""

    content: str
    salt: str
    nonce: str | None
    values: dict[str, Any]


@dataclass(frozen=True)
class OwnQuote:
    """A quote as its bidder sees it, with the content and salt that its commitment was made from: the receipt."""

    row: Quote
    project_code: str
    amount_fen: int
    """In fen; of a discount rate what it leaves of the ceiling."""
    values: Content
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
    return Unsealed(envelope["content"], envelope["salt"], envelope.get("nonce"), json.loads(envelope["content"]))


def _own(quote: Quote) -> OwnQuote:
    sealed = unsealed(quote.project_id, quote)
    project, values = quote.project, Content.of(sealed.values)
    return OwnQuote(quote, project.code, values.worth_fen(project.ceiling_fen), values, sealed.content, sealed.salt)


async def own_quote(quote_id: UUID) -> OwnQuote:
    """A quote for its bidder, in a use case; the caller has made sure that it is."""
    return _own(await Quote.get(id=quote_id).select_related("project", "bidder"))


async def own_quotes(bidder_id: UUID, project_id: UUID) -> list[OwnQuote]:
    """All quotes of one bidder for a project, newest first, in a use case; the caller has made sure that they are its own."""
    rows = Quote.filter(project_id=project_id, bidder_id=bidder_id).select_related("project", "bidder")
    return [_own(q) for q in await rows.order_by("-received_at")]


async def opened_by_project(project_ids: Sequence[UUID]) -> list[list[Quote]]:
    """The opened quotes of each project, best first; nothing of a project that is still sealed."""
    query = Quote.filter(project_id__in=list(project_ids), live=True, project__opened_at__not_isnull=True)
    rows = await query.select_related("bidder").order_by("rank", "received_at")
    return [sorted((r for r in rows if r.project_id == i), key=lambda r: (r.rank is None, r.rank or 0)) for i in project_ids]
