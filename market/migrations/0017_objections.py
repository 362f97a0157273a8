from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('market', '0012_imported_documents')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Objection',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('code', fields.CharField(unique=True, max_length=40)),
                ('award', fields.ForeignKeyField('market.Award', source_field='award_id', db_constraint=True, to_field='id', related_name='objections', on_delete=OnDelete.RESTRICT)),
                ('bidder', fields.ForeignKeyField('market.Organisation', source_field='bidder_id', db_constraint=True, to_field='id', related_name='objections', on_delete=OnDelete.RESTRICT)),
                ('text', fields.TextField(unique=False)),
                ('raised_by_id', fields.UUIDField()),
                ('raised_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('answer_due_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('answer', fields.TextField(default='', unique=False)),
                ('upheld', fields.BooleanField(null=True)),
                ('answered_by_id', fields.UUIDField(null=True)),
                ('answered_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'objections', 'app': 'market', 'unique_together': (('award', 'bidder'),), 'pk_attr': 'id', 'table_description': "异议. A bidder's, during the standstill, answered by the buyer. While one is open the award cannot be confirmed."},
            bases=['Model'],
        ),
    ]
