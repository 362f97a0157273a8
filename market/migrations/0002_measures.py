"""Platform measures."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('market', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Measure',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('code', fields.CharField(unique=True, max_length=40)),
                ('intermediary', fields.ForeignKeyField('market.Organisation', source_field='intermediary_id', db_constraint=True, to_field='id', related_name='measures', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharField(max_length=10)),
                ('pause_days', fields.IntField(null=True)),
                ('ground', fields.CharField(max_length=40)),
                ('happened_on', fields.DateField()),
                ('facts', fields.CharField(max_length=1000)),
                ('evidence', fields.CharField(max_length=60)),
                ('state', fields.CharField(max_length=20)),
                ('proposed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('proposed_by_id', fields.UUIDField()),
                ('state_by', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('statement', fields.CharField(default='', max_length=1000)),
                ('stated_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('reason', fields.CharField(default='', max_length=1000)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decided_by_id', fields.UUIDField(null=True)),
                ('ends_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('shown_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('appeal_by', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('appeal_reason', fields.CharField(default='', max_length=1000)),
                ('appealed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decide_by', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('appeal_decision', fields.CharField(default='', max_length=1000)),
                ('appeal_decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('appeal_decided_by_id', fields.UUIDField(null=True)),
                ('lift_reason', fields.CharField(default='', max_length=1000)),
                ('lifted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('lifted_by_id', fields.UUIDField(null=True)),
            ],
            options={'table': 'measures', 'app': 'market', 'indexes': [Index(fields=['intermediary_id', 'state']), Index(fields=['proposed_at', 'id'])], 'pk_attr': 'id', 'table_description': '平台措施: a warning, a pause of sign-up or a removal, from the prior notice to the end of an appeal.'},
            bases=['Model'],
        ),
    ]
