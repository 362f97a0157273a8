"""暂停有期限、公示顺延；见证按轮次；信标每人录入一次。 Suspensions that end by themselves, witnesses of a turn, what each typed in as the beacon."""

from datetime import UTC, datetime
from uuid import UUID

from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

from market.selection.transcript import voice


async def _voices(_apps, editor):
    """What two officials typed in becomes their voices."""
    client = editor.client
    rows = await client.execute_query_dict("SELECT * FROM draws WHERE beacon_recorded_at IS NOT NULL")
    marks = ("$1", "$2") if client.capabilities.dialect == "postgres" else ("?", "?")
    for row in rows:
        said = (row["beacon_value"], row["beacon_link"])
        voices = [voice(UUID(str(row[f"beacon_{act}_by_id"])), "", *said, _moment(row[f"beacon_{act}_at"])) for act in ("recorded", "confirmed") if row[f"beacon_{act}_at"]]
        await client.execute_query(f"UPDATE draws SET voices = {marks[0]} WHERE id = {marks[1]}", [JSON_DUMPS(voices), row["id"]])


def _moment(value):
    """SQLite keeps text."""
    at = datetime.fromisoformat(str(value))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


async def _one_draw_a_project(_apps, editor):
    """SQLite made the table anew without this key."""
    if editor.client.capabilities.dialect == "sqlite":
        await editor.client.execute_script("CREATE UNIQUE INDEX uid_draws_project ON draws (project_id)")


class RemoveUnique(ops.RemoveConstraint):
    """As its base. SQLite keeps a table's first unique keys inside it, from where they go only when it is made anew."""

    async def database_forward(self, app_label, old_state, new_state, state_editor=None):
        if state_editor and state_editor.DIALECT == "sqlite":
            await state_editor._remake_table(new_state.apps.get_model(f"{app_label}.{self.model_name}"))
        else:
            await super().database_forward(app_label, old_state, new_state, state_editor)


class Migration(migrations.Migration):
    dependencies = [('market', '0022_ratings')]

    initial = False

    operations = [
        ops.AddField(
            model_name='AwardSuspension',
            name='ends_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='AwardSuspension',
            name='organisation',
            field=fields.ForeignKeyField('market.Organisation', source_field='organisation_id', null=True, db_constraint=True, to_field='id', related_name='suspensions', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='AwardSuspension',
            name='standstill_before',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='AwardSuspension',
            name='turn',
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.AddConstraint(
            model_name='AwardSuspension',
            constraint=UniqueConstraint(fields=('project', 'turn', 'organisation'), name=None),
        ),
        ops.AddField(
            model_name='Draw',
            name='voices',
            field=fields.JSONField(default=list, db_default=[], encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.RunPython(_voices),
        ops.RemoveField(model_name='Draw', name='beacon_confirmed_at'),
        ops.RemoveField(model_name='Draw', name='beacon_confirmed_by_id'),
        ops.RemoveField(model_name='Draw', name='beacon_link'),
        ops.RemoveField(model_name='Draw', name='beacon_recorded_at'),
        ops.RemoveField(model_name='Draw', name='beacon_recorded_by_id'),
        ops.RemoveField(model_name='Draw', name='beacon_value'),
        ops.RunPython(_one_draw_a_project),
        RemoveUnique(
            model_name='OpeningWitness',
            name=None,
            fields=['project', 'organisation'],
        ),
        ops.AddField(
            model_name='OpeningWitness',
            name='turn',
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.AddConstraint(
            model_name='OpeningWitness',
            constraint=UniqueConstraint(fields=('project', 'organisation', 'turn'), name=None),
        ),
        ops.AddField(
            model_name='PartyRelation',
            name='recorded_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
