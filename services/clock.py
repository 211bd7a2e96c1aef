"""The one door to the time: edges ask here for `now`, services take it as an argument."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: Civil days of the field are those of this zone.
ZONE = ZoneInfo("Asia/Shanghai")

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return this moment, aware, in UTC."""
    return datetime.now(UTC)


def seconds(moment: datetime) -> int:
    """Return the whole seconds since 1970 UTC, the form in which moments are stored."""
    return int(moment.timestamp())


def moment(stored: int) -> datetime:
    """Return a stored moment as an aware datetime in civil time."""
    return datetime.fromtimestamp(stored, ZONE)


def civil(at: datetime) -> datetime:
    """Return the same instant in civil time."""
    return at.astimezone(ZONE)


def civil_day(at: datetime) -> date:
    """Return the civil day of an instant: 31 December 16:00 UTC is 1 January."""
    return at.astimezone(ZONE).date()


def day_start(day: date) -> datetime:
    """Return the instant at which a civil day begins."""
    return datetime.combine(day, time.min, tzinfo=ZONE)


def next_day(day: date) -> date:
    """Return the civil day after."""
    return day + timedelta(days=1)
