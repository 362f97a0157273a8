"""Ratings in the API: what clients say of finished work, and what became of it."""

from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from market import errors
from market.ratings import models, read, service
from market.ratings.stars import MARKS, mean, shown
from market.text import without_numbers
from schema.context import Info
from schema.errors import result
from schema.pagination import Connection, Page, connection
from schema.parties import Organisation


@strawberry.type(description="服务评价,公开。 A client's rating of a result that it accepted; public, with the one reply.")
class Rating:
    """Marks of 1 to 5. ``mean``: of the five, like "4.2". ``decideBy``: until when an appeal must be decided.

    Withdrawn on appeal, it stays with the reason, without its words, and no longer counts.
    """

    row: strawberry.Private[models.Rating]
    code: strawberry.ID
    quality: int
    timeliness: int
    attitude: int
    charges: int
    conduct: int
    mean: str
    comment: str
    rated_at: datetime
    reply: str
    replied_at: datetime | None
    appealed_at: datetime | None
    decide_by: datetime | None
    decided_at: datetime | None
    is_withdrawn: bool
    decision_reason: str

    @classmethod
    def of(cls, row: models.Rating) -> Self:
        """From its row, loaded with contract, project and intermediary."""
        marks = {name: getattr(row, name) for name in MARKS}
        moments = {name: getattr(row, name) for name in ("rated_at", "replied_at", "appealed_at", "decide_by", "decided_at")}
        return cls(
            row=row,
            code=strawberry.ID(row.code),
            mean=shown(mean(marks.values())),
            comment="" if row.withdrawn else without_numbers(row.comment),
            reply=without_numbers(row.reply),
            is_withdrawn=row.withdrawn,
            decision_reason=without_numbers(row.decision_reason),
            **marks,
            **moments,
        )

    @strawberry.field
    async def client(self) -> Organisation:
        """委托方。 Who gave it."""
        return Organisation.of(self.row.contract.client)

    @strawberry.field
    async def intermediary(self) -> Organisation:
        """Whom it is about."""
        return Organisation.of(self.row.intermediary)

    @strawberry.field
    async def project_code(self) -> str:
        """Of which project."""
        return str(self.row.contract.award.project.code)

    @strawberry.field
    async def project_title(self) -> str:
        """As it was announced."""
        return str(self.row.contract.award.project.title)

    @strawberry.field(description="申诉理由,只给双方、运营和监管;其他人为 null。 Null for others.")
    async def appeal_reason(self, info: Info) -> str | None:
        """Why the intermediary wants it withdrawn."""
        return self.row.appeal_reason if read.may_read_appeal(info.context.actor, self.row) else None


@strawberry.input
class RateServiceInput:
    """Marks of 1 (lowest) to 5: quality, timeliness, attitude, charges, conduct. ``comment``: everybody reads it."""

    contract_no: str
    quality: int
    timeliness: int
    attitude: int
    charges: int
    conduct: int
    comment: str = ""


@strawberry.input
class ReplyToRatingInput:
    """What everybody reads below the rating."""

    code: strawberry.ID
    reply: str


@strawberry.input
class AppealRatingInput:
    """Why it should be withdrawn."""

    code: strawberry.ID
    reason: str


@strawberry.input
class DecideRatingAppealInput:
    """``withdraw``: the rating no longer counts. ``reason``: published."""

    code: strawberry.ID
    withdraw: bool
    reason: str


@strawberry.type
class Queries:
    """Reads of ratings."""

    @strawberry.field(
        description="服务评价,新的在前;appealed: 只要等着处理的申诉。 Ratings, the newest first; appealed: those whose appeal waits."
    )
    async def ratings(
        self,
        info: Info,
        intermediary_code: str | None = None,
        appealed: bool = False,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[Rating]:
        """One page."""
        page, listed = Page.of(first, after), read.listing(read.RatingFilter(intermediary_code, appealed))
        rows = await read.page(listed, page.after_keys(datetime, UUID), page.limit)
        return connection(rows, page, Rating.of, lambda row: [row.rated_at.isoformat(), row.id], listed.count)

    @strawberry.field(description="一份评价;不存在时为 null。 Null when there is none.")
    async def rating(self, info: Info, code: str) -> Rating | None:
        """By its code."""
        row = await read.rating_by_code(code)
        return Rating.of(row) if row else None


@strawberry.type
class Mutations:
    """Writes of ratings."""

    @result("RateServiceResult", Rating, errors.SelfDealing, errors.AlreadyFiled, errors.DeadlinePassed)
    async def rate_service(self, info: Info, input: RateServiceInput) -> Rating:
        """委托方验收后评价,一份合同一次,公开。 The client rates what it accepted, once a contract; public."""
        form = service.RateService(**vars(input))
        return Rating.of(await service.rate_service(info.context.actor, form))

    @result("ReplyToRatingResult", Rating, errors.WrongState)
    async def reply_to_rating(self, info: Info, input: ReplyToRatingInput) -> Rating:
        """中介机构答复一次,公开。 The intermediary replies, once; public."""
        return Rating.of(await service.reply_to_rating(info.context.actor, input.code, input.reply))

    @result("AppealRatingResult", Rating, errors.AlreadyFiled, errors.DeadlinePassed)
    async def appeal_rating(self, info: Info, input: AppealRatingInput) -> Rating:
        """中介机构申诉,由运营机构决定。 The intermediary asks the operator to withdraw it; once, within days."""
        return Rating.of(await service.appeal_rating(info.context.actor, input.code, input.reason))

    @result("DecideRatingAppealResult", Rating, errors.SelfDealing, errors.WrongState)
    async def decide_rating_appeal(self, info: Info, input: DecideRatingAppealInput) -> Rating:
        """运营机构维持或撤下评价,理由公开。 The operator keeps or withdraws it; the reason is published."""
        return Rating.of(
            await service.decide_rating_appeal(info.context.actor, input.code, input.reason, withdraw=input.withdraw)
        )
