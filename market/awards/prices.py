"""What services went for: the awards that stand, per item or per intermediary and item, the newest first. All of it is public."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from market import sql
from market.awards.models import Award
from market.awards.read import STANDING

LAST = 24
"""So many of each are told."""


@dataclass(frozen=True)
class Price:
    """What one project went for, in fen, and to whom: an intermediary, never a natural person. ``method``, ``state``: the project's."""

    project_code: str
    item_code: str
    method: str
    state: str
    published_at: datetime
    amount_fen: int
    service_working_days: int
    supplier_id: UUID
    supplier_code: str
    supplier_name: str


async def prices_by_item(item_codes: Sequence[str]) -> list[list[Price]]:
    """In key order."""
    ask = sql.Arguments()
    found = await _newest(ask, "p.item_code", [ask.among("p.item_code", item_codes)])
    return _grouped(item_codes, found, lambda price: price.item_code)


async def prices_by_supplier_and_item(keys: Sequence[tuple[UUID, str]]) -> list[list[Price]]:
    """The same for pairs of an intermediary and an item."""
    ask = sql.Arguments()
    wanted = [ask.among("a.supplier_id", {s for s, _ in keys}), ask.among("p.item_code", {item for _, item in keys})]
    found = await _newest(ask, "a.supplier_id, p.item_code", wanted)
    return _grouped(keys, found, lambda price: (price.supplier_id, price.item_code))


async def _newest(ask: sql.Arguments, each: str, wanted: list[str]) -> list[Price]:
    """The last ``LAST`` of each group in one statement, however many there are."""
    conditions = " AND ".join([ask.among("p.state", [state.value for state in STANDING]), *wanted])
    numbered = f"""SELECT a.id AS id, ROW_NUMBER() OVER (PARTITION BY {each} ORDER BY a.published_at DESC, a.id DESC) AS n
        FROM awards a JOIN projects p ON p.id = a.project_id WHERE {conditions}"""  # noqa: S608 - places, no values
    rows = await ask.rows(f"SELECT id FROM ({numbered}) numbered WHERE n <= {LAST}")  # noqa: S608 - as above
    query = Award.filter(id__in=[row[0] for row in rows]).order_by("-published_at", "-id")
    return [_price(award) for award in await query.select_related("project", "supplier")]


def _price(award: Award) -> Price:
    own = {name: getattr(award, name) for name in ("published_at", "amount_fen", "service_working_days", "supplier_id")}
    project, supplier = award.project, award.supplier
    asked = {"project_code": project.code, "item_code": project.item_code, "method": project.method, "state": project.state}
    return Price(**own, **asked, supplier_code=supplier.code, supplier_name=supplier.name)


def _grouped(keys: Sequence[Hashable], prices: Sequence[Price], key: Any) -> list[list[Price]]:
    groups: dict[Hashable, list[Price]] = defaultdict(list)
    for price in prices:
        groups[key(price)].append(price)
    return [groups[k] for k in keys]
