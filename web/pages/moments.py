"""Moments as readers say them, in Zhoushan's time. "now" is the server's, sent with the data."""

from datetime import datetime, timedelta, timezone
from typing import Any

from babel.dates import format_date

_HERE = timezone(timedelta(hours=8))
_NEAR = timedelta(days=7)
_LOCALES = {"zh-CN": "zh", "en": "en"}


def moment(lang: str, at: str, now: str = "") -> str:
    """``2026-11-24 17:30``; within a week of ``now`` with the day of the week."""
    then = datetime.fromisoformat(at).astimezone(_HERE)
    near = bool(now) and abs(then - datetime.fromisoformat(now)) <= _NEAR
    weekday = format_date(then.date(), "EEE", locale=_LOCALES[lang]) if near else ""
    return " ".join(filter(None, (f"{then:%Y-%m-%d}", weekday, f"{then:%H:%M}")))


def second(at: str) -> str:
    """``2026-11-24 17:30:05``: for what is decided by the second."""
    return f"{datetime.fromisoformat(at).astimezone(_HERE):%Y-%m-%d %H:%M:%S}"


def past(at: str, now: str) -> bool:
    """Whether the moment is over by the server's clock."""
    return datetime.fromisoformat(at) <= datetime.fromisoformat(now)


def auction_begins(auction: dict[str, Any]) -> str:
    """When an auction began, or is to begin: as last said of its first stage; what its other stages say is when they begin."""
    return str([event["beginsAt"] for event in auction["events"] if event["stage"] == 0][-1])
