from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('market', '0008_oversight')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Demand',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('demand_no', fields.CharField(unique=True, max_length=60)),
                ('case_no', fields.CharField(default='', max_length=60)),
                ('item_code', fields.CharField(max_length=60)),
                ('demanded_on', fields.DateField()),
                ('reason', fields.CharField(max_length=32)),
                ('named_supplier', fields.CharField(default='', max_length=100)),
                ('source', fields.CharField(max_length=20)),
                ('stated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'demands', 'app': 'market', 'pk_attr': 'id', 'table_description': '要求: what somebody says an agency demanded, for the rules to judge. Never changed.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Complaint',
            name='demand',
            field=fields.ForeignKeyField('market.Demand', source_field='demand_id', null=True, db_constraint=True, to_field='id', related_name='complaints', on_delete=OnDelete.RESTRICT),
        ),
    ]
