"""What a service went for, in the API: published awards that stand."""

from datetime import datetime
from typing import Any, Self

import strawberry

from market.awards.prices import Price
from market.projects.models import SelectionMethod
from market.projects.states import ProjectState
from schema.scalars import Yuan


@strawberry.type(description="一次成交价,公开。 What one project went for; public from the opening on.")
class AwardedPrice:
    """``contractFiled``: whether the contract is on record. ``item_code``: of the project."""

    project_code: str
    item_code: str
    published_at: datetime
    amount: Yuan
    service_working_days: int
    method: SelectionMethod
    contract_filed: bool
    supplier_code: str
    supplier_name: str

    @classmethod
    def of(cls, row: Price) -> Self:
        """From the domain's."""
        plain = ("project_code", "item_code", "published_at", "service_working_days", "supplier_code", "supplier_name")
        values: dict[str, Any] = {name: getattr(row, name) for name in plain}
        filed = row.state == ProjectState.CONTRACT_FILED
        return cls(amount=Yuan(row.amount_fen), method=SelectionMethod(row.method), contract_filed=filed, **values)
