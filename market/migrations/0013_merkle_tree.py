"""A Merkle tree over the log in place of the plain chain, sealed acts beside it, checkpoints and witnesses.

The old chain is checked once more while the tree is planted: what was broken before is not covered up, the migration stops.
"""

import hashlib
from uuid import uuid4

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor

from market.log.tree import Frontier, leaf_hash

_GENESIS = hashlib.sha256(b"zhoushan-market log v1").hexdigest()
_DOMAIN = b"zhoushan-market log entry v1\x00"
_BATCH = 2000
_FIXED = ("log_entries", "log_checkpoints", "sealed_batches", "witnessed_checkpoints")
"""Tables whose rows are never changed and never deleted."""


def _is_postgres(editor: BaseSchemaEditor) -> bool:
    return bool(editor.client.capabilities.dialect == "postgres")


async def _unlock(_apps: object, editor: BaseSchemaEditor) -> None:
    if _is_postgres(editor):
        await editor.client.execute_query("DROP TRIGGER log_entries_append_only ON log_entries")
        return
    for verb in ("update", "delete"):
        await editor.client.execute_query(f"DROP TRIGGER log_entries_no_{verb}")


async def _plant(_apps: object, editor: BaseSchemaEditor) -> None:
    tree, previous = Frontier(0, []), _GENESIS
    select = "SELECT seq, body, previous, hash FROM log_entries WHERE seq > {} ORDER BY seq LIMIT {}"
    first, second, third = ("$1", "$2", "$3") if _is_postgres(editor) else ("?", "?", "?")
    update = f"UPDATE log_entries SET hash = {first}, subtrees = {second} WHERE seq = {third}"
    while rows := (await editor.client.execute_query(select.format(tree.size, _BATCH)))[1]:
        changes = []
        for seq, body, before, kept in (tuple(row) for row in rows):
            leaf = leaf_hash(body.encode())
            chained = hashlib.sha256(_DOMAIN + bytes.fromhex(previous) + body.encode()).hexdigest()
            if (seq, before, kept) != (tree.size + 1, previous, chained):
                raise RuntimeError(f"the log is broken at entry {tree.size + 1}: find out why before you migrate")
            changes.append([leaf.hex(), b"".join(tree.add(leaf)).hex(), seq])
            previous = kept
        await editor.client.execute_many(update, changes)
    [head] = (await editor.client.execute_query("SELECT seq, hash FROM log_head WHERE id = 1"))[1]
    if tuple(head) != (tree.size, previous):
        raise RuntimeError(f"the log ends at entry {tree.size}, its head says {head[0]}: find out why before you migrate")
    peaks = b"".join(tree.peaks).hex()
    await editor.client.execute_query(f"UPDATE log_head SET peaks = '{peaks}' WHERE id = 1")


async def _lock(_apps: object, editor: BaseSchemaEditor) -> None:
    for table in _FIXED:
        if _is_postgres(editor):
            await editor.client.execute_query(f"""CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION log_is_append_only()""")
            continue
        for verb in ("UPDATE", "DELETE"):
            await editor.client.execute_query(f"""CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
                BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""")


class Migration(migrations.Migration):
    dependencies = [('market', '0012_imported_documents')]

    initial = False

    operations = [
        ops.RunPython(_unlock),
        ops.CreateModel(
            name='LogCheckpoint',
            fields=[
                ('size', fields.BigIntField(primary_key=True, generated=False, unique=True, db_index=True)),
                ('root', fields.CharField(max_length=64)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('note', fields.TextField(unique=False)),
            ],
            options={'table': 'log_checkpoints', 'app': 'market', 'pk_attr': 'size', 'table_description': 'A signed checkpoint. One a size: the platform itself never says two roots for one.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SealedAct',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('commitment', fields.CharField(unique=True, max_length=64)),
                ('body', fields.TextField(default='', unique=False)),
                ('batch', fields.BigIntField(null=True, db_index=True)),
                ('place', fields.IntField(null=True)),
            ],
            options={'table': 'sealed_acts', 'app': 'market', 'pk_attr': 'id', 'table_description': 'A commitment that tells nothing. ``batch``: sequence number of the entry that took it in, None while it waits.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SealedBatch',
            fields=[
                ('seq', fields.BigIntField(primary_key=True, generated=False, unique=True, db_index=True)),
                ('secret', fields.CharField(max_length=64)),
            ],
            options={'table': 'sealed_batches', 'app': 'market', 'pk_attr': 'seq', 'table_description': "The secret that fills the empty places of a batch's tree. ``seq``: of its entry."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='WitnessedCheckpoint',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('size', fields.BigIntField()),
                ('root', fields.CharField(max_length=64)),
                ('witness', fields.CharField(default='', max_length=40)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('note', fields.TextField(unique=False)),
                ('agrees', fields.BooleanField()),
            ],
            options={'table': 'witnessed_checkpoints', 'app': 'market', 'unique_together': (('size', 'root', 'witness'),), 'indexes': [Index(fields=['at', 'id'])], 'pk_attr': 'id', 'table_description': "见证: a checkpoint under our signature that somebody brought back. ``witness``: the organisation's code, empty if unnamed."},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='LogEntry',
            name='subtrees',
            field=fields.TextField(db_default='', unique=False),
        ),
        ops.AlterModelOptions(
            name='LogHead',
            options={'table': 'log_head', 'app': 'market', 'pk_attr': 'id', 'table_description': "The one row that serialises the log: last sequence number and the perfect subtrees of the tree's right edge."},
        ),
        ops.AddField(
            model_name='LogHead',
            name='peaks',
            field=fields.TextField(db_default='', unique=False),
        ),
        ops.RunPython(_plant),
        ops.RemoveField(model_name='LogEntry', name='previous'),
        ops.RemoveField(model_name='LogHead', name='hash'),
        ops.RunPython(_lock),
    ]
