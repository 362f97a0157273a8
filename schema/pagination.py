"""Relay connections over keyset cursors: a page is found by its position, however long the list."""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar

import strawberry
from strawberry import relay

from schema.errors import BadRequest


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("no offset")
    return at.astimezone(UTC)


_READERS: dict[Callable[..., Any], Callable[[Any], Any]] = {datetime: _moment, date: date.fromisoformat}


def day_or_none(part: Any) -> date | None:
    """For ``Page.after_keys``: a day where the rows without one come last."""
    return None if part is None else date.fromisoformat(part)


T = TypeVar("T")
R = TypeVar("R")

MAX_PAGE = 100


@strawberry.type
class Edge(Generic[T]):
    """A node and the cursor that continues after it."""

    cursor: str
    node: T


@strawberry.type
class Connection(Generic[T]):
    """One page of a list."""

    edges: list[Edge[T]]
    page_info: relay.PageInfo
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="全部条数,与分页无关。 The whole list's length.")
    async def total_count(self) -> int:
        """Counted only when asked for."""
        return await self.count()


@dataclass(frozen=True)
class Page:
    """What the domain needs: how many rows, and after which position (a list of plain values, or None)."""

    limit: int
    after: list[Any] | None

    @classmethod
    def of(cls, first: int, after: str | None) -> "Page":
        """Raises BadRequest when ``first`` is not 1–100 or the cursor is not one of ours."""
        if not 1 <= first <= MAX_PAGE:
            raise BadRequest("first", f"first 应在 1 到 {MAX_PAGE} 之间。 first must be between 1 and {MAX_PAGE}.")
        return cls(first, None if after is None else _decode(after))

    def after_keys(self, *kinds: Callable[..., Any]) -> list[Any] | None:
        """The position as values of these types (str, int, date, datetime, UUID), or None at the start. Raises BadRequest."""
        if self.after is None:
            return None
        try:
            return [_READERS.get(kind, kind)(part) for kind, part in zip(kinds, self.after, strict=True)]
        except (ValueError, TypeError, AttributeError, OverflowError):
            raise _bad_cursor() from None


def encode_cursor(position: Sequence[Any]) -> str:
    """An opaque cursor for a position."""
    return base64.urlsafe_b64encode(json.dumps(list(position), default=str).encode()).decode().rstrip("=")


def _decode(cursor: str) -> list[Any]:
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        position = None
    if not isinstance(position, list) or not all(_is_plain(part) for part in position):
        raise _bad_cursor()
    return position


def _is_plain(part: object) -> bool:
    """A number, nothing, or a text that a database takes: no NUL, no half of a surrogate pair."""
    if isinstance(part, str):
        return "\0" not in part and not any("\ud800" <= character <= "\udfff" for character in part)
    return part is None or isinstance(part, int)


def _bad_cursor() -> BadRequest:
    return BadRequest("after", "after: 无效的游标，请用上一页给出的 endCursor。 Not a cursor: use endCursor of the page before.")


def connection(
    rows: Sequence[R],
    page: Page,
    node: Callable[[R], T],
    position: Callable[[R], Sequence[Any]],
    count: Callable[[], Awaitable[int]],
) -> Connection[T]:
    """The page from at most ``limit + 1`` rows: the one too many only tells that more follow."""
    shown = rows[: page.limit]
    edges = [Edge(cursor=encode_cursor(position(row)), node=node(row)) for row in shown]
    info = relay.PageInfo(
        has_next_page=len(rows) > page.limit,
        has_previous_page=page.after is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return Connection(edges=edges, page_info=info, count=count)
