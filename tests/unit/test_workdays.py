"""Working days of the People's Republic."""

from datetime import UTC, date, datetime

import pytest

from market import clock, workdays

FRIDAY = datetime(2025, 9, 26, 8, tzinfo=UTC)


def test_the_day_of_the_event_is_not_counted() -> None:
    """One working day from a Friday ends at 24:00 of the next working day; that Sunday is a swapped working day."""
    deadline = workdays.working_days_from(FRIDAY, 1)
    assert deadline.on == date(2025, 9, 28)
    assert deadline.at == datetime(2025, 9, 28, 16, tzinfo=UTC)


def test_the_national_holiday_is_skipped() -> None:
    """Over the eight free days of October 2025 six working days end on 11 October, another swapped Saturday."""
    assert workdays.working_days_from(FRIDAY, 6).on == date(2025, 10, 11)


def test_beyond_the_published_years_it_is_provisional() -> None:
    """A year without a notice counts weekends and fixed holidays only, and says so."""
    deadline = workdays.working_days_from(datetime(2041, 4, 29, tzinfo=UTC), 2)
    assert (deadline.on, deadline.provisional) == (date(2041, 5, 3), True)


@pytest.mark.parametrize(("hour", "day"), [(15, 24), (16, 25)])
def test_the_day_is_that_of_zhoushan(hour: int, day: int) -> None:
    """At 16:00 UTC a new day has begun in Zhoushan."""
    assert clock.local_date(datetime(2026, 11, 24, hour, tzinfo=UTC)) == date(2026, 11, day)


def test_the_calendar_ends_without_an_error() -> None:
    """Anybody may type its first or its last day as a filter; an ordinary day ends where the next one begins."""
    assert clock.day_ends(date(2026, 11, 24)) == clock.day_begins(date(2026, 11, 25)) == datetime(2026, 11, 24, 16, tzinfo=UTC)
    assert clock.day_begins(date.min) <= clock.day_ends(date.min) < clock.day_begins(date.max) == clock.day_ends(date.max)
