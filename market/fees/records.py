"""Every record that rules judge, the market's own and those from elsewhere, as one table per kind with the ledger's columns.

Each table is a SELECT that the statements of ``gather`` and ``audit`` read from: native rows under their numbers and
party codes, then the rows of imported ledgers as they are. A reversed record and its reversal do not exist here, nor
does an invoice that was filed with it.
"""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from market import db
from market.clock import local_date
from market.rules import facts, sides

_STANDS = "{fee}.reverses_id IS NULL AND NOT EXISTS (SELECT 1 FROM fee_records gone WHERE gone.reverses_id = {fee}.id)"

CASES = """(
    SELECT k.case_no, k.approval_item, agency.code AS agency_id, applicant.code AS applicant_id, k.object, k.accepted_on, k.decided_on
    FROM approval_cases k
    JOIN organisations agency ON agency.id = k.agency_id JOIN organisations applicant ON applicant.id = k.applicant_id
    UNION ALL
    SELECT case_no, approval_item, agency_id, applicant_id, object, accepted_on, decided_on FROM ledger_cases
) AS cases"""

CONTRACTS = """(
    SELECT c.contract_no, c.item_code, k.case_no, client.code AS client_id, supplier.code AS supplier_id, c.method, c.valid_quotes,
        c.purpose, c.amount_fen, c.commissioned_on, c.signed_on, c.due_on, c.delivered_on, c.accepted_on,
        r.contract_no AS retest_of
    FROM contracts c
    JOIN organisations client ON client.id = c.client_id JOIN organisations supplier ON supplier.id = c.supplier_id
    LEFT JOIN approval_cases k ON k.id = c.case_id LEFT JOIN contracts r ON r.id = c.retest_of_id
    UNION ALL
    SELECT contract_no, item_code, case_no, client_id, supplier_id, method, valid_quotes, purpose, amount_fen, commissioned_on,
        signed_on, due_on, delivered_on, accepted_on, retest_of
    FROM ledger_contracts
) AS contracts"""

AMENDMENTS = """(
    SELECT c.contract_no, a.filed_on, a.amount_change_fen, a.reason
    FROM contract_amendments a JOIN contracts c ON c.id = a.contract_id
    UNION ALL
    SELECT contract_no, filed_on, amount_change_fen, reason FROM ledger_amendments
) AS amendments"""

NATIVE_PAYMENTS = f"""
    SELECT f.record_no AS payment_no, f.paid_on, payer.code AS payer_id, payee.code AS payee_id, f.amount_fen, c.contract_no,
        k.case_no, f.purpose_text, f.grade, r.record_no AS refund_of
    FROM fee_records f
    JOIN organisations payer ON payer.id = f.payer_id JOIN organisations payee ON payee.id = f.payee_id
    LEFT JOIN contracts c ON c.id = f.contract_id LEFT JOIN approval_cases k ON k.id = f.case_id
    LEFT JOIN fee_records r ON r.id = f.refund_of_id
    WHERE {_STANDS.format(fee="f")}"""  # noqa: S608 - our own text

LEDGER_PAYMENTS = """
    SELECT payment_no, paid_on, payer_id, payee_id, amount_fen, contract_no, case_no, purpose_text, grade, refund_of
    FROM ledger_payments"""

PAYMENTS = f"({NATIVE_PAYMENTS} UNION ALL {LEDGER_PAYMENTS}) AS payments"

INVOICES = f"""(
    SELECT i.invoice_no, i.issued_on, seller.code AS seller_id, i.buyer_code AS buyer_id, i.amount_fen, c.contract_no,
        f.record_no AS payment_no, r.invoice_no AS red_letter_of
    FROM invoices i
    JOIN organisations seller ON seller.id = i.seller_id
    LEFT JOIN contracts c ON c.id = i.contract_id LEFT JOIN fee_records f ON f.id = i.fee_id
    LEFT JOIN invoices r ON r.id = i.red_letter_of_id
    WHERE f.id IS NULL OR ({_STANDS.format(fee="f")})
    UNION ALL
    SELECT invoice_no, issued_on, seller_id, buyer_id, amount_fen, contract_no, payment_no, red_letter_of FROM ledger_invoices
) AS invoices"""  # noqa: S608 - our own text

# A demand that a complaint tells stands alone, outside of its case: who records a payment of the case, or reads it, must
# not learn that somebody complained. No rule needs the case of a demand.
DEMANDS = """(
    SELECT demand_no, case_no, item_code, demanded_on, reason, named_supplier_id, 'record' AS source FROM ledger_demands
    UNION ALL
    SELECT demand_no, NULL, item_code, demanded_on, reason, NULLIF(named_supplier, ''), source FROM demands
) AS demands"""

# A natural person stays a pseudonym: what is found is read by the other parties, too.
ORGANISATIONS = """(
    SELECT code AS id, CASE kind WHEN 'person' THEN '' ELSE name END AS name, NULLIF(kind, '') AS kind FROM organisations
) AS organisations"""

CLASSES = "(SELECT item_code, item_class, valid_from, valid_to FROM ledger_item_classes) AS classes"

PRICES = "(SELECT item_code, mode, base_fen, float_bp, valid_from, valid_to FROM ledger_item_prices) AS prices"

PROJECTS = """(
    SELECT p.code, p.item_code, buyer.code AS buyer_id, p.method, p.published_at
    FROM projects p JOIN organisations buyer ON buyer.id = p.buyer_id WHERE p.published_at IS NOT NULL
) AS projects"""

AWARDS = """(
    SELECT p.code AS project_code, p.item_code, buyer.code AS buyer_id, supplier.code AS supplier_id, a.amount_fen,
        a.service_working_days, a.confirmed_at, c.contract_no, c.signed_on
    FROM awards a
    JOIN projects p ON p.id = a.project_id JOIN organisations buyer ON buyer.id = p.buyer_id
    JOIN organisations supplier ON supplier.id = a.supplier_id LEFT JOIN contracts c ON c.award_id = a.id
    WHERE a.confirmed_at IS NOT NULL
) AS awards"""

HELD = """(
    SELECT holder.code AS holder_id, q.qualification, q.valid_from, q.valid_to
    FROM held_qualifications q JOIN organisations holder ON holder.id = q.organisation_id
) AS held"""

OPERATORS = """(
    SELECT one.code AS party_id, MIN(m.since) AS since, CASE WHEN COUNT(*) = COUNT(m.ended_at) THEN MAX(m.ended_at) END AS until
    FROM memberships m JOIN organisations one ON one.id = m.organisation_id WHERE m.role = 'operator' GROUP BY one.code
) AS operators"""

_DATES: dict[type, tuple[int, ...]] = {
    facts.Case: (5, 6),
    facts.Contract: (9, 10, 11, 12, 13),
    facts.Amendment: (1,),
    facts.Payment: (1,),
    facts.Invoice: (1,),
    facts.Demand: (3,),
    facts.Relation: (3, 4),
    facts.ItemClassPeriod: (2, 3),
    facts.ItemPrice: (4, 5),
    facts.Award: (8,),
    facts.HeldQualification: (2, 3),
}
"""Which columns are dates: SQLite keeps them as text."""
_MOMENTS: dict[type, tuple[int, ...]] = {facts.Project: (4,), facts.Award: (6,), facts.Operator: (1, 2)}
"""Which columns are moments, of which rules see the day in Zhoushan."""


_GROUPING = ", ".join(f"'{kind}'" for kind in sorted(sides.GROUPING))
_HOLDING = ", ".join(f"'{kind}'" for kind in sorted(sides.HOLDING))
_RELATIONS_AROUND = f"""
    WITH RECURSIVE seeds (id) AS (SELECT id FROM organisations WHERE code IN $1),
    near (id) AS (
        SELECT id FROM seeds
        UNION
        SELECT edge.there FROM near JOIN (
            SELECT source_org_id AS here, target_org_id AS there FROM party_relations WHERE relation IN ({_GROUPING})
            UNION ALL
            SELECT target_org_id, source_org_id FROM party_relations WHERE relation IN ({_GROUPING})
        ) AS edge ON edge.here = near.id
    ),
    up (id, steps) AS (
        SELECT id, 1 FROM seeds
        UNION
        SELECT r.source_org_id, up.steps + 1 FROM up JOIN party_relations r ON r.target_org_id = up.id
        WHERE r.relation IN ({_HOLDING}) AND up.steps < {sides.HOLDING_STEPS}
    ),
    wanted (id) AS (
        SELECT id FROM party_relations WHERE relation IN ({_GROUPING}) AND source_org_id IN (SELECT id FROM near)
        UNION
        SELECT id FROM party_relations WHERE relation IN ('agent_of', 'settles_for') AND target_org_id IN (SELECT id FROM near)
        UNION
        SELECT id FROM party_relations WHERE relation IN ({_HOLDING}) AND target_org_id IN (SELECT id FROM up)
    )
    SELECT one.code, other.code, r.relation, r.since, r.until, r.source
    FROM party_relations r JOIN organisations one ON one.id = r.source_org_id JOIN organisations other ON other.id = r.target_org_id
    WHERE r.id IN (SELECT id FROM wanted)
"""  # noqa: S608 - words of ours
# UNION, not UNION ALL, in the recursions: a ring ends.


async def relations_around(parties: Sequence[str]) -> list[facts.Relation]:
    """All relations, of any date, that a rule may follow from these parties.

    Their groups whole; agents and settlement centres of every member; their owners as far up as a rule goes.
    """
    if not parties:
        return []
    return list(_facts(facts.Relation, await rows_of(among(_RELATIONS_AROUND), parties)))


async def principals_of(agent: str) -> list[str]:
    """Whom the party is or was an agent of."""
    statement = """SELECT other.code FROM party_relations r JOIN organisations one ON one.id = r.source_org_id
        JOIN organisations other ON other.id = r.target_org_id WHERE r.relation = 'agent_of' AND one.code IN $1"""
    return [row[0] for row in await rows_of(among(statement), [agent])]


_AMONG = re.compile(r"([\w.]+) IN \$(\d)")


async def select(kind: type[Any], table: str, where: str, *keys: Sequence[str]) -> list[Any]:
    """Facts of a kind from one of the tables above.

    ``where``: a condition of ours that names the lists of keys, as in ``case_no IN $1``.
    """
    if not any(keys):
        return []
    statement = f"SELECT * FROM {table} WHERE {among(where)}"  # noqa: S608 - our own text
    return list(_facts(kind, await rows_of(statement, *keys)))


def among(where: str) -> str:
    """The condition as the database in use takes lists of texts: each is one argument."""
    return _AMONG.sub(r"\1 = ANY($\2::text[])" if db.is_postgres() else r"\1 IN (SELECT value FROM json_each(?\2))", where)


async def rows_of(statement: str, *keys: Sequence[str]) -> Sequence[Any]:
    """The rows of a statement, by position."""
    arguments = [list(given) if db.is_postgres() else json.dumps(list(given)) for given in keys]
    _, rows = await db.connection().execute_query(statement, arguments)
    return rows


def _facts(kind: type[Any], rows: Iterable[Sequence[Any]]) -> Iterable[Any]:
    dates = () if db.is_postgres() else _DATES.get(kind, ())
    for row in rows:
        values = list(row)
        for column in dates:
            if values[column] is not None:
                values[column] = date.fromisoformat(values[column])
        for column in _MOMENTS.get(kind, ()):
            values[column] = _day(values[column])
        if kind is facts.ItemPrice and values[3] is not None:
            values[3] = Fraction(values[3], 100)
        yield kind(*values)


def _day(at: datetime | str | None) -> date | None:
    """SQLite keeps moments as text."""
    return local_date(datetime.fromisoformat(at) if isinstance(at, str) else at) if at else None
