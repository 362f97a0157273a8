"""Many tables in one operation: between two operations Tortoise copies every model, which makes each table slower than the last."""

from tortoise.migrations.operations import CreateModel, TortoiseOperation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import ModelState, State


class CreateModels(TortoiseOperation):
    """Create tables one after the other, each after those that it refers to."""

    def __init__(self, models: list[CreateModel]) -> None:
        self.models = models

    def describe(self) -> str:
        """What ``tortoise sqlmigrate`` says above the statements."""
        return f"Create {len(self.models)} models"

    def state_forward(self, app_label: str, state: State) -> None:
        """The models, whose relations are resolved once all are there."""
        made = {(app_label, each.name): ModelState.make_from_model(app_label, each.model) for each in self.models}
        state.models |= made
        state.reload_models(made)

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        """The tables with their indexes."""
        for each in self.models:
            await each.database_forward(app_label, old_state, new_state, state_editor)

    async def database_backward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        """Drop them, the last first."""
        for each in reversed(self.models):
            await each.database_backward(app_label, old_state, new_state, state_editor)
