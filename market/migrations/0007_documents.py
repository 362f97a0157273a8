from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('market', '0006_lookups')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Document',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('sha256', fields.CharField(max_length=64)),
                ('media_type', fields.CharField(max_length=40)),
                ('size', fields.IntField()),
                ('party', fields.ForeignKeyField('market.Organisation', source_field='party_id', db_constraint=True, to_field='id', related_name='documents', on_delete=OnDelete.RESTRICT)),
                ('uploaded_by_id', fields.UUIDField()),
                ('uploaded_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('facts', fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ('unreadable', fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ('attached_to', fields.CharField(null=True, db_index=True, max_length=120)),
                ('attached_sha256', fields.CharField(null=True, unique=True, max_length=64)),
                ('attached_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'documents', 'app': 'market', 'unique_together': (('sha256', 'party'),), 'indexes': [Index(fields=['uploaded_by_id', 'uploaded_at'])], 'pk_attr': 'id', 'table_description': "One party's upload of one content. ``media_type``: found by content. ``facts``, ``unreadable``: what was read, or why not."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='DocumentParty',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('document', fields.ForeignKeyField('market.Document', source_field='document_id', db_constraint=True, to_field='id', related_name='parties', on_delete=OnDelete.CASCADE)),
                ('organisation', fields.ForeignKeyField('market.Organisation', source_field='organisation_id', db_constraint=True, to_field='id', related_name='document_parties', on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'document_parties', 'app': 'market', 'unique_together': (('document', 'organisation'),), 'pk_attr': 'id', 'table_description': 'An organisation that may read a document because of what it is attached to.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='FeeDeclaration',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('fee', fields.ForeignKeyField('market.FeeRecord', source_field='fee_id', db_constraint=True, to_field='id', related_name='declarations', on_delete=OnDelete.RESTRICT)),
                ('party', fields.ForeignKeyField('market.Organisation', source_field='party_id', db_constraint=True, to_field='id', related_name='fee_declarations', on_delete=OnDelete.RESTRICT)),
                ('number', fields.IntField()),
                ('amount_fen', fields.BigIntField()),
                ('paid_on', fields.DateField()),
                ('payer_code', fields.CharField(max_length=40)),
                ('payee_code', fields.CharField(max_length=40)),
                ('reason', fields.CharField(default='', max_length=500)),
                ('agrees', fields.BooleanField()),
                ('declared_by_id', fields.UUIDField()),
                ('declared_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'fee_declarations', 'app': 'market', 'unique_together': (('fee', 'party', 'number'),), 'pk_attr': 'id', 'table_description': "What one end of a payment says of it by itself. Never changed: a correction is the party's next ``number``."},
            bases=['Model'],
        ),
    ]
