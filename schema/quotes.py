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
    discount_bp: int | None
    service_working_days: int | None
    proposal: str
    practitioner_codes: list[str]
    received_at: datetime
    commitment: str
    salt: str | None
    nonce_hash: str | None
    rank: int | None
    invalid_reason: str
    is_winner: bool

    @classmethod
    def of(cls, row: models.Quote) -> Self:
        """From its row, loaded with its bidder, of a project whose quotes were opened."""
        return cls(
            row=row,
            amount=None if row.amount_fen is None else Yuan(row.amount_fen),
            discount_bp=row.discount_bp,
            service_working_days=row.service_working_days,
            proposal=row.proposal,
            practitioner_codes=row.practitioners or [],
            received_at=row.received_at,
            commitment=row.commitment,
            salt=row.salt,
            nonce_hash=row.nonce_hash,
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
    discount_bp: int | None
    service_working_days: int
    note: str
    proposal: str
    practitioner_codes: list[str]
    received_at: datetime
    commitment: str
    content: str
    salt: str
    nonce_hash: str | None
    nonce_escrowed: bool
    nonce_revealed: bool
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
            discount_bp=own.values.discount_bp,
            service_working_days=own.values.service_working_days,
            note=own.values.note,
            proposal=own.values.proposal,
            practitioner_codes=list(own.values.practitioners),
            received_at=own.row.received_at,
            commitment=own.row.commitment,
            content=own.content,
            salt=own.salt,
            nonce_hash=own.row.nonce_hash,
            nonce_escrowed=own.row.escrowed,
            nonce_revealed=own.row.nonce is not None,
            is_live=bool(own.row.live),
            replaced_at=own.row.replaced_at,
            withdrawn_at=own.row.withdrawn_at,
            signed_receipt=own.receipt(),
        )


@strawberry.input
class SubmitQuoteInput:
    """A sealed quote for the whole service; a second one replaces the first.

    ``amount``, or where the notice asks for a rate ``discountBp``: 下浮率 in basis points (1 % = 100) off the ceiling.
    ``practitioners``: the codes of those who will do it, sealed with the quote; they must be registered with the bidder.
    ``nonceHash``: of 32 random bytes that the bidder keeps and shows after the deadline (``revealNonce``); see README.
    """

    idempotency_key: str
    project_code: str
    service_working_days: int
    amount: Yuan | None = None
    discount_bp: int | None = None
    note: str = ""
    nonce_hash: str | None = None
    proposal: str = ""
    practitioners: list[str] = strawberry.field(default_factory=list)

    def form(self) -> service.SubmitQuote:
        """As the domain takes it."""
        values = {k: v for k, v in vars(self).items() if k not in ("amount", "practitioners")}
        return service.SubmitQuote(**values, amount_fen=self.amount, practitioners=tuple(self.practitioners))


@strawberry.input
class WithdrawQuoteInput:
    """Which project's quote."""

    project_code: str


_LATE = (errors.WrongState, errors.DeadlinePassed, errors.QuotesAlreadyOpened)
_UNFIT = (errors.QualificationMissing, errors.AboveCeiling)
_BIDDER = (errors.NotInvited, errors.SelfDealing, errors.AffiliateOfAgency, errors.OnAvoidanceList)


@strawberry.type
class Mutations:
    """Writes of quotes."""

    @result("SubmitQuoteResult", QuoteReceipt, *_LATE, *_BIDDER, *_UNFIT, errors.IdempotencyKeyReused)
    async def submit_quote(self, info: Info, input: SubmitQuoteInput) -> QuoteReceipt:
        """密封报价,截止前可更换。 Submit a sealed quote; until the deadline it can be replaced or withdrawn."""
        return QuoteReceipt.of(await service.submit_quote(info.context.actor, input.form()))

    @result("WithdrawQuoteResult", QuoteReceipt, *_LATE, errors.NoQuoteToWithdraw)
    async def withdraw_quote(self, info: Info, input: WithdrawQuoteInput) -> QuoteReceipt:
        """撤回报价。 Take back the live quote before the deadline."""
        return QuoteReceipt.of(await service.withdraw_quote(info.context.actor, input.project_code))
