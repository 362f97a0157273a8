"""Helpers for input types: GraphQL's ``null`` and "not given" are both "not given" here."""

from datetime import date, datetime
from uuid import UUID

from market.errors import InvalidInput


def aware(path: str, value: datetime | None) -> datetime | None:
    """A moment must say its offset: "2026-12-01T17:00:00+08:00". Raises InvalidInput."""
    if value is not None and value.tzinfo is None:
        raise InvalidInput.one(path, "offset_missing")
    if value is not None and not date.min.year < value.year < date.max.year:
        raise InvalidInput.one(path, "out_of_range", low=date.min.year + 1, high=date.max.year - 1)  # in UTC there is no such day
    return value


def node_key(node_id: str) -> UUID:
    """The row id in a global id; text that is none names nothing."""
    try:
        return UUID(node_id)
    except ValueError:
        return UUID(int=0)
