"""Quotes in the API: a receipt for the bidder, everything for everybody after the opening."""

from datetime import datetime
from typing import Self

import strawberry

from market import errors
from market.quotes import models, read, service
from schema.context import Info
from schema.errors import result
from schema.log import SealedProof, sealed_proof
from schema.parties import Organisation
from schema.scalars import Yuan


@strawberry.type(description="已开启的报价。 An opened quote; commitment = SHA-256 of content and salt, see README.")
class Quote:
    """Public after the opening."""

    row: strawberry.Private[models.Quote]
    amount: Yuan | None
    service_working_days: int | None
    received_at: datetime
    commitment: str
    salt: str | None
    rank: int | None
    invalid_reason: str
    is_winner: bool

    @classmethod
    def of(cls, row: models.Quote) -> Self:
        """From its row, loaded with its bidder, of a project whose quotes were opened."""
        return cls(
            row=row,
            amount=None if row.amount_fen is None else Yuan(row.amount_fen),
            service_working_days=row.service_working_days,
            received_at=row.received_at,
            commitment=row.commitment,
            salt=row.salt,
            rank=row.rank,
            invalid_reason=row.invalid_reason,
            is_winner=row.rank == 1,
        )

    @strawberry.field
    async def bidder(self) -> Organisation:
        """Who quoted."""
        return Organisation.of(self.row.bidder)

    @strawberry.field(description="承诺在日志里的证明。 Proof that the commitment was in the log before the opening.")
    async def log_proof(self, info: Info) -> SealedProof | None:
        """For everybody, now that the quote is open."""
        return await sealed_proof(info, self.commitment)


@strawberry.type(description="报价回执,只有报价人看得到。 The receipt; nobody but its bidder sees it before the opening.")
class QuoteReceipt:
    """Keep ``content`` and ``salt``: with them anyone can recompute ``commitment``."""

    project_code: str
    amount: Yuan
    service_working_days: int
    note: str
    received_at: datetime
    commitment: str
    content: str
    salt: str
    is_live: bool
    replaced_at: datetime | None
    withdrawn_at: datetime | None
    signed_receipt: str = strawberry.field(description="平台签名的回执,请保存。 Our signature on what we took in; keep it.")

    @strawberry.field(
        description="承诺在日志里的证明,下一个检查点之后才有。 Proof for you alone; null until the next checkpoint."
    )
    async def log_proof(self, info: Info) -> SealedProof | None:
        """Against a signed checkpoint."""
        return await sealed_proof(info, self.commitment)

    @classmethod
    def of(cls, own: read.OwnQuote) -> Self:
        """From the bidder's own view of its quote."""
        return cls(
            project_code=own.project_code,
            amount=Yuan(own.amount_fen),
            service_working_days=own.service_working_days,
            note=own.note,
            received_at=own.row.received_at,
            commitment=own.row.commitment,
            content=own.content,
            salt=own.salt,
            is_live=bool(own.row.live),
            replaced_at=own.row.replaced_at,
            withdrawn_at=own.row.withdrawn_at,
            signed_receipt=own.receipt(),
        )


@strawberry.input
class SubmitQuoteInput:
    """A sealed quote for the whole service; a second one replaces the first."""

    idempotency_key: str
    project_code: str
    amount: Yuan
    service_working_days: int
    note: str = ""

    def form(self) -> service.SubmitQuote:
        """As the domain takes it."""
        return service.SubmitQuote(self.idempotency_key, self.project_code, self.amount, self.service_working_days, self.note)


@strawberry.input
class WithdrawQuoteInput:
    """Which project's quote."""

    project_code: str


_LATE = (errors.WrongState, errors.DeadlinePassed, errors.QuotesAlreadyOpened)
_BIDDER = (errors.NotInvited, errors.SelfDealing, errors.QualificationMissing, errors.AboveCeiling)


@strawberry.type
class Mutations:
    """Writes of quotes."""

    @result("SubmitQuoteResult", QuoteReceipt, *_LATE, *_BIDDER, errors.IdempotencyKeyReused)
    async def submit_quote(self, info: Info, input: SubmitQuoteInput) -> QuoteReceipt:
        """密封报价,截止前可更换。 Submit a sealed quote; until the deadline it can be replaced or withdrawn."""
        return QuoteReceipt.of(await service.submit_quote(info.context.actor, input.form()))

    @result("WithdrawQuoteResult", QuoteReceipt, *_LATE, errors.NoQuoteToWithdraw)
    async def withdraw_quote(self, info: Info, input: WithdrawQuoteInput) -> QuoteReceipt:
        """撤回报价。 Take back the live quote before the deadline."""
        return QuoteReceipt.of(await service.withdraw_quote(info.context.actor, input.project_code))
