"""Days off as this unit has them: the official calendar with the days that the unit sets beside it."""

from __future__ import annotations

from datetime import date

from services import calendar, rulebook


def off(first: date, last: date) -> frozenset[date]:
    """Return the days off from `first` to `last`, both included."""
    rules = rulebook.current().reminders(first)
    return calendar.days_off(first, last, also=rules.days_off, but=rules.workdays)


def why(day: date) -> str:
    """Say why a day is a day off, as it follows the day's name: 国庆节放假, 是周末; empty for a workday."""
    if day not in off(day, day):
        return ""
    name = calendar.holiday(day)
    return "是周末" if not name and day.weekday() >= calendar.SATURDAY else f"{name}放假"
