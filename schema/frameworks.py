"""Framework agreements in the API: terms, who is in them since when, who was refused why, and who had which turn."""

from datetime import datetime
from typing import Any, Self, cast
from uuid import UUID

import strawberry

from market import errors
from market.catalogue import read as catalogue
from market.clock import local_date
from market.frameworks import forms, models, read, service
from market.frameworks.models import CallOff, TurnCause
from market.frameworks.states import FrameworkState
from schema.catalogue import ServiceItem
from schema.context import Info
from schema.errors import result
from schema.inputs import aware
from schema.pagination import Connection, Page, connection
from schema.parties import Organisation
from schema.scalars import Yuan

strawberry.enum(CallOff, description="轮候、抽取、小额竞价。 By rotation, by the verifiable draw, by mini-quote.")
strawberry.enum(TurnCause, name="FrameworkTurnCause")
strawberry.enum(FrameworkState)


@strawberry.type(description="入围申请及其结果，公开。 An application and what became of it; public.")
class FrameworkEntry:
    """``admitted``: null until decided. ``reason``: why it was refused. ``decideBy``: until when the owner should decide."""

    row: strawberry.Private[models.FrameworkEntry]
    applied_at: datetime
    decide_by: datetime
    decided_at: datetime | None
    admitted: bool | None
    reason: str
    left_at: datetime | None

    @classmethod
    def of(cls, row: models.FrameworkEntry) -> Self:
        """From its row, loaded with the intermediary."""
        values = {name: getattr(row, name) for name in ("applied_at", "decided_at", "admitted", "reason", "left_at")}
        return cls(row=row, decide_by=read.decide_by(row), **values)

    @strawberry.field(description="逾期未决定。 Still undecided although decideBy is over.")
    async def is_overdue(self, info: Info) -> bool:
        """By the server's clock."""
        return read.is_overdue(self.row, await info.context.now())

    @strawberry.field
    async def member(self) -> Organisation:
        """The intermediary."""
        return Organisation.of(self.row.member)


@strawberry.type(description="轮次：谁得到、谁轮到未应。 A turn: who had it, or lost it by not offering.")
class FrameworkTurn:
    """In the order of ``number``; whoever has the lowest last number, or none, is next."""

    row: strawberry.Private[models.FrameworkTurn]
    number: int
    project_code: str
    cause: TurnCause
    at: datetime

    @classmethod
    def of(cls, row: models.FrameworkTurn) -> Self:
        """From its row, loaded with the member."""
        return cls(row=row, number=row.number, project_code=row.project_code, cause=TurnCause(row.cause), at=row.at)

    @strawberry.field
    async def member(self) -> Organisation:
        """Whose turn it was."""
        return Organisation.of(self.row.member)


@strawberry.type(
    description="开放式框架协议；选取见 projects(filter: {framework})。 Its call-offs: projects(filter: {framework})."
)
class Framework:
    """``discountBp``: taken off each call-off's price. ``ceiling``: the most that one call-off may cost."""

    row: strawberry.Private[models.Framework]
    code: strawberry.ID
    title: str
    requirements: str
    call_off: CallOff
    ceiling: Yuan | None
    discount_bp: int | None
    state: FrameworkState
    ends_at: datetime
    posted_at: datetime
    published_at: datetime | None
    review_note: str

    @classmethod
    def of(cls, row: models.Framework) -> Self:
        """From its row, loaded with its owner."""
        plain = ("title", "requirements", "discount_bp", "ends_at", "posted_at", "published_at", "review_note")
        values: dict[str, Any] = {name: getattr(row, name) for name in plain}
        return cls(
            row=row,
            code=strawberry.ID(row.code),
            call_off=CallOff(row.call_off),
            ceiling=None if row.ceiling_fen is None else Yuan(row.ceiling_fen),
            state=FrameworkState(row.state),
            **values,
        )

    @classmethod
    async def load(cls, info: Info, code: str) -> Self:
        """The visible framework of that code, freshly read. Raises NotFound."""
        return cls.of(await read.visible(info.context.actor, code))

    @strawberry.field
    async def owner(self) -> Organisation:
        """Who posted it and decides who is admitted."""
        return Organisation.of(self.row.owner)

    @strawberry.field(description="现在可否入围、选取。 Whether one may enter it and call off from it now.")
    async def is_open(self, info: Info) -> bool:
        """By the server's clock."""
        return read.is_open(self.row, await info.context.now())

    @strawberry.field
    async def items(self, info: Info) -> list[ServiceItem]:
        """The service items that it covers, as the list had them when it was posted."""
        on = local_date(self.row.published_at or self.row.posted_at)
        codes = await info.context.load(read.items_by_framework, self.row.id)
        versions = await info.context.load_many(catalogue.items_by_code_and_day, [(code, on) for code in codes])
        return [ServiceItem.of(version) for version in versions if version]

    @strawberry.field(description="入围名单及日期，含被拒理由。 Everybody who applied, with dates and reasons, in order.")
    async def entries(self, info: Info) -> list[FrameworkEntry]:
        """Admitted, refused, waiting and gone."""
        return [FrameworkEntry.of(row) for row in await info.context.load(read.entries_by_framework, self.row.id)]

    @strawberry.field
    async def turns(self, info: Info) -> list[FrameworkTurn]:
        """Of a rotation, in order."""
        return [FrameworkTurn.of(row) for row in await info.context.load(read.turns_by_framework, self.row.id)]


@strawberry.input(description="留空表示不限。 Leave out what does not matter.")
class FrameworkFilter:
    """Which frameworks. ``openOnly``: those that one may enter now. ``overdueOnly``: those in which an application waits too long."""

    item_code: str | None = None
    owner_code: str | None = None
    open_only: bool = False
    overdue_only: bool = False
    search: str | None = None


@strawberry.type
class Queries:
    """Reads of framework agreements."""

    @strawberry.field(description="框架协议，新的在前。 Framework agreements, newest first.")
    async def frameworks(
        self, info: Info, filter: FrameworkFilter | None = None, first: int = 20, after: str | None = None
    ) -> Connection[Framework]:
        """One page."""
        page, asked = Page.of(first, after), filter or FrameworkFilter()
        open_at = await info.context.now() if asked.open_only else None
        overdue = await read.with_overdue_entries(await info.context.now()) if asked.overdue_only else None
        wanted = read.FrameworkFilter(asked.item_code, asked.owner_code, open_at, overdue, asked.search)
        query = read.listing(info.context.actor, wanted)
        rows = await read.page(query, page.after_keys(datetime, UUID), page.limit)
        return connection(rows, page, Framework.of, read.position, query.count)

    @strawberry.field(description="一个框架协议；不存在或无权查看时为 null。 Null when absent or not visible.")
    async def framework(self, info: Info, code: str) -> Framework | None:
        """By its code."""
        try:
            return await Framework.load(info, code)
        except errors.NotFound:
            return None


@strawberry.input
class PostFrameworkInput:
    """Terms. ``ceiling`` or ``discountBp`` or both; ``requirements``: what an intermediary must be to enter."""

    idempotency_key: str
    title: str
    item_codes: list[str]
    requirements: str
    call_off: CallOff
    ends_at: datetime
    ceiling: Yuan | None = None
    discount_bp: int | None = None

    def form(self) -> forms.PostFramework:
        """As the domain takes it. Raises InvalidInput."""
        values: dict[str, Any] = {k: v for k, v in vars(self).items() if k not in ("ceiling", "item_codes", "ends_at")}
        ends_at = cast(datetime, aware("endsAt", self.ends_at))
        return forms.PostFramework(**values, item_codes=tuple(self.item_codes), ends_at=ends_at, ceiling_fen=self.ceiling)


@strawberry.input
class ReviewFrameworkInput:
    """Approve, or return with a note."""

    code: strawberry.ID
    approve: bool
    note: str = ""


@strawberry.input
class EnterFrameworkInput:
    """Which framework to enter or to leave."""

    code: strawberry.ID


@strawberry.input
class DecideEntryInput:
    """Whom to admit, or to refuse with a reason that is published."""

    code: strawberry.ID
    member_code: str
    admit: bool
    reason: str = ""


_POSTING = (errors.ItemCancelled, errors.IdempotencyKeyReused)
_ENTERING = (
    *(errors.WrongState, errors.SelfDealing, errors.SignUpStopped, errors.QualificationMissing),
    *(errors.AlreadyFiled, errors.AppliesTooSoon),
)


@strawberry.type
class Mutations:
    """Writes of framework agreements."""

    @result("PostFrameworkResult", Framework, *_POSTING)
    async def post_framework(self, info: Info, input: PostFrameworkInput) -> Framework:
        """设立框架协议，待审核。 Post a framework; somebody else at the operator reviews it."""
        row = await service.post_framework(info.context.actor, input.form())
        return await Framework.load(info, row.code)

    @result("ReviewFrameworkResult", Framework, errors.WrongState)
    async def review_framework(self, info: Info, input: ReviewFrameworkInput) -> Framework:
        """审核框架协议。 Publish or return; never by whoever posted it."""
        return Framework.of(
            await service.review_framework(info.context.actor, input.code, approve=input.approve, note=input.note)
        )

    @result("EnterFrameworkResult", Framework, *_ENTERING)
    async def enter_framework(self, info: Info, input: EnterFrameworkInput) -> Framework:
        """申请入围，框架期内随时可以。 Apply, at any time during the term."""
        return Framework.of(await service.enter_framework(info.context.actor, input.code))

    @result("DecideEntryResult", Framework, errors.SelfDealing, errors.QualificationMissing)
    async def decide_entry(self, info: Info, input: DecideEntryInput) -> Framework:
        """准予入围，或写明理由拒绝，理由公开。 Admit, or refuse with a published reason."""
        decided = service.decide_entry(info.context.actor, input.code, input.member_code, admit=input.admit, reason=input.reason)
        return Framework.of(await decided)

    @result("LeaveFrameworkResult", Framework)
    async def leave_framework(self, info: Info, input: EnterFrameworkInput) -> Framework:
        """退出框架协议，或撤回申请。 Leave, or take the application back."""
        return Framework.of(await service.leave_framework(info.context.actor, input.code))
