"""Statements that Tortoise cannot say, for both databases: numbered arguments, lists as one argument, dates and ids as stored."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from market import db


class Arguments:
    """The arguments of one statement: a call adds a value and gives its place in the text."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.postgres = db.is_postgres()

    def __call__(self, value: Any) -> str:
        """The place of one value."""
        if not self.postgres and isinstance(value, date | UUID):
            value = str(value)
        self.values.append(value)
        return f"${len(self.values)}" if self.postgres else f"?{len(self.values)}"

    def among(self, column: str, values: Iterable[Any]) -> str:
        """The condition that a column of texts or ids is one of these."""
        texts = [str(value) for value in values]
        if not self.postgres:
            return f"{column} IN (SELECT value FROM json_each({self(json.dumps(texts))}))"  # noqa: S608 - a place, not a value
        return f"{column}::text = ANY({self(texts)}::text[])"

    async def rows(self, statement: str) -> Sequence[Any]:
        """The rows of the statement, by position."""
        _, rows = await db.connection().execute_query(statement, self.values)
        return rows


def day(value: Any) -> date | None:
    """A date as it comes back: SQLite keeps them as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value
