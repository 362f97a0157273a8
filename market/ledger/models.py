"""Rows of ledgers from elsewhere, kept as given: parties and records are named by their text codes, empty is NULL.

Organisations and relations are not here: findings name parties, so those go into the parties' own tables.
Source of the format: ``ledger.md``. Amounts in fen.
"""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class LedgerBatch(Model):
    """One import.

    ``files``: name → SHA-256, hexadecimal. ``counts``: table → {read, stored, unchanged, refused}.
    """

    id = fields.IntField(primary_key=True)
    at = fields.DatetimeField()
    account_id = fields.UUIDField()
    label = fields.CharField(max_length=200)
    files: fields.Field[dict[str, str]] = fields.JSONField()
    counts: fields.Field[dict[str, Any]] = fields.JSONField()

    class Meta:
        table = "ledger_batches"


class LedgerItemClass(Model):
    """The class of an item in one list edition, empty dates are open."""

    id = fields.BigIntField(primary_key=True)
    item_code = fields.CharField(max_length=60, db_index=True)
    item_class = fields.CharField(max_length=32, null=True)
    valid_from = fields.DateField(null=True)
    valid_to = fields.DateField(null=True)
    batch_id = fields.IntField()

    class Meta:
        table = "ledger_item_classes"


class LedgerItemPrice(Model):
    """A guided or set price. ``float_bp``: how far it may be exceeded, in basis points (20 % = 2000), exact."""

    id = fields.BigIntField(primary_key=True)
    item_code = fields.CharField(max_length=60, db_index=True)
    mode = fields.CharField(max_length=32, null=True)
    base_fen = fields.BigIntField(null=True)
    float_bp = fields.IntField(null=True)
    valid_from = fields.DateField(null=True)
    valid_to = fields.DateField(null=True)
    batch_id = fields.IntField()

    class Meta:
        table = "ledger_item_prices"


class LedgerCase(Model):
    """An approval case."""

    case_no = fields.CharField(max_length=60, primary_key=True)
    approval_item = fields.CharField(max_length=1000, null=True)
    agency_id = fields.CharField(max_length=40, null=True, db_index=True)
    applicant_id = fields.CharField(max_length=40, null=True, db_index=True)
    object = fields.CharField(max_length=1000, null=True)
    accepted_on = fields.DateField(null=True)
    decided_on = fields.DateField(null=True)
    batch_id = fields.IntField()

    class Meta:
        table = "ledger_cases"


class LedgerContract(Model):
    """A contract. ``retest_of``: the contract whose work failed and is done again."""

    contract_no = fields.CharField(max_length=60, primary_key=True)
    item_code = fields.CharField(max_length=60, null=True)
    case_no = fields.CharField(max_length=60, null=True, db_index=True)
    client_id = fields.CharField(max_length=40, null=True, db_index=True)
    supplier_id = fields.CharField(max_length=40, null=True, db_index=True)
    method = fields.CharField(max_length=32, null=True)
    valid_quotes = fields.IntField(null=True)
    purpose = fields.CharField(max_length=20, null=True)
    amount_fen = fields.BigIntField(null=True)
    commissioned_on = fields.DateField(null=True)
    signed_on = fields.DateField(null=True)
    due_on = fields.DateField(null=True)
    delivered_on = fields.DateField(null=True)
    accepted_on = fields.DateField(null=True)
    retest_of = fields.CharField(max_length=60, null=True, db_index=True)
    batch_id = fields.IntField()

    class Meta:
        table = "ledger_contracts"


class LedgerAmendment(Model):
    """A filed change of the amount of a contract, may be negative."""

    id = fields.BigIntField(primary_key=True)
    contract_no = fields.CharField(max_length=60, db_index=True)
    filed_on = fields.DateField(null=True)
    amount_change_fen = fields.BigIntField(null=True)
    reason = fields.CharField(max_length=1000, null=True)
    batch_id = fields.IntField()

    class Meta:
        table = "ledger_amendments"


class LedgerPayment(Model):
    """One movement of money, never negative. A refund is a row of its own that names ``refund_of``."""

    payment_no = fields.CharField(max_length=60, primary_key=True)
    paid_on = fields.DateField(null=True)
    payer_id = fields.CharField(max_length=40, null=True, db_index=True)
    payee_id = fields.CharField(max_length=40, null=True, db_index=True)
    amount_fen = fields.BigIntField(null=True)
    contract_no = fields.CharField(max_length=60, null=True, db_index=True)
    case_no = fields.CharField(max_length=60, null=True, db_index=True)
    purpose_text = fields.CharField(max_length=1000, null=True)
    grade = fields.CharField(max_length=20, null=True)
    refund_of = fields.CharField(max_length=60, null=True, db_index=True)
    batch_id = fields.IntField()

    class Meta:
        table = "ledger_payments"


class LedgerInvoice(Model):
    """An invoice. One that names ``red_letter_of`` cancels that one."""

    invoice_no = fields.CharField(max_length=60, primary_key=True)
    issued_on = fields.DateField(null=True)
    seller_id = fields.CharField(max_length=40, null=True, db_index=True)
    buyer_id = fields.CharField(max_length=40, null=True, db_index=True)
    amount_fen = fields.BigIntField(null=True)
    contract_no = fields.CharField(max_length=60, null=True, db_index=True)
    payment_no = fields.CharField(max_length=60, null=True, db_index=True)
    red_letter_of = fields.CharField(max_length=60, null=True, db_index=True)
    batch_id = fields.IntField()

    class Meta:
        table = "ledger_invoices"


class LedgerDemand(Model):
    """What an agency demanded of an applicant, and the reason that it gave."""

    demand_no = fields.CharField(max_length=60, primary_key=True)
    case_no = fields.CharField(max_length=60, null=True, db_index=True)
    item_code = fields.CharField(max_length=60, null=True)
    demanded_on = fields.DateField(null=True)
    reason = fields.CharField(max_length=32, null=True)
    named_supplier_id = fields.CharField(max_length=40, null=True)
    batch_id = fields.IntField()

    class Meta:
        table = "ledger_demands"
