from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('market', '0014_draws')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CreditScore',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('organisation', fields.ForeignKeyField('market.Organisation', source_field='organisation_id', db_constraint=True, to_field='id', related_name='credit_scores', on_delete=OnDelete.RESTRICT)),
                ('points', fields.IntField()),
                ('source', fields.CharField(max_length=200)),
                ('recorded_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'credit_scores', 'app': 'market', 'indexes': [Index(fields=['organisation_id', 'recorded_at'])], 'pk_attr': 'id', 'table_description': "信用分: an organisation's published score, with its source. The newest before a notice counts for it."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Evaluator',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('project', fields.ForeignKeyField('market.Project', source_field='project_id', db_constraint=True, to_field='id', related_name='evaluators', on_delete=OnDelete.RESTRICT)),
                ('account', fields.ForeignKeyField('market.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='evaluations', on_delete=OnDelete.RESTRICT)),
                ('number', fields.IntField()),
                ('named_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('scored_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'evaluators', 'app': 'market', 'unique_together': (('project', 'account'), ('project', 'number')), 'pk_attr': 'id', 'table_description': '评审人: an account that the buyer named for a project of 方案择优. ``number``: how readers see it, never by name.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Score',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('evaluator', fields.ForeignKeyField('market.Evaluator', source_field='evaluator_id', db_constraint=True, to_field='id', related_name='scores', on_delete=OnDelete.RESTRICT)),
                ('quote', fields.ForeignKeyField('market.Quote', source_field='quote_id', db_constraint=True, to_field='id', related_name='scores', on_delete=OnDelete.RESTRICT)),
                ('points', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('note', fields.CharField(default='', max_length=500)),
            ],
            options={'table': 'scores', 'app': 'market', 'unique_together': (('evaluator', 'quote'),), 'pk_attr': 'id', 'table_description': "One evaluator's points for one quote, in the order of the notice's criteria. Nobody else reads them before all are in."},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Project',
            name='parameters',
            field=fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Project',
            name='quoting',
            field=fields.CharField(default='amount', max_length=20),
        ),
        ops.AddField(
            model_name='Quote',
            name='discount_bp',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Quote',
            name='proposal',
            field=fields.TextField(default='', unique=False),
        ),
    ]
