"""Which cases of a piece are worth judging. Most are ordinary: whoever must pay commissioned, paid in full, and got the invoice.

``unusual`` says in one statement which cases are not ordinary in every point; only those go before the rules. It is no second
rule engine: each line below names something without which the rules that follow it are clear, and takes too much rather than
too little (an empty column, a relation of the intermediary, a second contract for the item are enough). A case that it leaves
out has every verdict clear: ``tests/market/test_ordinary.py`` changes each column of an ordinary case and asks the rules.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from market import db
from market.fees import gather, records
from market.rules import facts, rulebook, sides
from market.rules.conditions.base import MissingColumn, listed_class
from market.rules.world import World

_SIDES = {"agency_commissioned": "agency", "mandatory": "applicant", "applicant_choice": "applicant"}
"""Class of an item, and who must have commissioned it."""
Period = tuple[str, str, str, str]
"""Item code, who must commission it, first and last day of that."""
_GROUPING = ", ".join(f"'{kind}'" for kind in sorted(sides.GROUPING))

_PERIODS_POSTGRES = "SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS one (item_code, side, since, until)"
_PERIODS_SQLITE = """SELECT code.value AS item_code, side.value AS side, since.value AS since, until.value AS until
        FROM json_each(?2) AS code JOIN json_each(?3) AS side ON side.key = code.key
        JOIN json_each(?4) AS since ON since.key = code.key JOIN json_each(?5) AS until ON until.key = code.key"""

_STATEMENT = f"""
WITH RECURSIVE
k AS MATERIALIZED (SELECT * FROM {records.CASES} WHERE case_no IN $1),
c AS MATERIALIZED (
    SELECT contracts.*, k.agency_id, k.applicant_id, k.decided_on
    FROM {records.CONTRACTS} JOIN k ON k.case_no = contracts.case_no WHERE contracts.case_no IN $1
),
p AS MATERIALIZED (
    SELECT payments.*, c.case_no AS own_case, c.client_id, c.supplier_id
    FROM {records.PAYMENTS} JOIN c ON c.contract_no = payments.contract_no WHERE payments.refund_of IS NULL
),
i AS MATERIALIZED (
    SELECT invoices.*, c.contract_no AS under, c.case_no, c.client_id, c.supplier_id
    FROM {records.INVOICES} JOIN c ON c.contract_no = invoices.contract_no
    UNION ALL
    SELECT invoices.*, p.contract_no, p.own_case, p.client_id, p.supplier_id
    FROM {records.INVOICES} JOIN p ON p.payment_no = invoices.payment_no WHERE invoices.contract_no IS NULL
),
periods AS MATERIALIZED (%(periods)s),
tied (code, relation) AS MATERIALIZED (
    SELECT one.code, r.relation FROM party_relations r JOIN organisations one ON one.id = r.source_org_id
    UNION ALL
    SELECT one.code, r.relation FROM party_relations r JOIN organisations one ON one.id = r.target_org_id
),
step (here, there) AS (
    SELECT source_org_id, target_org_id FROM party_relations WHERE relation IN ({_GROUPING})
    UNION ALL
    SELECT target_org_id, source_org_id FROM party_relations WHERE relation IN ({_GROUPING}, 'agent_of')
),
back (here, there) AS (
    SELECT target_org_id, source_org_id FROM party_relations WHERE relation IN ({_GROUPING})
    UNION ALL
    SELECT source_org_id, target_org_id FROM party_relations WHERE relation IN ({_GROUPING}, 'agent_of')
),
near (id) AS (
    SELECT one.id FROM k JOIN organisations one ON one.code = k.applicant_id
    UNION
    SELECT step.there FROM near JOIN step ON step.here = near.id
),
loose (id) AS (
    SELECT near.id FROM near JOIN organisations one ON one.id = near.id JOIN {records.PAYMENTS} ON payments.payer_id = one.code
    WHERE payments.contract_no IS NULL AND payments.refund_of IS NULL
    UNION
    SELECT back.there FROM loose JOIN back ON back.here = loose.id
),
unknown AS MATERIALIZED (
    SELECT payments.payee_id FROM {records.PAYMENTS}
    WHERE payments.payer_id IS NULL AND payments.contract_no IS NULL AND payments.refund_of IS NULL
        AND payments.payee_id IN (SELECT agency_id FROM k)
)
-- Who is who in the case must be known (all rules with sides).
SELECT case_no FROM k WHERE agency_id IS NULL OR applicant_id IS NULL OR agency_id = applicant_id
-- An agency that belongs to somebody's group may stand on the applicant's side (V01, V02, V22).
UNION SELECT k.case_no FROM k JOIN tied ON tied.code = k.agency_id WHERE tied.relation IN ({_GROUPING}, 'agent_of')
-- Money outside of contracts: of the case (V06, V26), by the applicant's side, or by nobody knows whom to an agency (V03).
UNION SELECT payments.case_no FROM {records.PAYMENTS}
    WHERE payments.case_no IN $1 AND payments.contract_no IS NULL AND payments.refund_of IS NULL
UNION SELECT k.case_no FROM k JOIN {records.PAYMENTS} ON payments.payer_id = k.applicant_id
    WHERE payments.contract_no IS NULL AND payments.refund_of IS NULL
UNION SELECT k.case_no FROM k JOIN organisations one ON one.code = k.applicant_id JOIN loose ON loose.id = one.id
UNION SELECT k.case_no FROM k JOIN unknown ON unknown.payee_id = k.agency_id
UNION SELECT k.case_no FROM k JOIN tied ON tied.code = k.agency_id
    WHERE EXISTS (SELECT 1 FROM unknown JOIN tied AS other ON other.code = unknown.payee_id)
-- What an agency asked for (V08, V10 to V13).
UNION SELECT demands.case_no FROM {records.DEMANDS} WHERE demands.case_no IN $1
-- The contract: complete, commissioned by whoever must, with enough quotes (V02, V14), delivered in time (V25, V28).
UNION SELECT c.case_no FROM c
    LEFT JOIN organisations client ON client.code = c.client_id
    LEFT JOIN periods ON periods.item_code = c.item_code AND CAST(c.commissioned_on AS text) BETWEEN periods.since AND periods.until
    WHERE NULLIF(client.kind, '') IS NULL OR periods.side IS NULL OR c.purpose IS NULL OR c.purpose <> 'approval'
        OR c.client_id <> CASE periods.side WHEN 'agency' THEN c.agency_id ELSE c.applicant_id END
        OR c.method IS NULL OR c.valid_quotes IS NULL
        OR periods.side = 'agency' AND NOT (c.method IN $6 AND c.valid_quotes >= %(quotes)d)
        OR c.supplier_id IS NULL OR c.supplier_id IN (c.agency_id, c.applicant_id) OR c.amount_fen IS NULL
        OR c.signed_on IS NULL OR c.due_on IS NULL OR c.retest_of IS NOT NULL
        OR c.commissioned_on > %(as_of)s OR c.signed_on > %(as_of)s OR c.delivered_on > %(as_of)s OR c.accepted_on > %(as_of)s
        OR COALESCE(c.delivered_on, %(as_of)s) > c.due_on
-- An intermediary with relations may be the agency's, or of another one's group (V17, V18, V37).
UNION SELECT c.case_no FROM c JOIN tied ON tied.code = c.supplier_id
-- One item, one intermediary, one contract (V18, V22, V23).
UNION SELECT case_no FROM c GROUP BY case_no, item_code HAVING COUNT(*) > 1
UNION SELECT case_no FROM c GROUP BY case_no, supplier_id HAVING COUNT(*) > 1
-- An award or certificates to compare with (V29, V35); a price that was changed (V21).
UNION SELECT c.case_no FROM c JOIN {records.AWARDS} ON awards.contract_no = c.contract_no
UNION SELECT c.case_no FROM c JOIN {records.HELD} ON held.holder_id = c.supplier_id WHERE c.item_code IN $7
UNION SELECT c.case_no FROM c JOIN {records.AMENDMENTS} ON amendments.contract_no = c.contract_no
-- The payments: by the client to the intermediary (V01, V03, V22), nothing back, in full once accepted (V05, V21, V36).
UNION SELECT own_case FROM p
    WHERE payer_id IS NULL OR payer_id <> client_id OR payee_id IS NULL OR payee_id <> supplier_id OR grade IS NULL
        OR amount_fen IS NULL OR amount_fen <= 0 OR paid_on IS NULL OR paid_on > %(as_of)s OR case_no <> own_case
UNION SELECT p.own_case FROM p JOIN {records.PAYMENTS} ON payments.refund_of = p.payment_no
UNION SELECT c.case_no FROM c LEFT JOIN p ON p.contract_no = c.contract_no
    GROUP BY c.contract_no, c.case_no, c.amount_fen, c.accepted_on, c.decided_on, c.client_id, c.agency_id
    HAVING COALESCE(SUM(p.amount_fen), 0) > c.amount_fen
        OR COALESCE(SUM(p.amount_fen), 0) < c.amount_fen AND c.accepted_on IS NOT NULL
        OR COUNT(p.payment_no) = 0 AND c.decided_on IS NOT NULL AND c.client_id = c.agency_id
-- The invoices: for a payment of the same contract, to the client (V04), none cancelled, not above the price (V23).
UNION SELECT i.case_no FROM i LEFT JOIN p ON p.payment_no = i.payment_no AND p.contract_no = i.under
    WHERE p.payment_no IS NULL OR i.buyer_id IS NULL OR i.buyer_id <> i.client_id OR i.seller_id IS NULL OR i.seller_id <> i.supplier_id
        OR i.amount_fen IS NULL OR i.issued_on IS NULL OR i.issued_on > %(as_of)s OR i.red_letter_of IS NOT NULL
UNION SELECT i.case_no FROM i JOIN {records.INVOICES} ON invoices.red_letter_of = i.invoice_no
UNION SELECT c.case_no FROM c JOIN i ON i.under = c.contract_no
    GROUP BY c.contract_no, c.case_no, c.amount_fen HAVING SUM(i.amount_fen) > c.amount_fen
-- What was found before may have to be cleared.
UNION SELECT c.case_no FROM c JOIN findings ON findings.scope = 'contract:' || c.contract_no
"""  # noqa: S608 - our own text


async def unusual(cases: Sequence[str], as_of: date) -> list[str]:
    """Those of the cases that are not ordinary as of a date, in order."""
    periods, asked = await _lists(cases, as_of)
    methods, quotes = _competition()
    postgres = db.is_postgres()
    text = {
        "periods": _PERIODS_POSTGRES if postgres else _PERIODS_SQLITE,
        "as_of": f"CAST('{as_of}' AS {'date' if postgres else 'text'})",
        "quotes": quotes,
    }
    columns = list(map(list, zip(*periods, strict=True))) or [[]] * 4
    rows = await records.rows_of(records.among(_STATEMENT % text), cases, *columns, methods, asked)
    return sorted(row[0] for row in rows)


async def _lists(cases: Sequence[str], as_of: date) -> tuple[list[Period], list[str]]:
    """Of the items of the cases: who must commission them when, and which ask for a qualification."""
    statement = f"SELECT DISTINCT item_code FROM {records.CONTRACTS} WHERE case_no IN $1"  # noqa: S608 - our own text
    codes = sorted(row[0] for row in await records.rows_of(records.among(statement), cases) if row[0])
    lists = await gather.lists(codes)
    asked = {terms.item_code for terms in lists if isinstance(terms, facts.ItemTerms) and terms.qualification}
    return list(_periods(World(lists, as_of), codes)), sorted(asked)


def _periods(world: World, codes: Iterable[str]) -> Iterator[Period]:
    """Nothing where it is not known who must commission, or the price is not free."""
    for code in codes:
        starts = [] if world.prices(code) else _starts(world.editions(code))
        for since, following in pairwise([*starts, date.max]):
            if side := _SIDES.get(_class(world, code, since) or ""):
                yield code, side, f"{since}", f"{following - timedelta(1)}"


def _starts(editions: list[facts.ItemClassPeriod]) -> list[date]:
    """The days from which another class may hold, the first of all days among them."""
    begun = {edition.valid_from or date.min for edition in editions}
    over = {edition.valid_to + timedelta(1) for edition in editions if edition.valid_to and edition.valid_to < date.max}
    return sorted({date.min} | begun | over)


def _class(world: World, code: str, on: date) -> str | None:
    try:
        return listed_class(world, code, on, "contracts.commissioned_on")
    except MissingColumn:
        return None


def _competition() -> tuple[list[str], int]:
    """The methods that every row of V14 takes for competition, and the most quotes that one asks for."""
    rows = [rule.values for rule in rulebook.default() if rule.id == "V14"]
    methods = set.intersection(*(set(row["competitive_methods"]) for row in rows))
    return sorted(methods), max(row["minimum_quotes"] for row in rows)
