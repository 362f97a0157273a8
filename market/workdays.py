"""Working days of the People's Republic: the State Council's yearly notice (chinesecalendar), N working days from a day.

Beyond the published years the statutory days are not known yet: weekends and the fixed-date statutory holidays
(New Year, Labour Day, National Day; 全国年节及纪念日放假办法 art. 2) count as free, and the answer says it is provisional.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import chinese_calendar

from market.clock import day_ends, local_date

_FIXED_HOLIDAYS = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}


@dataclass(frozen=True)
class Deadline:
    """A day and its last moment (24:00 in Zhoushan, in UTC). ``provisional``: the calendar of that year is not published yet."""

    on: date
    at: datetime
    provisional: bool


def is_working_day(day: date) -> tuple[bool, bool]:
    """(working day?, provisional?)."""
    try:
        return chinese_calendar.is_workday(day), False
    except NotImplementedError:
        return day.weekday() < 5 and (day.month, day.day) not in _FIXED_HOLIDAYS, True


def working_days_from(start: datetime, count: int) -> Deadline:
    """The ``count``-th working day after ``start``; the day of the event is not counted. Source: 民法典 arts. 201, 203."""
    day, provisional = _counted(local_date(start), count)
    return Deadline(day, day_ends(day), provisional)


def working_day_after(day: date, count: int) -> date:
    """The ``count``-th working day after a day, which is not counted. Source: 民法典 art. 201."""
    return _counted(day, count)[0]


def working_days_between(first: date, end: date) -> int:
    """How many working days from ``first``, included, to ``end``, which is not."""
    days = (first + timedelta(days=n) for n in range((end - first).days))
    return sum(is_working_day(day)[0] for day in days)


def _counted(day: date, count: int) -> tuple[date, bool]:
    provisional = False
    while count > 0:
        day += timedelta(days=1)
        working, guessed = is_working_day(day)
        provisional |= guessed
        count -= working
    return day, provisional
