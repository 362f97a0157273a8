"""The public statistics in the API: groups of what every notice says, nothing of what is sealed."""

from datetime import date

import strawberry

from market.catalogue.models import ItemClass
from market.projects.models import SelectionMethod
from market.statistics import published
from schema.catalogue import ClassCount, Edition
from schema.context import Info
from schema.scalars import Yuan


@strawberry.type(description="当月发布的项目。 Projects published in a month: under way, awarded, ended without an award.")
class MonthCount:
    """``month``: its first day."""

    month: date
    under_way: int
    awarded: int
    not_awarded: int


@strawberry.type(description="一种选取方式。 One method; medianDiscountBp: below the ceiling, null with fewer than 3 awards.")
class MethodCount:
    """Over the twelve months; in basis points."""

    method: SelectionMethod
    projects: int
    awards: int
    median_discount_bp: int | None


@strawberry.type(description="已备案的合同,按事项类别。 Filed contracts by class, which says who must pay.")
class PayerCount:
    """``amount``: what they come to."""

    item_class: ItemClass
    contracts: int
    amount: Yuan


@strawberry.type(description="一版目录的各类事项数。 How many items of each class an edition of the list has.")
class EditionCount:
    """On its first day."""

    edition: Edition
    classes: list[ClassCount]


@strawberry.type(description="公开统计。 Public statistics: only what readers of the notices could count themselves.")
class MarketStatistics:
    """Each part is counted when it is asked for."""

    @strawberry.field(description="近十二个月,按发布月份。 The last twelve months, by month of publication.")
    async def by_month(self, info: Info) -> list[MonthCount]:
        """The current one last."""
        rows = await published.by_month(await info.context.now())
        return [MonthCount(month=r.first, under_way=r.under_way, awarded=r.won, not_awarded=r.lost) for r in rows]

    @strawberry.field(description="近十二个月,按选取方式。 The last twelve months, by method.")
    async def by_method(self, info: Info) -> list[MethodCount]:
        """Methods that were used."""
        rows = await published.by_method(await info.context.now())
        return [
            MethodCount(method=SelectionMethod(r.method), projects=r.projects, awards=r.awards, median_discount_bp=r.discount_bp)
            for r in rows
        ]

    @strawberry.field(description="全部已备案的合同,按该谁付费。 All filed contracts, by who must pay.")
    async def by_payer(self) -> list[PayerCount]:
        """Classes that have any."""
        rows = await published.by_payer()
        return [PayerCount(item_class=ItemClass(r.item_class), contracts=r.contracts, amount=Yuan(r.amount_fen)) for r in rows]

    @strawberry.field(description="目录各版。 The editions of the list, the oldest first.")
    async def by_edition(self) -> list[EditionCount]:
        """Classes in the order of the list."""
        rows = await published.by_edition()
        return [
            EditionCount(
                edition=Edition.of(edition),
                classes=[ClassCount(item_class=item_class, count=count) for item_class, count in counts.items()],
            )
            for edition, counts in rows
        ]


@strawberry.type
class Queries:
    """Reads for everybody."""

    @strawberry.field(description="公开统计,不含任何密封的内容。 Public statistics; nothing sealed is in them.")
    async def market_statistics(self) -> MarketStatistics:
        """Groups alone."""
        return MarketStatistics()
