from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [('market', '0010_fee_lists')]

    initial = False

    operations = [
        ops.CreateModel(
            name='IndicatorRun',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('key', fields.CharField(unique=True, max_length=60)),
                ('as_of', fields.DateField(db_index=True)),
                ('requested_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('lease_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('finished_at', fields.DatetimeField(null=True, db_index=True, auto_now=False, auto_now_add=False)),
                ('counts', fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'indicator_runs', 'app': 'market', 'pk_attr': 'id', 'table_description': 'One computation of all indicators.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='IndicatorValue',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('run', fields.ForeignKeyField('market.IndicatorRun', source_field='run_id', db_constraint=True, to_field='id', related_name='values', on_delete=OnDelete.CASCADE)),
                ('indicator', fields.CharField(max_length=40)),
                ('rule_version', fields.CharField(max_length=20)),
                ('subject', fields.CharField(max_length=200)),
                ('agency', fields.CharField(default='', max_length=40)),
                ('supplier', fields.CharField(default='', max_length=40)),
                ('item_code', fields.CharField(max_length=60)),
                ('region', fields.CharField(default='', max_length=6)),
                ('outcome', fields.CharField(max_length=20)),
                ('level', fields.CharField(default='', max_length=20)),
                ('reason', fields.CharField(default='', max_length=40)),
                ('n', fields.IntField()),
                ('need', fields.IntField()),
                ('value', fields.CharField(null=True, max_length=40)),
                ('inputs', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('computed', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('thresholds', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('computed_on', fields.DateField()),
            ],
            options={'table': 'indicator_values', 'app': 'market', 'unique_together': (('run', 'indicator', 'subject'),), 'indexes': [Index(fields=['run_id', 'outcome']), Index(fields=['run_id', 'agency'])], 'pk_attr': 'id', 'table_description': 'What one indicator said of one subject, and everything to compute it again: ``inputs`` and the version of the rule.'},
            bases=['Model'],
        ),
    ]
