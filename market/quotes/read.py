"""Reads of quotes: a bidder's own at any time, everybody's after the opening. What is sealed has one door, and the door logs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from market import vault
from market.log import notes
from market.projects.models import Project
from market.projects.parameters import FIXED_PRICE
from market.quotes.content import Content
from market.quotes.models import Quote
from market.selection.draw import hashed
from market.usecase import unit


@dataclass(frozen=True)
class Unsealed:
    """What was inside: canonical content, hexadecimal salt, the nonce left in escrow (None: there is none), the content's values.

    None but for the nonce while its bidder keeps the quote.
    """

    content: str | None
    salt: str | None
    nonce: str | None
    values: dict[str, Any] | None


@dataclass(frozen=True)
class OwnQuote:
    """A quote as its bidder sees it, with the content and salt that its commitment was made from: the receipt.

    ``amount_fen``: of a discount rate what it leaves of the ceiling. None, like all from there on, while the bidder keeps the quote.
    """

    row: Quote
    project_code: str
    amount_fen: int | None = None
    values: Content | None = None
    content: str | None = None
    salt: str | None = None

    def receipt(self) -> str:
        """What the platform owes: signed the moment it came, before the log's next checkpoint takes it in."""
        return notes.receipt(self.project_code, self.row.bidder.code, self.row.commitment, self.row.received_at)

    @property
    def invalid_reason(self) -> str:
        """Why it does not count: after the opening as decided then, before it by the notice as it stands now, as far as the price tells."""
        if self.row.project.opened_at is not None or not self.row.live or self.amount_fen is None:
            return self.row.invalid_reason
        return off_price(self.row.project, self.amount_fen)


def off_price(project: Project, amount_fen: int) -> str:
    """Why the amount does not count under the notice as it stands now; "" when it does. It was right, before an amendment."""
    if project.ceiling_fen is not None and amount_fen > project.ceiling_fen:
        return "above_ceiling"
    return "not_the_fixed_price" if project.method in FIXED_PRICE and amount_fen != project.ceiling_fen else ""


def reveal_record(project_code: str, bidder_code: str, content: str, salt: str) -> str:
    """What the log keeps of a quote that its bidder has shown: a sealed act, hexadecimal."""
    return hashed("zhoushan-market quote revealed v1", project_code, bidder_code, content, salt).hex()


def unsealed(project_id: UUID, quote: Quote) -> Unsealed:
    """Decrypt one quote: for its bidder, and for ``service.unseal_all`` once the time has come.

    The only caller of ``vault.unseal``, and it logs every look. Raises LookupError outside of a use case: nobody looks unlogged.
    """
    unit().record_look(f"quote:{quote.commitment}", project=str(project_id))
    envelope = json.loads(vault.unseal(project_id, quote.id, quote.ciphertext))
    content = envelope.get("content")
    return Unsealed(content, envelope.get("salt"), envelope.get("nonce"), json.loads(content) if content else None)


def _own(quote: Quote) -> OwnQuote:
    sealed = unsealed(quote.project_id, quote)
    project = quote.project
    if sealed.values is None:
        return OwnQuote(quote, project.code)
    values = Content.of(sealed.values)
    return OwnQuote(quote, project.code, values.worth_fen(project.ceiling_fen), values, sealed.content, sealed.salt)


async def own_quote(quote_id: UUID) -> OwnQuote:
    """A quote for its bidder, in a use case; the caller has made sure that it is."""
    return _own(await Quote.get(id=quote_id).select_related("project", "bidder"))


async def own_quotes(bidder_id: UUID, project_id: UUID) -> list[OwnQuote]:
    """All quotes of one bidder for a project, newest first, in a use case; the caller has made sure that they are its own."""
    rows = Quote.filter(project_id=project_id, bidder_id=bidder_id).select_related("project", "bidder")
    return [_own(q) for q in await rows.order_by("-received_at")]


async def received_live(keys: Sequence[tuple[UUID, UUID]]) -> list[datetime | None]:
    """When the live quote of each (project, bidder) came in, None where there is none; the caller has made sure that it is its own."""
    rows = Quote.filter(project_id__in=[p for p, _ in keys], bidder_id__in=[b for _, b in keys], live=True)
    found = {(row.project_id, row.bidder_id): row.received_at for row in await rows}
    return [found.get(key) for key in keys]


async def opened_by_project(project_ids: Sequence[UUID]) -> list[list[Quote]]:
    """The opened quotes of each project, best first; nothing of a project that is still sealed."""
    query = Quote.filter(project_id__in=list(project_ids), live=True, project__opened_at__not_isnull=True)
    rows = await query.select_related("bidder").order_by("rank", "received_at")
    return [sorted((r for r in rows if r.project_id == i), key=lambda r: (r.rank is None, r.rank or 0)) for i in project_ids]
