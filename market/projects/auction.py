"""When a project's reverse auction is held, and by which constants: frozen in the notice."""

from datetime import datetime, timedelta
from typing import Any

from market.clock import day_begins, local_date
from market.errors import InvalidInput
from market.projects.models import Project
from market.rulebook import Rulebook
from market.workdays import is_working_day


def terms(now: datetime, book: Rulebook) -> dict[str, Any]:
    """The rulebook's constants of an auction, durations in milliseconds."""

    def milliseconds(name: str) -> int:
        return book.duration(f"auction_{name}", now) // timedelta(milliseconds=1)

    return {
        "rounds": book.number("auction_rounds", now),
        "turnMs": milliseconds("turn"),
        "pauseMs": milliseconds("pause"),
        "graceMs": milliseconds("grace"),
        "toleranceMs": milliseconds("tolerance"),
        "leadMs": milliseconds("lead"),
        "hourMs": milliseconds("hour"),
        "stepPermille": book.number("auction_step", now),
    }


def check(project: Project) -> None:
    """Raises InvalidInput when the notice names a start before nonces are shown, the beacon is out and the lead is over."""
    if "auction" in project.terms and project.auction_starts_at is not None and project.next_check_at is not None:
        shown = project.next_check_at + timedelta(seconds=project.terms["draw"]["revealSeconds"])
        earliest = max(shown, project.beacon_at or shown) + _span(project, "leadMs")
        if project.auction_starts_at < earliest:
            raise InvalidInput.one("auctionStartsAt", "too_early", first=earliest)


def begins_at(project: Project, opened_at: datetime) -> datetime:
    """When it begins: as the notice says, unless the opening came too late for that; else the first morning of a working day."""
    earliest = opened_at + _span(project, "leadMs")
    if project.auction_starts_at is not None and project.auction_starts_at >= earliest:
        return project.auction_starts_at
    day = local_date(earliest)
    while not is_working_day(day)[0] or day_begins(day) + _span(project, "hourMs") < earliest:
        day += timedelta(days=1)
    return day_begins(day) + _span(project, "hourMs")


def _span(project: Project, name: str) -> timedelta:
    return timedelta(milliseconds=project.terms["auction"][name])
