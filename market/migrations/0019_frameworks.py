"""框架协议: what may be called off, by whom it was entered, who had which turn; which agreement a project calls off from.

报价自己保管: whether a notice lets bidders keep their quotes, and which they still keep.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

from market.migrations._together import CreateModels

class Migration(migrations.Migration):
    dependencies = [('market', '0001_initial')]

    initial = False

    operations = [
        CreateModels(
            [
                ops.CreateModel(
                    name='Framework',
                    fields=[
                        ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                        ('code', fields.CharField(unique=True, max_length=40)),
                        ('title', fields.CharField(max_length=200)),
                        ('requirements', fields.TextField(unique=False)),
                        ('owner', fields.ForeignKeyField('market.Organisation', source_field='owner_id', db_constraint=True, to_field='id', related_name='frameworks', on_delete=OnDelete.RESTRICT)),
                        ('item_class', fields.CharField(max_length=32)),
                        ('call_off', fields.CharField(max_length=20)),
                        ('ceiling_fen', fields.BigIntField(null=True)),
                        ('discount_bp', fields.IntField(null=True)),
                        ('ends_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                        ('state', fields.CharField(max_length=20)),
                        ('posted_by_id', fields.UUIDField()),
                        ('posted_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                        ('reviewed_by_id', fields.UUIDField(null=True)),
                        ('review_note', fields.CharField(default='', max_length=500)),
                        ('published_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ],
                    options={'table': 'frameworks', 'app': 'market', 'indexes': [Index(fields=['posted_at', 'id'])], 'pk_attr': 'id', 'table_description': '开放式框架协议. Entry stays open until ``ends_at``. ``item_class``: the one class of all its items, at the posting.'},
                    bases=['Model'],
                ),
                ops.CreateModel(
                    name='FrameworkEntry',
                    fields=[
                        ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                        ('framework', fields.ForeignKeyField('market.Framework', source_field='framework_id', db_constraint=True, to_field='id', related_name='entries', on_delete=OnDelete.RESTRICT)),
                        ('member', fields.ForeignKeyField('market.Organisation', source_field='member_id', db_constraint=True, to_field='id', related_name='framework_entries', on_delete=OnDelete.RESTRICT)),
                        ('live', fields.BooleanField(null=True, default=True)),
                        ('applied_by_id', fields.UUIDField()),
                        ('applied_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                        ('decided_by_id', fields.UUIDField(null=True)),
                        ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                        ('admitted', fields.BooleanField(null=True)),
                        ('reason', fields.CharField(default='', max_length=500)),
                        ('left_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ],
                    options={'table': 'framework_entries', 'app': 'market', 'unique_together': (('framework', 'member', 'live'),), 'pk_attr': 'id', 'table_description': "An intermediary's application and what became of it. ``admitted``: None until decided. ``reason``: published."},
                    bases=['Model'],
                ),
                ops.CreateModel(
                    name='FrameworkItem',
                    fields=[
                        ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                        ('framework', fields.ForeignKeyField('market.Framework', source_field='framework_id', db_constraint=True, to_field='id', related_name='items', on_delete=OnDelete.RESTRICT)),
                        ('item_code', fields.CharField(db_index=True, max_length=40)),
                    ],
                    options={'table': 'framework_items', 'app': 'market', 'unique_together': (('framework', 'item_code'),), 'pk_attr': 'id', 'table_description': 'One service item that a framework covers.'},
                    bases=['Model'],
                ),
                ops.CreateModel(
                    name='FrameworkTurn',
                    fields=[
                        ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                        ('framework', fields.ForeignKeyField('market.Framework', source_field='framework_id', db_constraint=True, to_field='id', related_name='turns', on_delete=OnDelete.RESTRICT)),
                        ('number', fields.IntField()),
                        ('member', fields.ForeignKeyField('market.Organisation', source_field='member_id', db_constraint=True, to_field='id', related_name='framework_turns', on_delete=OnDelete.RESTRICT)),
                        ('project_code', fields.CharField(max_length=40)),
                        ('cause', fields.CharField(max_length=20)),
                        ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ],
                    options={'table': 'framework_turns', 'app': 'market', 'unique_together': (('framework', 'number'),), 'pk_attr': 'id', 'table_description': "轮次. Who had which turn, in the order of the call-offs' openings. Numbers run from 1 in each framework, without gaps."},
                    bases=['Model'],
                ),
            ]
        ),
        ops.AddField(
            model_name='Project',
            name='framework',
            field=fields.ForeignKeyField('market.Framework', source_field='framework_id', null=True, db_constraint=True, to_field='id', related_name='projects', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Project',
            name='seal_mode',
            field=fields.CharField(default='escrowed', db_default='escrowed', max_length=20),
        ),
        ops.AddField(
            model_name='Quote',
            name='held',
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
