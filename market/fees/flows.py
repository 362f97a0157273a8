"""Who paid whom, in groups: amounts by payer side, payee, agency, item and month, added up by the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from market.errors import InvalidInput
from market.fees import records
from market.fees.payments import OPEN_ABOUT, Source
from market.parties import read as parties
from market.rules import sides
from market.sql import Arguments
from market.text import typed_code

# ruff: noqa: S608 - every statement is made of texts of ours; values are arguments

MOST = 500
"""So many groups are told apart; the smaller ones are added up."""


class PayerSide(StrEnum):
    """Where the payer stands in the payment's case. On both sides counts as the applicant's."""

    APPLICANT = "applicant"
    AGENCY = "agency"
    THIRD_PARTY = "third_party"
    UNKNOWN = "unknown"


class FlowGrouping(StrEnum):
    """By what payments are put together. ``month``: of payment."""

    PAYER_SIDE = "payer_side"
    PAYEE = "payee"
    AGENCY = "agency"
    ITEM = "item"
    MONTH = "month"


@dataclass(frozen=True)
class FlowFilter:
    """Which payments; None means any. ``agency``: the code of the case's."""

    from_: date | None = None
    to: date | None = None
    agency: str | None = None
    item: str | None = None
    payer_side: PayerSide | None = None
    source: Source | None = None


@dataclass(frozen=True)
class Flow:
    """The payments of one group. ``keys``: what they share, in the order asked for. Amounts in fen.

    ``gross_fen`` without refunds, ``net_fen`` less the refunds that name these payments; ``at_issue_fen``: what open findings
    about these payments say is still to come back, each payment once, at its largest.
    """

    keys: tuple[str | None, ...]
    count: int
    gross_fen: int
    net_fen: int
    at_issue_fen: int


@dataclass(frozen=True)
class Flows:
    """The largest groups by gross amount; the ``others`` in one sum."""

    groups: list[Flow]
    other: Flow | None
    others: int


_IN_FORCE = "({r}.since IS NULL OR {r}.since <= {on}) AND ({r}.until IS NULL OR {r}.until >= {on})"
_GROUPING = ", ".join(f"'{kind}'" for kind in sorted(sides.GROUPING))

# Only payers and applicants that have a relation at all are followed: two parties without one are not of one side.
_SIDES = f"""
linked (code) AS (
    SELECT o.code FROM organisations o WHERE o.id IN (
        SELECT source_org_id FROM party_relations WHERE relation IN ({_GROUPING}, 'agent_of')
        UNION SELECT target_org_id FROM party_relations WHERE relation IN ({_GROUPING}, 'agent_of'))
),
asked (applicant_id, paid_on) AS (
    SELECT DISTINCT applicant_id, paid_on FROM cased WHERE payer_id <> applicant_id AND paid_on IS NOT NULL
    AND payer_id IN (SELECT code FROM linked) AND applicant_id IN (SELECT code FROM linked)
),
walk (applicant_id, paid_on, here) AS (
    SELECT a.applicant_id, a.paid_on, o.id FROM asked a JOIN organisations o ON o.code = a.applicant_id
    UNION
    SELECT w.applicant_id, w.paid_on, edge.there FROM walk w JOIN (
        SELECT source_org_id AS here, target_org_id AS there, since, until FROM party_relations WHERE relation IN ({_GROUPING})
        UNION ALL
        SELECT target_org_id, source_org_id, since, until FROM party_relations WHERE relation IN ({_GROUPING})
    ) AS edge ON edge.here = w.here WHERE {_IN_FORCE.format(r="edge", on="w.paid_on")}
),
on_side (applicant_id, paid_on, code) AS (
    SELECT w.applicant_id, w.paid_on, o.code FROM walk w JOIN organisations o ON o.id = w.here
    UNION
    SELECT w.applicant_id, w.paid_on, o.code FROM walk w
    JOIN party_relations r ON r.target_org_id = w.here AND r.relation = 'agent_of' AND {_IN_FORCE.format(r="r", on="w.paid_on")}
    JOIN organisations o ON o.id = r.source_org_id
),
mandates (centre, agency, since, until) AS (
    SELECT one.code, other.code, r.since, r.until FROM party_relations r
    JOIN organisations one ON one.id = r.source_org_id JOIN organisations other ON other.id = r.target_org_id
    WHERE r.relation = 'settles_for'
),
settled (payer_id, agency_id, paid_on) AS (
    SELECT DISTINCT c.payer_id, c.agency_id, c.paid_on FROM cased c JOIN mandates m ON m.centre = c.payer_id AND m.agency = c.agency_id
    WHERE {_IN_FORCE.format(r="m", on="c.paid_on")}
),
sided AS (
    SELECT c.*, CASE
        WHEN c.payer_id = c.applicant_id OR s.code IS NOT NULL THEN 'applicant'
        WHEN c.payer_id IS NULL OR c.applicant_id IS NULL OR c.agency_id IS NULL OR c.paid_on IS NULL THEN 'unknown'
        WHEN c.payer_id = c.agency_id OR t.payer_id IS NOT NULL THEN 'agency'
        ELSE 'third_party' END AS payer_side
    FROM cased c
    LEFT JOIN on_side s ON s.applicant_id = c.applicant_id AND s.paid_on = c.paid_on AND s.code = c.payer_id
    LEFT JOIN settled t ON t.payer_id = c.payer_id AND t.agency_id = c.agency_id AND t.paid_on = c.paid_on
)"""
_BACK_AND_ISSUE = f"""
back (payment_no, fen) AS (SELECT refund_of, SUM(amount_fen) FROM {records.PAYMENTS} WHERE refund_of IS NOT NULL GROUP BY refund_of),
issue (payment_no, fen) AS (
    SELECT substr(found.subject, 9), MAX(found.amount_fen - found.refunded_fen) FROM findings found
    WHERE {OPEN_ABOUT} AND found.subject LIKE 'payment:%' GROUP BY found.subject
)"""
_UNSIDED = "sided AS (SELECT c.* FROM cased c)"


async def flows(wanted: FlowFilter, group_by: Sequence[FlowGrouping]) -> Flows:
    """The payments that fit, refunds apart, in groups. Raises InvalidInput without a grouping."""
    by = list(dict.fromkeys(group_by))
    if not by:
        raise InvalidInput.one("groupBy", "required")
    place = Arguments()
    rows = [tuple(row) for row in await place.rows(_statement(wanted, by, place))]
    return Flows([_flow(row) for row in rows if row[0] <= MOST], *_rest([row for row in rows if row[0] > MOST]))


def _flow(row: tuple[Any, ...]) -> Flow:
    """Of a row: place, number of groups, the keys, four numbers."""
    return Flow(row[2:-4], *(int(value) for value in row[-4:]))


def _rest(rows: Sequence[tuple[Any, ...]]) -> tuple[Flow | None, int]:
    return (_flow(rows[0]), int(rows[0][1])) if rows else (None, 0)


def _statement(wanted: FlowFilter, by: Sequence[FlowGrouping], place: Arguments) -> str:
    cased = _cased(wanted, place)
    needs_side = wanted.payer_side is not None or FlowGrouping.PAYER_SIDE in by
    side = f"WHERE payer_side = {place(wanted.payer_side.value)}" if wanted.payer_side else ""
    names = [f"key{number}" for number in range(len(by))]
    keys = [f"{_column(grouping, place)} AS {name}" for grouping, name in zip(by, names, strict=True)]
    return f"""
WITH RECURSIVE {cased},
{_SIDES if needs_side else _UNSIDED},
{_BACK_AND_ISSUE},
grouped AS (
    SELECT {", ".join(keys)}, COUNT(*) AS n, COALESCE(SUM(p.amount_fen), 0) AS gross,
        COALESCE(SUM(p.amount_fen), 0) - COALESCE(SUM(b.fen), 0) AS net, COALESCE(SUM(i.fen), 0) AS at_issue
    FROM sided p LEFT JOIN back b ON b.payment_no = p.payment_no LEFT JOIN issue i ON i.payment_no = p.payment_no
    {side} GROUP BY {_places(1, len(by))}
),
ranked AS (SELECT g.*, row_number() OVER (ORDER BY gross DESC, {", ".join(names)}) AS place FROM grouped g)
SELECT CASE WHEN place <= {MOST} THEN place ELSE {MOST + 1} END AS bucket, COUNT(*),
    {", ".join(f"CASE WHEN place <= {MOST} THEN {name} END" for name in names)}, SUM(n), SUM(gross), SUM(net), SUM(at_issue)
FROM ranked GROUP BY 1, {_places(3, len(by))} ORDER BY 1"""


def _places(first: int, count: int) -> str:
    return ", ".join(str(number) for number in range(first, first + count))


def _cased(wanted: FlowFilter, place: Arguments) -> str:
    """The payments with their item and the two ends of their case: the contract's, without a contract their own."""
    bodies = {Source.NATIVE: records.NATIVE_PAYMENTS, Source.LEDGER: records.LEDGER_PAYMENTS}
    chosen = [body for source, body in bodies.items() if wanted.source in (None, source)]
    conditions: list[tuple[Any, str]] = [
        (wanted.from_, "p.paid_on >= {}"),
        (wanted.to, "p.paid_on <= {}"),
        (wanted.item and typed_code(wanted.item), "contracts.item_code = {}"),
        (parties.spelling(wanted.agency), "cases.agency_id = {}"),
    ]
    given = [text.format(place(value)) for value, text in conditions if value is not None]
    return f"""cased AS (
    SELECT p.payment_no, p.paid_on, p.payer_id, p.payee_id, p.amount_fen, contracts.item_code, cases.agency_id, cases.applicant_id
    FROM ({" UNION ALL ".join(chosen)}) AS p
    LEFT JOIN {records.CONTRACTS} ON contracts.contract_no = p.contract_no
    LEFT JOIN {records.CASES} ON cases.case_no = CASE WHEN p.contract_no IS NULL THEN p.case_no ELSE contracts.case_no END
    WHERE {" AND ".join(["p.refund_of IS NULL", *given])}
)"""


def _column(grouping: FlowGrouping, place: Arguments) -> str:
    month = "to_char(p.paid_on, 'YYYY-MM')" if place.postgres else "substr(p.paid_on, 1, 7)"
    columns = {
        FlowGrouping.PAYER_SIDE: "p.payer_side",
        FlowGrouping.PAYEE: "p.payee_id",
        FlowGrouping.AGENCY: "p.agency_id",
        FlowGrouping.ITEM: "p.item_code",
        FlowGrouping.MONTH: month,
    }
    return columns[grouping]
