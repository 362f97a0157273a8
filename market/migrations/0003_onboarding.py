"""Applications to join and for further qualifications, with their certificates."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('market', '0002_measures')]

    initial = False

    operations = [
        ops.CreateModel(
            name='OnboardingApplication',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('code', fields.CharField(unique=True, max_length=40)),
                ('wish', fields.CharField(max_length=20)),
                ('state', fields.CharField(max_length=20)),
                ('receipt_hash', fields.CharField(null=True, unique=True, max_length=64)),
                ('organisation', fields.ForeignKeyField('market.Organisation', source_field='organisation_id', null=True, db_constraint=True, to_field='id', related_name='onboarding', on_delete=OnDelete.RESTRICT)),
                ('organisation_code', fields.CharField(db_index=True, max_length=40)),
                ('name', fields.CharField(max_length=200)),
                ('kind', fields.CharField(max_length=32)),
                ('contact_name', fields.CharField(default='', max_length=60)),
                ('contact_phone', fields.CharField(default='', max_length=30)),
                ('pledge', fields.CharField(default='', max_length=20)),
                ('applied_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('applied_by_id', fields.UUIDField(null=True)),
                ('decide_by', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decided_by_id', fields.UUIDField(null=True)),
                ('reasons', fields.CharField(default='', max_length=500)),
            ],
            options={'table': 'onboarding_applications', 'app': 'market', 'indexes': [Index(fields=['state', 'applied_at', 'id']), Index(fields=['organisation_id'])], 'pk_attr': 'id', 'table_description': '入驻申请: what was typed, as it was typed, until an operator decides. ``receipt_hash``: of the receipt of who asks to join.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='OnboardingCertificate',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('application', fields.ForeignKeyField('market.OnboardingApplication', source_field='application_id', db_constraint=True, to_field='id', related_name='certificates', on_delete=OnDelete.RESTRICT)),
                ('number', fields.SmallIntField()),
                ('qualification', fields.CharField(max_length=60)),
                ('level', fields.CharField(default='', max_length=40)),
                ('certificate_no', fields.CharField(max_length=60)),
                ('valid_from', fields.DateField()),
                ('valid_to', fields.DateField(null=True)),
            ],
            options={'table': 'onboarding_certificates', 'app': 'market', 'unique_together': (('application', 'number'),), 'pk_attr': 'id', 'table_description': 'A qualification that an application names, with its certificate and dates. ``number``: its place, from 1.'},
            bases=['Model'],
        ),
    ]
