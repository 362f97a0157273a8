"""Queries of oversight."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from market.catalogue import read as catalogue
from market.errors import NotFound
from market.oversight import following, jurisdiction, models, read, statistics
from market.oversight.states import OversightState
from market.oversight.statistics import Grouping
from market.rules import rulebook
from schema.context import Context, Info
from schema.oversight.types import OversightCase
from schema.pagination import Connection, Page, connection
from schema.parties import Organisation
from schema.scalars import Yuan

strawberry.enum(Grouping, name="OversightGrouping")


@strawberry.input(description="留空表示不限。 Leave out what does not matter.")
class OversightCaseFilter:
    """``mine``: a supervisor's own and those that it may take. ``overdue``: something is late right now."""

    state: list[OversightState] | None = None
    mine: bool = False
    overdue: bool | None = None
    department: str | None = None
    rule: str | None = None

    def wanted(self) -> read.CaseFilter:
        """As the domain takes it."""
        states = None if self.state is None else tuple(self.state)
        return read.CaseFilter(states, self.mine, self.overdue, self.department, self.rule)


@strawberry.type(description="监督成效:只有汇总数。 What oversight achieved: groups only.")
class OversightStatistics:
    """Cases opened in the period. A share is null where there is nothing to share."""

    key: str
    label: str
    opened: int
    explanations: int
    answered_in_time: int
    answered_in_time_share: float | None
    closed: int
    closed_in_time: int
    closed_in_time_share: float | None
    dismissed: int
    amount_at_issue: Yuan
    returned: Yuan


@strawberry.type(description="监管部门的管辖范围。 Which cases a regulator may take; an empty list means any.")
class Jurisdiction:
    """Maintained by the operator, every change logged."""

    organisation: Organisation
    departments: list[str]
    regions: list[str]
    set_at: datetime

    @classmethod
    def of(cls, row: models.Jurisdiction) -> "Jurisdiction":
        """From its row, loaded with its organisation."""
        plain = {"departments": row.departments, "regions": row.regions, "set_at": row.set_at}
        return cls(organisation=Organisation.of(row.organisation), **plain)  # type: ignore[arg-type]


async def _label(key: str, by: Grouping, context: Context) -> str:
    if by is Grouping.DEPARTMENT:
        row = await context.load(catalogue.departments_by_code, key) if key else None
        return context.pick(row.name_zh, row.name_en) if row else key
    rules = [row for row in rulebook.default() if by is Grouping.RULE and row.id == key]
    return context.pick(rules[-1].title_zh, rules[-1].title_en) if rules else key


async def _group(row: statistics.Group, by: Grouping, context: Context) -> OversightStatistics:
    plain = "key opened explanations answered_in_time closed closed_in_time dismissed"
    return OversightStatistics(
        label=await _label(row.key, by, context),
        answered_in_time_share=row.answered_in_time / row.explanations if row.explanations else None,
        closed_in_time_share=row.closed_in_time / row.closed if row.closed else None,
        amount_at_issue=Yuan(row.at_issue_fen),
        returned=Yuan(row.returned_fen),
        **{name: getattr(row, name) for name in plain.split()},
    )


@strawberry.type
class Queries:
    """Reads of oversight; whoever reads first after a due date sees it escalated."""

    @strawberry.field(description="督办件:监管部门看全部,当事人看自己的。 The supervisors' all, the parties' own.")
    async def oversight_cases(
        self,
        info: Info,
        filter: OversightCaseFilter | None = None,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[OversightCase]:
        """One page, the newest first."""
        page = Page.of(first, after)
        await following.settle_due()
        query = await read.listing(info.context.actor, (filter or OversightCaseFilter()).wanted(), await info.context.now())
        rows = await read.page(query, page.after_keys(datetime, UUID), page.limit)
        return connection(rows, page, OversightCase.of, read.position, query.count)

    @strawberry.field(description="一件;不存在或无权查看时为 null。 Null when absent or not visible.")
    async def oversight_case(self, info: Info, code: str) -> OversightCase | None:
        """By its code."""
        await following.settle_due()
        try:
            return await OversightCase.load(info, code)
        except NotFound:
            return None

    @strawberry.field(description="监督统计,公开。 Public, aggregated.")
    async def oversight_statistics(
        self,
        info: Info,
        first: Annotated[date, strawberry.argument(name="from")],
        last: Annotated[date, strawberry.argument(name="to")],
        by: Grouping = Grouping.MONTH,
    ) -> list[OversightStatistics]:
        """One row per group, both days included."""
        return [await _group(row, by, info.context) for row in await statistics.statistics(first, last, by)]

    @strawberry.field(description="监管部门的管辖范围,公开。 Who supervises what.")
    async def jurisdictions(self) -> list[Jurisdiction]:
        """By organisation."""
        return [Jurisdiction.of(row) for row in await jurisdiction.every()]
