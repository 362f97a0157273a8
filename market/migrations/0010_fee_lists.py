"""Indexes for the supervisors' lists: payments of either source by date, party and evidence; findings by amount; audit results."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor

_BY_DATE = "paid_on DESC NULLS LAST"
_INDEXES = (
    *((f"ledger_payments_{name}", "ledger_payments", f"{first}{_BY_DATE}, payment_no") for name, first in (
        ("dated", ""), ("payer_dated", "payer_id, "), ("payee_dated", "payee_id, "), ("grade_dated", "grade, "),
    )),
    *((f"fee_records_{name}", "fee_records", f"{first}{_BY_DATE}, record_no") for name, first in (
        ("dated", ""), ("payer_dated", "payer_id, "), ("payee_dated", "payee_id, "), ("grade_dated", "grade, "),
    )),
    ("ledger_contracts_item_code", "ledger_contracts", "item_code"),
    ("findings_amount", "findings", "amount_fen, id"),
    ("audit_results_listed", "audit_results", "run_id, rule, subject, id"),
)


async def _forward(_apps: object, editor: BaseSchemaEditor) -> None:
    # SQLite takes NULLS LAST in an ORDER BY, not in an index; there NULL is the smallest value, so DESC puts it last anyway.
    sqlite = editor.client.capabilities.dialect == "sqlite"
    for name, table, columns in _INDEXES:
        listed = columns.replace(" NULLS LAST", "") if sqlite else columns
        await editor.client.execute_query(f"CREATE INDEX {name} ON {table} ({listed})")


class Migration(migrations.Migration):
    dependencies = [("market", "0009_demands")]
    operations = [ops.RunPython(_forward)]
