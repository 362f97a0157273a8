"""Run documents against the schema, without HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from market.actors import ANONYMOUS, Actor
from schema.context import Context
from schema.schema import schema

Execute = Callable[..., Awaitable[Any]]


@pytest.fixture
async def execute(database: str, shipped_catalogue: None) -> AsyncIterator[Execute]:
    """``await execute(document, actor, **variables)`` → the execution result, on a database with the shipped catalogue."""

    async def run(document: str, actor: Actor = ANONYMOUS, *, lang: str = "zh-CN", **variables: Any) -> Any:
        return await schema.execute(document, variable_values=variables, context_value=Context(actor=actor, lang=lang))

    yield run
