"""Days of sessions that come again: the same weekday of the month, and no day off where it can be helped.

Pure: days off are given from outside.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

_WEEK = 7


def month_after(day: date, months: int) -> tuple[int, int]:
    """Return (year, month) so many months after a day's."""
    index = day.year * 12 + day.month - 1 + months
    return index // 12, index % 12 + 1


def months_between(day: date, other: date) -> int:
    """Return how many months another day's month lies after a day's."""
    return (other.year - day.year) * 12 + other.month - day.month


def same_weekday(day: date, months: int) -> date:
    """Return the same weekday of the month, so many months later: the third Thursday stays the third.

    A fifth one that a month lacks is its last: 2026-01-29, the fifth Thursday, gives 2026-02-26.
    """
    year, month = month_after(day, months)
    first = date(year, month, 1)
    found = first + timedelta(days=(day.weekday() - first.weekday()) % _WEEK + (day.day - 1) // _WEEK * _WEEK)
    return found if found.month == month else found - timedelta(days=_WEEK)


def workday_from(day: date, off: frozenset[date]) -> date:
    """Return the first day from `day` on that is none of the days off."""
    while day in off:
        day += timedelta(days=1)
    return day


def next_like(last: date, today: date, off: frozenset[date]) -> date:
    """Return the day for the session after one on `last`: a month on, or as many as bring it past today.

    When the last one was on a workday, so is the next; who meets on a Saturday goes on doing so.
    """
    months = 1
    while (day := same_weekday(last, months)) <= today:
        months += 1
    return day if last in off else workday_from(day, off)


def retitled(title: str, was: date, day: date) -> str:
    """Return a title for another day: 「11月主题党日」 of a session in November becomes 「12月主题党日」."""
    title = re.sub(rf"(?<!\d){was.year}年", f"{day.year}年", title)
    return re.sub(rf"(?<!\d)0?{was.month}月(?!\d*日)", f"{day.month}月", title, count=1)
