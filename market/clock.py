"""The one clock. Time is UTC inside and Asia/Shanghai outside.

Several processes share a database, so the database's clock decides (``db.now``); SQLite runs in one
process, so its own clock is the same thing. Tests and the demo set the time with ``fixed``.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_SECOND_DAY, _LAST_BUT_ONE = date.min + timedelta(days=1), date.max - timedelta(days=1)

_fixed: ContextVar[datetime | None] = ContextVar("fixed_time", default=None)


@contextmanager
def fixed(at: datetime) -> Iterator[None]:
    """Within the block it is ``at`` (timezone-aware) for everyone, the database included."""
    token = _fixed.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)


def fixed_time() -> datetime | None:
    """The time set by ``fixed``, or None when time runs."""
    return _fixed.get()


def system_now() -> datetime:
    """This process's clock in UTC, or the fixed time. Domain code asks ``db.now`` instead."""
    return _fixed.get() or datetime.now(UTC)


def elapsed_since(monotonic_s: float) -> timedelta:
    """How long ago a ``time.monotonic()`` reading was taken; zero while time is fixed."""
    return timedelta(0) if _fixed.get() else timedelta(seconds=max(0.0, time.monotonic() - monotonic_s))


def local_date(at: datetime) -> date:
    """The calendar day in Zhoushan at that moment."""
    return at.astimezone(SHANGHAI).date()


def day_begins(on: date) -> datetime:
    """The moment at which the day begins in Zhoushan, in UTC. The first day of the calendar, which does not in UTC: the next one."""
    on = max(on, _SECOND_DAY)
    return datetime(on.year, on.month, on.day, tzinfo=SHANGHAI).astimezone(UTC)


def day_ends(on: date) -> datetime:
    """24:00 of the day in Zhoushan, in UTC; of the last day of the calendar, after which none comes: of the one before.

    Source: 民法典 art. 203.
    """
    return day_begins(min(on, _LAST_BUT_ONE) + timedelta(days=1))
