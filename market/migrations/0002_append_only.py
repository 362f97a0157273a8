"""The log's head row, and triggers that refuse to change or delete a log entry: the database itself is append-only there."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor

_GENESIS = "f8fd095bb62c76287244040baffa764488c3ea0f8989107fb7167e3dbea14d10"
"""The plain chain's beginning; 0013 puts a tree in its place."""
_HEAD = f"INSERT INTO log_head (id, seq, hash) VALUES (1, 0, '{_GENESIS}')"

_SQLITE = [
    f"""CREATE TRIGGER log_entries_no_{verb.lower()} BEFORE {verb} ON log_entries
        BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"""
    for verb in ("UPDATE", "DELETE")
]
_POSTGRES = [
    """CREATE FUNCTION log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'the log is append-only'; END $$""",
    """CREATE TRIGGER log_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_entries
       FOR EACH STATEMENT EXECUTE FUNCTION log_is_append_only()""",
]


async def _forward(_apps: object, editor: BaseSchemaEditor) -> None:
    dialect = editor.client.capabilities.dialect
    for statement in [_HEAD, *(_POSTGRES if dialect == "postgres" else _SQLITE)]:
        await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("market", "0001_initial")]
    operations = [ops.RunPython(_forward)]
