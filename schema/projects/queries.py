"""Queries of projects."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry

from market.awards import service as award_service
from market.catalogue.models import ItemClass
from market.errors import NotFound
from market.projects import read
from market.projects.models import SelectionMethod
from market.projects.states import ProjectState
from schema.context import Info
from schema.pagination import Connection, Page, connection
from schema.projects.types import Project


@strawberry.enum
class ProjectOrder(Enum):
    """Newest posting first, or nearest deadline first."""

    NEWEST = "newest"
    CLOSING_SOON = "closing_soon"


@strawberry.input(description="留空表示不限。 Leave out what does not matter.")
class ProjectFilter:
    """Which projects. ``supplierCode``: whose award stands, or stood when the contest ended otherwise; ``quoted``: with a quote of the
    acting intermediary's own, not withdrawn; ``ofMyCase``: for an approval case whose applicant the reader is, whoever buys."""

    state: list[ProjectState] | None = None
    item_code: str | None = None
    item_class: ItemClass | None = None
    method: SelectionMethod | None = None
    buyer_code: str | None = None
    framework: str | None = None
    supplier_code: str | None = None
    mine: bool = False
    quoted: bool = False
    of_my_case: bool = False
    search: str | None = None

    def wanted(self) -> read.ProjectFilter:
        """As the domain takes it."""
        return read.ProjectFilter(
            states=None if self.state is None else tuple(self.state),
            item_code=self.item_code,
            item_class=self.item_class.value if self.item_class else None,
            method=self.method.value if self.method else None,
            buyer_code=self.buyer_code,
            framework=self.framework,
            supplier_code=self.supplier_code,
            mine=self.mine,
            quoted=self.quoted,
            of_my_case=self.of_my_case,
            search=self.search,
        )


@strawberry.type
class Queries:
    """Reads of projects; whoever reads first after a deadline opens the quotes."""

    @strawberry.field(description="项目公告。 Notices; signed in, also the own drafts.")
    async def projects(
        self,
        info: Info,
        filter: ProjectFilter | None = None,
        order_by: ProjectOrder = ProjectOrder.NEWEST,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[Project]:
        """One page."""
        page, order = Page.of(first, after), order_by.value
        await award_service.settle_due()
        query = read.listing(info.context.actor, (filter or ProjectFilter()).wanted(), await info.context.now())
        rows = await read.page(query, order, page.after_keys(datetime, UUID), page.limit)
        return connection(rows, page, Project.of, lambda row: read.position(row, order), query.count)

    @strawberry.field(description="一个项目;不存在或无权知道其存在时为 null。 Null when absent or not visible.")
    async def project(self, info: Info, code: str) -> Project | None:
        """By its code."""
        await award_service.settle_due()
        try:
            return await Project.load(info, code)
        except NotFound:
            return None
