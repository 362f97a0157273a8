"""The avoidance list in the API: who must stand back from whom, for the two sides and the supervisors."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

import strawberry

from market import errors
from market.avoidance import models, read, service
from market.clock import local_date
from schema.context import Info
from schema.errors import result
from schema.pagination import Connection, Page, connection
from schema.parties import Organisation

AvoidanceGround = strawberry.enum(models.Ground, name="AvoidanceGround")


@strawberry.type(description="回避登记。 An intermediary that must stand back from an agency's projects.")
class Avoidance:
    """``caseNo``: only in that approval case. ``basis``: the rule. Read by the two sides and the supervisors, never public."""

    row: strawberry.Private[models.Avoidance]
    code: strawberry.ID
    ground: AvoidanceGround  # type: ignore[valid-type]
    reason: str
    basis: str
    case_no: str | None
    since: date
    until: date | None
    recorded_at: datetime
    lifted_at: datetime | None
    lift_reason: str

    @classmethod
    def of(cls, row: models.Avoidance) -> Self:
        """From its row, loaded with both sides and the case."""
        plain = ("reason", "since", "until", "recorded_at", "lifted_at", "lift_reason")
        values: dict[str, Any] = {name: getattr(row, name) for name in plain}
        ground, case_no = models.Ground(row.ground), row.case.case_no if row.case else None
        return cls(row=row, code=strawberry.ID(row.code), ground=ground, basis=read.BASIS[ground], case_no=case_no, **values)

    @strawberry.field
    async def agency(self) -> Organisation:
        """Whose projects."""
        return Organisation.of(self.row.agency)

    @strawberry.field
    async def intermediary(self) -> Organisation:
        """Who stands back."""
        return Organisation.of(self.row.intermediary)

    @strawberry.field
    async def is_in_force(self, info: Info) -> bool:
        """Whether it bars today."""
        return read.is_in_force(self.row, local_date(await info.context.now()))


@strawberry.type
class Queries:
    """Reads of the avoidance list."""

    @strawberry.field(
        description="回避名单:运营、监管看全部,机关和中介机构看自己的。 The supervisors see all, others their own; the newest first."
    )
    async def avoidances(self, info: Info, first: int = 20, after: str | None = None) -> Connection[Avoidance]:
        """One page."""
        page, listed = Page.of(first, after), read.listing(info.context.actor)
        rows = await read.page(listed, page.after_keys(datetime, UUID), page.limit)
        return connection(rows, page, Avoidance.of, lambda row: [row.recorded_at.isoformat(), row.id], listed.count)


@strawberry.input
class RecordAvoidanceInput:
    """``caseNo``: only in that approval case of the agency's. ``until``: the last day; left out: open."""

    agency_code: str
    intermediary_code: str
    ground: AvoidanceGround  # type: ignore[valid-type]
    reason: str
    since: date
    until: date | None = None
    case_no: str | None = None


@strawberry.input
class LiftAvoidanceInput:
    """Which entry, and why."""

    code: strawberry.ID
    reason: str


@strawberry.type
class Mutations:
    """Writes of the avoidance list."""

    @result("RecordAvoidanceResult", Avoidance, errors.SelfDealing)
    async def record_avoidance(self, info: Info, input: RecordAvoidanceInput) -> Avoidance:
        """登记回避:由运营机构或机关自己。 List an intermediary; it can no longer quote, nor win what it quoted for."""
        form = service.RecordAvoidance(**vars(input))
        return Avoidance.of(await service.record_avoidance(info.context.actor, form))

    @result("LiftAvoidanceResult", Avoidance, errors.WrongState, errors.SelfDealing)
    async def lift_avoidance(self, info: Info, input: LiftAvoidanceInput) -> Avoidance:
        """解除回避,登记人不能自己解除。 By the operator, never by whoever recorded it."""
        return Avoidance.of(await service.lift_avoidance(info.context.actor, input.code, input.reason))
