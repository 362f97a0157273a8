from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('market', '0007_documents')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Jurisdiction',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('organisation', fields.OneToOneField('market.Organisation', source_field='organisation_id', db_constraint=True, to_field='id', related_name='jurisdiction', on_delete=OnDelete.RESTRICT)),
                ('departments', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('regions', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('set_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'jurisdictions', 'app': 'market', 'pk_attr': 'id', 'table_description': 'Which cases a regulator organisation may take: of these departments, in these regions. An empty list means any.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='OversightCase',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('code', fields.CharField(unique=True, max_length=40)),
                ('scope', fields.CharField(db_index=True, max_length=120)),
                ('live_scope', fields.CharField(null=True, unique=True, max_length=120)),
                ('state', fields.CharField(db_index=True, max_length=30)),
                ('version', fields.IntField(default=1)),
                ('item_code', fields.CharField(default='', max_length=40)),
                ('agency', fields.ForeignKeyField('market.Organisation', source_field='agency_id', null=True, db_constraint=True, to_field='id', related_name='oversight_cases', on_delete=OnDelete.RESTRICT)),
                ('department_code', fields.CharField(default='', db_index=True, max_length=20)),
                ('region', fields.CharField(default='', db_index=True, max_length=6)),
                ('handler', fields.ForeignKeyField('market.Organisation', source_field='handler_id', null=True, db_constraint=True, to_field='id', related_name='handled_cases', on_delete=OnDelete.RESTRICT)),
                ('taken_by_id', fields.UUIDField(null=True)),
                ('asked_by_id', fields.UUIDField(null=True)),
                ('confirmed_by_id', fields.UUIDField(null=True)),
                ('opened_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('opened_on', fields.DateField(db_index=True)),
                ('asked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('answer_due_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decision_reason', fields.CharField(default='', max_length=2000)),
                ('referred_to', fields.CharField(default='', max_length=200)),
                ('closed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('escalation', fields.IntField(default=0)),
                ('next_check_at', fields.DatetimeField(null=True, db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'oversight_cases', 'app': 'market', 'indexes': [Index(fields=['opened_at', 'id']), Index(fields=['handler_id'])], 'pk_attr': 'id', 'table_description': '督办件: the findings about one fact, followed until the money is back.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CaseFinding',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('market.OversightCase', source_field='case_id', db_constraint=True, to_field='id', related_name='links', on_delete=OnDelete.RESTRICT)),
                ('finding', fields.ForeignKeyField('market.Finding', source_field='finding_id', db_constraint=True, to_field='id', related_name='case_links', on_delete=OnDelete.RESTRICT)),
                ('outcome', fields.CharField(max_length=20)),
                ('joined_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('settled_fen', fields.BigIntField(null=True)),
            ],
            options={'table': 'oversight_case_findings', 'app': 'market', 'unique_together': (('case', 'finding'),), 'indexes': [Index(fields=['finding_id'])], 'pk_attr': 'id', 'table_description': 'A finding in a case, and what was decided of it. ``settled_fen``: what was left at issue when the case was closed.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CaseParty',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('market.OversightCase', source_field='case_id', db_constraint=True, to_field='id', related_name='parties', on_delete=OnDelete.RESTRICT)),
                ('organisation', fields.ForeignKeyField('market.Organisation', source_field='organisation_id', db_constraint=True, to_field='id', related_name='oversight_parties', on_delete=OnDelete.RESTRICT)),
                ('side', fields.CharField(max_length=20)),
                ('respondent', fields.BooleanField()),
            ],
            options={'table': 'oversight_parties', 'app': 'market', 'unique_together': (('case', 'organisation'),), 'indexes': [Index(fields=['organisation_id'])], 'pk_attr': 'id', 'table_description': 'Whom a case concerns. ``respondent``: must answer. The others are those who bore the cost.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Complaint',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('receipt_hash', fields.CharField(unique=True, max_length=64)),
                ('case', fields.ForeignKeyField('market.OversightCase', source_field='case_id', db_constraint=True, to_field='id', related_name='complaints', on_delete=OnDelete.RESTRICT)),
                ('complainant', fields.ForeignKeyField('market.Organisation', source_field='complainant_id', null=True, db_constraint=True, to_field='id', related_name='complaints', on_delete=OnDelete.RESTRICT)),
                ('item_code', fields.CharField(max_length=40)),
                ('contract_no', fields.CharField(default='', max_length=60)),
                ('record_no', fields.CharField(default='', max_length=60)),
                ('case_no', fields.CharField(default='', max_length=60)),
                ('amount_fen', fields.BigIntField(null=True)),
                ('demand_reason', fields.CharField(default='', max_length=500)),
                ('text', fields.TextField(unique=False)),
                ('contact', fields.CharField(default='', max_length=200)),
                ('filed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('accept_due_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decide_due_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('accepted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('outcome', fields.CharField(default='', max_length=2000)),
            ],
            options={'table': 'complaints', 'app': 'market', 'indexes': [Index(fields=['case_id'])], 'pk_attr': 'id', 'table_description': '投诉. ``receipt_hash``: SHA-256 of the receipt that the complainant keeps. Text, contact and who it was are for the'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='OversightOrder',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('market.OversightCase', source_field='case_id', db_constraint=True, to_field='id', related_name='orders', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharField(max_length=20)),
                ('text', fields.CharField(default='', max_length=2000)),
                ('ordered_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('due_on', fields.DateField()),
                ('due_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('provisional', fields.BooleanField()),
                ('done_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('escalated_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'oversight_orders', 'app': 'market', 'indexes': [Index(fields=['case_id'])], 'pk_attr': 'id', 'table_description': 'Something due. ``done_at``: when it was done, ``escalated_at``: when it was noticed that it was late.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='OversightStep',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('market.OversightCase', source_field='case_id', db_constraint=True, to_field='id', related_name='steps', on_delete=OnDelete.RESTRICT)),
                ('number', fields.IntField()),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('name', fields.CharField(max_length=30)),
                ('account_id', fields.UUIDField(null=True)),
                ('organisation', fields.ForeignKeyField('market.Organisation', source_field='organisation_id', null=True, db_constraint=True, to_field='id', related_name='oversight_steps', on_delete=OnDelete.RESTRICT)),
                ('text', fields.TextField(default='', unique=False)),
                ('audience', fields.CharField(max_length=20)),
            ],
            options={'table': 'oversight_steps', 'app': 'market', 'unique_together': (('case', 'number'),), 'pk_attr': 'id', 'table_description': 'What happened to a case, by whom, with which words. Never changed.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Finding',
            name='scope',
            field=fields.CharField(default='', max_length=80),
        ),
        ops.AddIndex(
            model_name='Finding',
            index=Index(fields=['updated_at']),
        ),
    ]
