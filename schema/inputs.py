"""Helpers for input types: GraphQL's ``null`` and "not given" are both "not given" here."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar, get_args, get_type_hints
from uuid import UUID

from strawberry.types import get_object_definition
from strawberry.utils.str_converters import to_camel_case

from market.errors import InvalidInput
from market.money import parse_yuan
from schema.scalars import Yuan

T = TypeVar("T")


def aware(path: str, value: datetime | None) -> datetime | None:
    """A moment must say its offset: "2026-12-01T17:00:00+08:00". Raises InvalidInput."""
    if value is not None and value.tzinfo is None:
        raise InvalidInput.one(path, "offset_missing")
    if value is not None and not date.min.year < value.year < date.max.year:
        raise InvalidInput.one(path, "year_out_of_range")  # in UTC there is no such day
    return value


def node_key(node_id: str) -> UUID:
    """The row id in a global id; text that is none names nothing."""
    try:
        return UUID(node_id)
    except ValueError:
        return UUID(int=0)


def from_text(kind: type[T], given: Mapping[str, str]) -> T:
    """An input type whose fields are all optional, from an address's parameters, under the names that they have in GraphQL.

    An enum by its name there, a list as words with commas between, a truth as ``true`` or ``false``. Raises InvalidInput.
    """
    definition = get_object_definition(kind, strict=True)
    fields = {f.graphql_name or to_camel_case(f.python_name): f.python_name for f in definition.fields}
    hints = get_type_hints(kind)
    for path in given.keys() - fields.keys():
        raise InvalidInput.one(path[:40], "not_allowed_here")
    return kind(**{fields[path]: _read(path, hints[fields[path]], text) for path, text in given.items()})


def _read(path: str, hint: Any, text: str) -> Any:
    wanted = next((part for part in get_args(hint) if part is not type(None)), hint)
    if inner := get_args(wanted):
        return [_one(path, inner[0], part.strip()) for part in text.split(",") if part.strip()]
    return _one(path, wanted, text)


def _one(path: str, wanted: Any, text: str) -> Any:
    choices = {"true": True, "false": False} if wanted is bool else getattr(wanted, "__members__", None)
    if choices is not None:
        return choice(path, choices, text)
    try:
        return {Yuan: parse_yuan, date: date.fromisoformat}.get(wanted, str)(text)
    except ValueError:
        raise InvalidInput.one(path, "not_an_amount" if wanted is Yuan else "not_a_day") from None


def choice(path: str, choices: Mapping[str, T], text: str) -> T:
    """What the word stands for. Raises InvalidInput."""
    if text not in choices:
        raise InvalidInput.one(path, "not_a_choice", choices=", ".join(choices))
    return choices[text]
