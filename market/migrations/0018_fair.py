from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('market', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Avoidance',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('code', fields.CharField(unique=True, max_length=40)),
                ('agency', fields.ForeignKeyField('market.Organisation', source_field='agency_id', db_constraint=True, to_field='id', related_name='avoidances', on_delete=OnDelete.RESTRICT)),
                ('intermediary', fields.ForeignKeyField('market.Organisation', source_field='intermediary_id', db_constraint=True, to_field='id', related_name='avoided_by', on_delete=OnDelete.RESTRICT)),
                ('case', fields.ForeignKeyField('market.ApprovalCase', source_field='case_id', null=True, db_constraint=True, to_field='id', related_name='avoidances', on_delete=OnDelete.RESTRICT)),
                ('ground', fields.CharField(max_length=20)),
                ('reason', fields.TextField(unique=False)),
                ('since', fields.DateField()),
                ('until', fields.DateField(null=True)),
                ('recorded_by_id', fields.UUIDField()),
                ('recorded_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('lifted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('lifted_by_id', fields.UUIDField(null=True)),
                ('lift_reason', fields.TextField(default='', unique=False)),
            ],
            options={'table': 'avoidances', 'app': 'market', 'indexes': [Index(fields=['intermediary_id', 'agency_id']), Index(fields=['recorded_at', 'id'])], 'pk_attr': 'id', 'table_description': "回避. An intermediary that must stand back from an agency's projects, where ``case`` is given from that case only."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AwardSuspension',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('code', fields.CharField(unique=True, max_length=40)),
                ('project', fields.ForeignKeyField('market.Project', source_field='project_id', db_constraint=True, to_field='id', related_name='suspensions', on_delete=OnDelete.RESTRICT)),
                ('live', fields.BooleanField(null=True, default=True)),
                ('reason', fields.TextField(unique=False)),
                ('suspended_by_id', fields.UUIDField()),
                ('suspended_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('lifted_by_id', fields.UUIDField(null=True)),
                ('lifted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('lift_reason', fields.TextField(default='', unique=False)),
            ],
            options={'table': 'award_suspensions', 'app': 'market', 'unique_together': (('project', 'live'),), 'pk_attr': 'id', 'table_description': "暂停. A regulator's, published with its reason. ``live``: True until it is lifted, None afterwards: one at a time."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='OpeningWitness',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('project', fields.ForeignKeyField('market.Project', source_field='project_id', db_constraint=True, to_field='id', related_name='opening_witnesses', on_delete=OnDelete.RESTRICT)),
                ('organisation', fields.ForeignKeyField('market.Organisation', source_field='organisation_id', db_constraint=True, to_field='id', related_name='witnessed_openings', on_delete=OnDelete.RESTRICT)),
                ('account_id', fields.UUIDField()),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('agrees', fields.BooleanField()),
            ],
            options={'table': 'opening_witnesses', 'app': 'market', 'unique_together': (('project', 'organisation'),), 'pk_attr': 'id', 'table_description': '见证人. An organisation that recomputed the outcome. ``agrees``: with what was published.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Practitioner',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('code', fields.CharField(unique=True, max_length=40)),
                ('identity', fields.CharField(max_length=64)),
                ('organisation', fields.ForeignKeyField('market.Organisation', source_field='organisation_id', db_constraint=True, to_field='id', related_name='practitioners', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=100)),
                ('title', fields.CharField(max_length=100)),
                ('certificate_no', fields.CharField(max_length=60)),
                ('valid_to', fields.DateField(null=True)),
                ('live', fields.BooleanField(null=True, default=True)),
                ('registered_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'practitioners', 'app': 'market', 'unique_together': (('identity', 'live'),), 'pk_attr': 'id', 'table_description': '从业人员. A person who practises for an intermediary. Readers know it by ``code``: name and certificate are never public.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Project',
            name='able_count',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Project',
            name='excluded',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Project',
            name='narrow_reason',
            field=fields.CharField(default='', db_default='', max_length=500),
        ),
        ops.AddField(
            model_name='Quote',
            name='practitioners',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
    ]
