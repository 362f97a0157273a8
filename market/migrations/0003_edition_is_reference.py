from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('market', '0002_append_only')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Edition',
            name='is_reference',
            field=fields.BooleanField(default=False),
        ),
        ops.AddIndex(
            model_name='ItemVersion',
            index=Index(fields=['code', 'valid_from']),
        ),
    ]
