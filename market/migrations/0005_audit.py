from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('market', '0004_ledger')]

    initial = False

    operations = [
        ops.CreateModel(
            name='AuditRun',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('key', fields.CharField(unique=True, max_length=60)),
                ('as_of', fields.DateField(db_index=True)),
                ('daily', fields.BooleanField(default=False)),
                ('rules', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('purpose', fields.CharField(default='', max_length=300)),
                ('requested_by_id', fields.UUIDField(null=True)),
                ('requested_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('lease_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('finished_at', fields.DatetimeField(null=True, db_index=True, auto_now=False, auto_now_add=False)),
                ('counts', fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'audit_runs', 'app': 'market', 'indexes': [Index(fields=['requested_at', 'id'])], 'pk_attr': 'id', 'table_description': 'One audit.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AuditResult',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('run', fields.ForeignKeyField('market.AuditRun', source_field='run_id', db_constraint=True, to_field='id', related_name='results', on_delete=OnDelete.CASCADE)),
                ('rule', fields.CharField(max_length=10)),
                ('rule_version', fields.CharField(max_length=20)),
                ('subject', fields.CharField(max_length=80)),
                ('certainty', fields.CharField(max_length=10)),
                ('severity', fields.CharField(max_length=4)),
                ('amount_fen', fields.BigIntField(null=True)),
                ('item_code', fields.CharField(default='', max_length=60)),
                ('because', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('evidence', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'audit_results', 'app': 'market', 'pk_attr': 'id', 'table_description': 'What a requested audit found: as a finding, but of its own day, and never changed.'},
            bases=['Model'],
        ),
    ]
