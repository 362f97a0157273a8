"""Indexes for what the rules and the lists look up by: a foreign key brings none of its own."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor

_COLUMNS = (
    ("approval_cases", "agency_id"),
    ("approval_cases", "applicant_id"),
    ("contracts", "case_id"),
    ("contracts", "client_id"),
    ("contracts", "supplier_id"),
    ("contract_amendments", "contract_id"),
    ("fee_records", "contract_id"),
    ("fee_records", "case_id"),
    ("fee_records", "payer_id"),
    ("fee_records", "payee_id"),
    ("fee_records", "refund_of_id"),
    ("invoices", "contract_id"),
    ("invoices", "fee_id"),
    ("invoices", "red_letter_of_id"),
    ("party_relations", "target_org_id"),
    ("finding_parties", "organisation_id"),
    ("findings", "subject"),
    ("audit_results", "run_id"),
)


async def _forward(_apps: object, editor: BaseSchemaEditor) -> None:
    for table, column in _COLUMNS:
        await editor.client.execute_query(f"CREATE INDEX {table}_{column} ON {table} ({column})")


class Migration(migrations.Migration):
    dependencies = [("market", "0005_audit")]
    operations = [ops.RunPython(_forward)]
