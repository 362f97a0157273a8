"""The opened contests of some items in a window, in a constant number of queries: only the market's own have their quotes here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple

from market.clock import local_date
from market.fees import records
from market.oversight.jurisdiction import region_of
from market.rules import sides
from market.rules.world import World
from market.statistics.gather import Window
from market.statistics.tenders import Bid, Tender

_OPENED = """(
    SELECT p.code AS project_no, p.item_code, p.method, buyer.code AS buyer_id, agency.code AS agency_id, p.published_at,
        p.closes_at, p.opened_at, p.ceiling_fen, bidder.code AS bidder_id, q.amount_fen, q.received_at, q.invalid_reason,
        (SELECT w.code FROM awards a JOIN organisations w ON w.id = a.supplier_id WHERE a.project_id = p.id) AS winner_id
    FROM projects p JOIN organisations buyer ON buyer.id = p.buyer_id
    LEFT JOIN approval_cases k ON k.id = p.case_id LEFT JOIN organisations agency ON agency.id = k.agency_id
    LEFT JOIN quotes q ON q.project_id = p.id AND q.live AND q.amount_fen IS NOT NULL
    LEFT JOIN organisations bidder ON bidder.id = q.bidder_id
    WHERE p.opened_at IS NOT NULL
) AS opened"""
_ACTED = """(
    SELECT one.code AS bidder_id, m.account_id, m.since, m.ended_at
    FROM memberships m JOIN organisations one ON one.id = m.organisation_id WHERE m.role = 'intermediary'
) AS acted"""


class _Row(NamedTuple):
    """A quote of a contest, or a contest without any."""

    project_no: str
    item_code: str
    method: str
    buyer: str
    agency: str | None
    published_at: datetime
    closes_at: datetime
    opened_at: datetime
    ceiling_fen: int | None
    bidder: str | None
    amount_fen: int
    received_at: datetime
    invalid_reason: str
    winner: str | None


_MOMENTS = ("published_at", "closes_at", "opened_at", "received_at")


class _Acted(NamedTuple):
    """For a while an account could act for a bidder."""

    bidder: str
    account: str
    since: datetime
    until: datetime | None


async def tenders(codes: Sequence[str], window: Window) -> list[Tender]:
    """The contests that were opened in the window."""
    statement = f"SELECT * FROM {_OPENED} WHERE {records.among('item_code IN $1')} ORDER BY opened_at, project_no"  # noqa: S608 - our own text
    found = map(_read, await records.rows_of(statement, codes))
    rows = [row for row in found if window.start < local_date(row.opened_at) <= window.end]
    bidders = sorted({row.bidder for row in rows if row.bidder})
    world = World(await records.relations_around(bidders), window.end)
    acted = await _acted(bidders)
    return [_tender(list(group), world, acted) for _, group in groupby(rows, lambda row: row.project_no)]


def _read(values: Sequence[Any]) -> _Row:
    row = _Row(*values)
    return row._replace(**{name: _moment(getattr(row, name)) for name in _MOMENTS})


def _moment(value: Any) -> Any:
    """As the database gives it: SQLite as text."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment and not moment.tzinfo else moment


async def _acted(bidders: Sequence[str]) -> dict[str, list[_Acted]]:
    statement = f"SELECT * FROM {_ACTED} WHERE {records.among('bidder_id IN $1')}"  # noqa: S608 - our own text
    found: dict[str, list[_Acted]] = defaultdict(list)
    for bidder, account, since, until in await records.rows_of(statement, bidders):
        found[bidder].append(_Acted(bidder, str(account), _moment(since), _moment(until)))
    return found


def _tender(rows: Sequence[_Row], world: World, acted: dict[str, list[_Acted]]) -> Tender:
    first = rows[0]
    agency = first.agency or first.buyer
    return Tender(
        first.project_no,
        first.item_code,
        region_of(agency),
        agency,
        first.method,
        first.published_at,
        first.closes_at,
        first.ceiling_fen,
        first.winner,
        tuple(_bid(row, row.bidder, world, acted[row.bidder]) for row in rows if row.bidder),
    )


def _bid(row: _Row, bidder: str, world: World, acted: Iterable[_Acted]) -> Bid:
    """``group``: the first code of those under one control on the day of the opening."""
    here = min(sides.group(world, bidder, local_date(row.opened_at)))
    could = frozenset(a.account for a in acted if a.since <= row.opened_at and (a.until is None or a.until >= row.published_at))
    return Bid(bidder, row.amount_fen, row.received_at, row.invalid_reason, here, could)
