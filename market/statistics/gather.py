"""The deals of some items as of a day, native and imported, in a constant number of queries; and which items there are.

Items are taken in pieces, so that a run holds one piece, however many contracts there are. A contract counts from the day
it was commissioned, else signed; one with neither date lies in no window. What came after the day of the run is not there.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from market.clock import SHANGHAI
from market.fees import gather, records
from market.oversight.jurisdiction import region_of
from market.parties.models import OrganisationKind
from market.rules import facts
from market.rules.conditions.base import MissingColumn, listed_class
from market.rules.world import World
from market.statistics.groups import Deal, LostQuote

PIECE = 5_000
"""Contracts and contests that are held at a time, or all of one item where those are more."""

_QUOTES = """(
    SELECT q.id, p.code AS project_no, p.item_code, p.method, buyer.code AS buyer_id, agency.code AS agency_id,
        bidder.code AS bidder_id, q.amount_fen, p.opened_at
    FROM quotes q JOIN projects p ON p.id = q.project_id
    JOIN organisations buyer ON buyer.id = p.buyer_id JOIN organisations bidder ON bidder.id = q.bidder_id
    LEFT JOIN approval_cases k ON k.id = p.case_id LEFT JOIN organisations agency ON agency.id = k.agency_id
    WHERE q.live AND q.amount_fen IS NOT NULL AND q.invalid_reason = '' AND p.opened_at IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM awards a JOIN contracts c ON c.award_id = a.id WHERE a.quote_id = q.id
    )
) AS opened"""
"""Opened, valid quotes that have led to no contract: only the market's own, a ledger from elsewhere holds none."""


@dataclass(frozen=True)
class Window:
    """Days after ``start`` up to ``end``: the day of the run, and so many months before it."""

    start: date
    end: date

    @classmethod
    def before(cls, as_of: date, months: int) -> "Window":
        """So many months up to a day; a day that the earlier month lacks is its last one."""
        turn = as_of.year * 12 + as_of.month - 1 - months
        first = date(turn // 12, turn % 12 + 1, 1)
        last = (first + timedelta(31)).replace(day=1) - timedelta(1)
        return cls(min(first + timedelta(as_of.day - 1), last), as_of)

    @property
    def condition(self) -> str:
        """Of contracts, in SQL: dates of ours."""
        made = "COALESCE(commissioned_on, signed_on)"
        return f"{made} > '{self.start.isoformat()}' AND {made} <= '{self.end.isoformat()}'"


async def pieces(window: Window) -> list[list[str]]:
    """The codes of items that have contracts or opened contests in the window, in groups of about ``PIECE`` of them."""
    statement = f"""SELECT item_code, COUNT(*) FROM (
            SELECT item_code FROM {records.CONTRACTS} WHERE item_code IS NOT NULL AND {window.condition}
            UNION ALL SELECT item_code FROM projects WHERE opened_at > '{window.start.isoformat()}'
        ) AS made GROUP BY item_code ORDER BY item_code"""  # noqa: S608 - our own text
    found: list[list[str]] = []
    held = PIECE
    for code, number in await records.rows_of(statement):
        if held + number > PIECE:
            found.append([])
            held = 0
        found[-1].append(code)
        held += number
    return found


async def deals(codes: Sequence[str], window: Window) -> list[Deal]:
    """The deals of some items in the window, as they stood at its end."""
    contracts = await records.select(facts.Contract, records.CONTRACTS, f"item_code IN $1 AND {window.condition}", codes)
    numbers = [c.contract_no for c in contracts]
    known: list[facts.Fact] = [
        *contracts,
        *await records.select(facts.Case, records.CASES, "case_no IN $1", sorted({c.case_no for c in contracts if c.case_no})),
        *await records.select(facts.Amendment, records.AMENDMENTS, "contract_no IN $1", numbers),
        *await _payments(numbers),
        *await gather.item_classes(codes),
    ]
    clients = sorted({c.client_id for c in contracts if c.client_id})
    organisations = await records.select(facts.Organisation, records.ORGANISATIONS, "id IN $1", clients)
    agencies = {o.id for o in organisations if o.kind == OrganisationKind.AGENCY}
    return await asyncio.to_thread(_built, known, window.end, agencies)


def _built(known: Iterable[facts.Fact], as_of: date, agencies: set[str]) -> list[Deal]:
    world = World(known, as_of)
    return [_deal(world, c, agencies) for c in world.contracts.values()]


async def _payments(numbers: Sequence[str]) -> list[facts.Payment]:
    paid = await records.select(facts.Payment, records.PAYMENTS, "contract_no IN $1 AND refund_of IS NULL", numbers)
    return paid + await records.select(facts.Payment, records.PAYMENTS, "refund_of IN $1", [p.payment_no for p in paid])


def _deal(world: World, contract: facts.Contract, agencies: set[str]) -> Deal:
    case = world.cases.get(contract.case_no or "") or facts.Case("")
    buyer = contract.client_id if contract.client_id in agencies | {case.agency_id} else None
    code, made_on = contract.item_code or "", _made_on(contract)
    changes = world.amendments_of(contract.contract_no)
    return Deal(
        contract_no=contract.contract_no,
        item_code=code,
        made_on=made_on,
        region=region_of(buyer or case.agency_id or ""),
        agency=case.agency_id,
        applicant=case.applicant_id,
        buyer=buyer,
        client=contract.client_id,
        supplier=contract.supplier_id,
        item_class=_class(world, code, made_on),
        method=contract.method,
        valid_quotes=contract.valid_quotes,
        purpose=contract.purpose,
        amount_fen=contract.amount_fen,
        paid_fen=_paid(world, contract.contract_no),
        changes_fen=_sum(changes),
        amendments=len(changes),
    )


def _sum(changes: Iterable[facts.Amendment]) -> int:
    return sum(a.amount_change_fen or 0 for a in changes)


def _made_on(contract: facts.Contract) -> date:
    """The window lets in no contract without a date."""
    return contract.commissioned_on or contract.signed_on or date.max


def _class(world: World, code: str, on: date) -> str | None:
    try:
        return listed_class(world, code, on, "contracts.commissioned_on")
    except MissingColumn:
        return None


def _paid(world: World, contract_no: str) -> int | None:
    """Net of refunds; None where an amount is not known."""
    total = 0
    for payment in world.payments_under(contract_no):
        for sign, amounts in ((1, [payment]), (-1, world.refunds_of(payment.payment_no))):
            for each in amounts:
                if each.amount_fen is None:
                    return None
                total += sign * each.amount_fen
    return total


async def lost_quotes(codes: Sequence[str], window: Window) -> list[LostQuote]:
    """The opened quotes of the window that have led to no contract."""
    statement = f"""SELECT project_no, item_code, method, buyer_id, agency_id, bidder_id, amount_fen, opened_at FROM {_QUOTES}
        WHERE {records.among("item_code IN $1")} AND opened_at > '{window.start.isoformat()}'"""  # noqa: S608 - our own text
    rows = await records.rows_of(statement, codes)
    return [
        LostQuote(f"quote:{no}/{bidder}", item, region_of(agency or buyer), agency or buyer, bidder, method, fen)
        for no, item, method, buyer, agency, bidder, fen, opened_at in rows
        if window.start < _day(opened_at) <= window.end
    ]


def _day(at: str | datetime) -> date:
    """Of a moment as the database gives it: SQLite as text."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(SHANGHAI).date()


async def served_later(suspects: Sequence[Deal], window: Window) -> dict[str, int]:
    """Contract → how many applicants of its buyer's cases the supplier worked for after it, whatever the item."""
    served = await _served(sorted({d.supplier for d in suspects if d.supplier}), window)
    return {d.contract_no: len({who for on, who in served[(d.supplier, d.buyer)] if on > d.made_on}) for d in suspects}


async def _served(suppliers: Sequence[str], window: Window) -> dict[tuple[str | None, str | None], list[tuple[date, str]]]:
    """(supplier, agency) → when it worked for which applicant of a case of that agency."""
    contracts = await records.select(facts.Contract, records.CONTRACTS, f"supplier_id IN $1 AND {window.condition}", suppliers)
    numbers = sorted({c.case_no for c in contracts if c.case_no})
    cases = {c.case_no: c for c in await records.select(facts.Case, records.CASES, "case_no IN $1", numbers)}
    served: dict[tuple[str | None, str | None], list[tuple[date, str]]] = defaultdict(list)
    for c in contracts:
        case = cases.get(c.case_no)
        if case and case.applicant_id and c.client_id not in (None, case.agency_id):
            served[(c.supplier_id, case.agency_id)].append((_made_on(c), case.applicant_id))
    return served
