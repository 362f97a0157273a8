from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('market', '0016_auctions')]

    initial = False

    operations = [
        ops.CreateModel(
            name='AwardForfeiture',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('award', fields.ForeignKeyField('market.Award', source_field='award_id', db_constraint=True, to_field='id', related_name='forfeitures', on_delete=OnDelete.RESTRICT)),
                ('turn', fields.IntField()),
                ('supplier', fields.ForeignKeyField('market.Organisation', source_field='supplier_id', db_constraint=True, to_field='id', related_name='forfeitures', on_delete=OnDelete.RESTRICT)),
                ('amount_fen', fields.BigIntField()),
                ('cause', fields.CharField(max_length=20)),
                ('reason', fields.CharField(max_length=500)),
                ('awarded_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('forfeited_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('forfeited_by_id', fields.UUIDField()),
            ],
            options={'table': 'award_forfeitures', 'app': 'market', 'unique_together': (('award', 'turn'),), 'pk_attr': 'id', 'table_description': '弃选. Who had the award in a turn and gave it up, or did not sign in time. The next in order has it now, if there is one.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Objection',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('code', fields.CharField(unique=True, max_length=40)),
                ('award', fields.ForeignKeyField('market.Award', source_field='award_id', db_constraint=True, to_field='id', related_name='objections', on_delete=OnDelete.RESTRICT)),
                ('bidder', fields.ForeignKeyField('market.Organisation', source_field='bidder_id', db_constraint=True, to_field='id', related_name='objections', on_delete=OnDelete.RESTRICT)),
                ('text', fields.TextField(unique=False)),
                ('turn', fields.IntField()),
                ('raised_by_id', fields.UUIDField()),
                ('raised_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('answer_due_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('answer', fields.TextField(default='', unique=False)),
                ('upheld', fields.BooleanField(null=True)),
                ('answered_by_id', fields.UUIDField(null=True)),
                ('answered_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'objections', 'app': 'market', 'unique_together': (('award', 'bidder', 'turn'),), 'pk_attr': 'id', 'table_description': "异议. A bidder's, during the standstill, answered by the buyer. While one is open the award cannot be confirmed."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Question',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('code', fields.CharField(unique=True, max_length=40)),
                ('project', fields.ForeignKeyField('market.Project', source_field='project_id', db_constraint=True, to_field='id', related_name='questions', on_delete=OnDelete.RESTRICT)),
                ('asker', fields.ForeignKeyField('market.Organisation', source_field='asker_id', db_constraint=True, to_field='id', related_name='questions', on_delete=OnDelete.RESTRICT)),
                ('text', fields.TextField(unique=False)),
                ('asked_by_id', fields.UUIDField()),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('answer', fields.TextField(default='', unique=False)),
                ('answered_by_id', fields.UUIDField(null=True)),
                ('answered_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'questions', 'app': 'market', 'pk_attr': 'id', 'table_description': "提问. What an intermediary asked about a notice, and the buyer's answer to all. Who asked is never published."},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Award',
            name='turn',
            field=fields.IntField(default=1, db_default=1),
        ),
    ]
