"""The dated settings in the API: every limit in time and number with its source, for everybody."""

from datetime import date
from typing import Self

import strawberry

from market import usecase
from market.rulebook import Setting as Row


@strawberry.type(description="规则数值:从某天起有效,写明出处。 A limit in time or number, in force from a day, with its source.")
class RulebookRow:
    """In force until the next row of the same ``name``. ``unit``: working_days, days, hours, seconds, milliseconds, count or fen."""

    name: str
    value: int
    unit: str
    since: date
    source: str

    @classmethod
    def of(cls, row: Row) -> Self:
        """From its row."""
        return cls(name=row.name, value=row.value, unit=row.unit, since=row.since, source=row.source)


@strawberry.type
class Queries:
    """Reads of the rulebook."""

    @strawberry.field(description="全部规则数值及出处,公开。 Every dated limit with its source; public.")
    async def rulebook(self) -> list[RulebookRow]:
        """By name and day, as the server uses them."""
        return [RulebookRow.of(row) for row in sorted(usecase.rulebook().settings, key=lambda s: (s.name, s.since))]
