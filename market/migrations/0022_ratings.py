"""评价: what clients say of finished work."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

from market.migrations._together import CreateModels

class Migration(migrations.Migration):
    dependencies = [('market', '0019_frameworks')]

    initial = False

    operations = [
        CreateModels(
            [
                ops.CreateModel(
                    name='Rating',
                    fields=[
                        ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                        ('code', fields.CharField(unique=True, max_length=40)),
                        ('contract', fields.OneToOneField('market.Contract', source_field='contract_id', db_constraint=True, to_field='id', related_name='rating', on_delete=OnDelete.RESTRICT)),
                        ('intermediary', fields.ForeignKeyField('market.Organisation', source_field='intermediary_id', db_constraint=True, to_field='id', related_name='ratings', on_delete=OnDelete.RESTRICT)),
                        ('quality', fields.SmallIntField()),
                        ('timeliness', fields.SmallIntField()),
                        ('attitude', fields.SmallIntField()),
                        ('charges', fields.SmallIntField()),
                        ('conduct', fields.SmallIntField()),
                        ('comment', fields.CharField(default='', max_length=500)),
                        ('rated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                        ('rated_by_id', fields.UUIDField()),
                        ('reply', fields.CharField(default='', max_length=500)),
                        ('replied_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                        ('appeal_reason', fields.CharField(default='', max_length=500)),
                        ('appealed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                        ('decide_by', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                        ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                        ('decided_by_id', fields.UUIDField(null=True)),
                        ('withdrawn', fields.BooleanField(default=False)),
                        ('decision_reason', fields.CharField(default='', max_length=500)),
                    ],
                    options={'table': 'ratings', 'app': 'market', 'indexes': [Index(fields=['intermediary_id', 'rated_at', 'id']), Index(fields=['rated_at', 'id'])], 'pk_attr': 'id', 'table_description': "服务评价: what a client says of a result that it accepted, once a contract. Public, with the intermediary's one reply."},
                    bases=['Model'],
                ),
            ]
        ),
    ]
