from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('market', '0013_merkle_tree')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Draw',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('project', fields.OneToOneField('market.Project', source_field='project_id', db_constraint=True, to_field='id', related_name='draw', on_delete=OnDelete.RESTRICT)),
                ('closing', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('reveal_until', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('beacon_value', fields.CharField(default='', max_length=500)),
                ('beacon_link', fields.CharField(default='', max_length=500)),
                ('beacon_recorded_by_id', fields.UUIDField(null=True)),
                ('beacon_recorded_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('beacon_confirmed_by_id', fields.UUIDField(null=True)),
                ('beacon_confirmed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('transcript', fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'draws', 'app': 'market', 'pk_attr': 'id', 'table_description': "抽取. Made when a project's list of quotes is closed. ``closing``: that list, secret until ``transcript`` is there."},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Project',
            name='beacon_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Project',
            name='beacon_name',
            field=fields.CharField(default='', max_length=200),
        ),
        ops.AddField(
            model_name='Quote',
            name='escrowed',
            field=fields.BooleanField(default=True),
        ),
        ops.AddField(
            model_name='Quote',
            name='nonce',
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name='Quote',
            name='nonce_hash',
            field=fields.CharField(null=True, max_length=64),
        ),
    ]
