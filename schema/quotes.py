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

    row: strawberry.Private[read.OwnQuote]
    project_code: str
    amount: Yuan | None
    discount_bp: int | None
    service_working_days: int | None
    note: str
    proposal: str
    practitioner_codes: list[str]
    received_at: datetime
    commitment: str
    content: str | None
    salt: str | None
    held: bool = strawberry.field(description="报价由本机构自己保管、尚未公开。 Kept by you and not shown yet: values are null.")
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

    @strawberry.field(
        description="公开自己保管的报价在日志里的证明。 Proof, for you alone, that you showed the quote that you kept."
    )
    async def reveal_proof(self, info: Info) -> SealedProof | None:
        """Null until the next checkpoint, and where the quote was never kept by its bidder."""
        own = self.row
        if own.content is None or own.salt is None:
            return None
        return await sealed_proof(info, read.reveal_record(own.project_code, own.row.bidder.code, own.content, own.salt))

    @classmethod
    def of(cls, own: read.OwnQuote) -> Self:
        """From the bidder's own view of its quote."""
        values = own.values
        return cls(
            row=own,
            held=own.row.held,
            project_code=own.project_code,
            amount=None if own.amount_fen is None else Yuan(own.amount_fen),
            discount_bp=values.discount_bp if values else None,
            service_working_days=values.service_working_days if values else None,
            note=values.note if values else "",
            proposal=values.proposal if values else "",
            practitioner_codes=list(values.practitioners) if values else [],
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
class CommitQuoteInput:
    """``commitment``: SHA-256 of project, bidder, content and salt, hexadecimal; see README. ``nonceHash``: as for ``submitQuote``."""

    idempotency_key: str
    project_code: str
    commitment: str
    nonce_hash: str | None = None


@strawberry.input
class WithdrawQuoteInput:
    """Which project's quote."""

    project_code: str


_LATE = (errors.WrongState, errors.DeadlinePassed, errors.QuotesAlreadyOpened)
_BIDDER = (
    errors.NotInvited,
    errors.NotAMember,
    errors.SelfDealing,
    errors.AffiliateOfAgency,
    errors.OnAvoidanceList,
    errors.SignUpStopped,
    errors.QualificationMissing,
    errors.AboveCeiling,
)


@strawberry.type
class Mutations:
    """Writes of quotes."""

    @result("SubmitQuoteResult", QuoteReceipt, *_LATE, *_BIDDER, errors.IdempotencyKeyReused)
    async def submit_quote(self, info: Info, input: SubmitQuoteInput) -> QuoteReceipt:
        """密封报价,截止前可更换。 Submit a sealed quote; until the deadline it can be replaced or withdrawn."""
        return QuoteReceipt.of(await service.submit_quote(info.context.actor, input.form()))

    @result("CommitQuoteResult", QuoteReceipt, *_LATE, *_BIDDER[:-1], errors.IdempotencyKeyReused)
    async def commit_quote(self, info: Info, input: CommitQuoteInput) -> QuoteReceipt:
        """报价自己保管，只交承诺值。 Where the notice says BIDDER_HELD: hand in the commitment alone, and show the quote later."""
        return QuoteReceipt.of(await service.commit_quote(info.context.actor, service.CommitQuote(**vars(input))))

    @result("WithdrawQuoteResult", QuoteReceipt, *_LATE, errors.NoQuoteToWithdraw)
    async def withdraw_quote(self, info: Info, input: WithdrawQuoteInput) -> QuoteReceipt:
        """撤回报价。 Take back the live quote before the deadline."""
        return QuoteReceipt.of(await service.withdraw_quote(info.context.actor, input.project_code))
