"""What is stored already, natively or by an earlier import, in the ledger's own columns and words."""

from market.imports.tables import TABLES, Kind


def _of(table: str) -> str:
    return f"SELECT {', '.join(TABLES[table].fields)} FROM ledger_{table}"  # noqa: S608 - own names


_CASES = """SELECT c.case_no, c.approval_item, a.code AS agency_id, p.code AS applicant_id,
    NULLIF(c.object, '') AS object, c.accepted_on, c.decided_on
    FROM approval_cases c JOIN organisations a ON a.id = c.agency_id JOIN organisations p ON p.id = c.applicant_id"""
_CONTRACTS = """SELECT c.contract_no, c.item_code, k.case_no, a.code AS client_id, p.code AS supplier_id,
    c.method, c.valid_quotes, c.purpose, c.amount_fen, c.commissioned_on, c.signed_on, c.due_on, c.delivered_on,
    c.accepted_on, r.contract_no AS retest_of
    FROM contracts c JOIN organisations a ON a.id = c.client_id JOIN organisations p ON p.id = c.supplier_id
    LEFT JOIN approval_cases k ON k.id = c.case_id LEFT JOIN contracts r ON r.id = c.retest_of_id"""
_AMENDMENTS = """SELECT c.contract_no, m.filed_on, m.amount_change_fen, NULLIF(m.reason, '') AS reason
    FROM contract_amendments m JOIN contracts c ON c.id = m.contract_id"""
_PAYMENTS = """SELECT f.record_no AS payment_no, f.paid_on, a.code AS payer_id, p.code AS payee_id, f.amount_fen,
    c.contract_no, k.case_no, NULLIF(f.purpose_text, '') AS purpose_text, f.grade, r.record_no AS refund_of
    FROM fee_records f JOIN organisations a ON a.id = f.payer_id JOIN organisations p ON p.id = f.payee_id
    LEFT JOIN contracts c ON c.id = f.contract_id LEFT JOIN approval_cases k ON k.id = f.case_id
    LEFT JOIN fee_records r ON r.id = f.refund_of_id"""
_INVOICES = """SELECT i.invoice_no, i.issued_on, a.code AS seller_id, NULLIF(i.buyer_code, '') AS buyer_id, i.amount_fen,
    c.contract_no, f.record_no AS payment_no, r.invoice_no AS red_letter_of
    FROM invoices i JOIN organisations a ON a.id = i.seller_id LEFT JOIN contracts c ON c.id = i.contract_id
    LEFT JOIN fee_records f ON f.id = i.fee_id LEFT JOIN invoices r ON r.id = i.red_letter_of_id"""
_LEDGER_INVOICES = """SELECT l.invoice_no, coalesce(l.issued_on, x.issued_on) AS issued_on,
    coalesce(l.seller_id, x.seller_id) AS seller_id, coalesce(l.buyer_id, x.buyer_id) AS buyer_id,
    coalesce(l.amount_fen, x.amount_fen) AS amount_fen, l.contract_no, l.payment_no,
    coalesce(l.red_letter_of, x.red_letter_of) AS red_letter_of
    FROM ledger_invoices l LEFT JOIN stage_files x ON x.invoice_no = l.invoice_no"""
"""As they will be: what they left empty is filled in from the files of this import."""
_RELATIONS = """SELECT a.code AS from_id, b.code AS to_id, r.relation, r.since, r.until, NULLIF(r.source, '') AS source
    FROM party_relations r JOIN organisations a ON a.id = r.source_org_id JOIN organisations b ON b.id = r.target_org_id"""

ROWS: dict[str, tuple[str, ...]] = {
    "organisations": (),
    "relations": (_RELATIONS,),
    "item_classes": (_of("item_classes"),),
    "item_prices": (_of("item_prices"),),
    "cases": (_of("cases"), _CASES),
    "contracts": (_of("contracts"), _CONTRACTS),
    "amendments": (_of("amendments"), _AMENDMENTS),
    "payments": (_of("payments"), _PAYMENTS),
    "invoices": (_LEDGER_INVOICES, _INVOICES),
    "demands": (_of("demands"),),
}
"""Table → queries of the stored rows. A party's register data is its own: organisations are never compared."""

KEYS: dict[Kind, tuple[tuple[str, str], ...]] = {
    Kind.PARTY: (("organisations", "code"),),
    Kind.CASE: (("ledger_cases", "case_no"), ("approval_cases", "case_no")),
    Kind.CONTRACT: (("ledger_contracts", "contract_no"), ("contracts", "contract_no")),
    Kind.PAYMENT: (("ledger_payments", "payment_no"), ("fee_records", "record_no")),
    Kind.INVOICE: (("ledger_invoices", "invoice_no"), ("invoices", "invoice_no")),
}
"""Kind → where a reference may find it: table and column."""
