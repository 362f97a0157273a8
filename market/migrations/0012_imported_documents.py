from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('market', '0011_indicators')]

    initial = False

    operations = [
        ops.AlterModelOptions(
            name='Document',
            options={'table': 'documents', 'app': 'market', 'unique_together': (('sha256', 'party'),), 'indexes': [Index(fields=['uploaded_by_id', 'uploaded_at'])], 'pk_attr': 'id', 'table_description': "One party's upload of one content; without a party it came with a ledger. ``media_type``: found by content."},
        ),
        ops.AlterField(
            model_name='Document',
            name='party',
            field=fields.ForeignKeyField('market.Organisation', source_field='party_id', null=True, db_constraint=True, to_field='id', related_name='documents', on_delete=OnDelete.RESTRICT),
        ),
    ]
