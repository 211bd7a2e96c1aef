"""Days off as this unit has them: the official calendar with the days that the unit sets beside it."""

from __future__ import annotations

from datetime import date

from services import calendar, rulebook


def off(first: date, last: date) -> frozenset[date]:
    """Return the days off from `first` to `last`, both included."""
    rules = rulebook.current().reminders(first)
    return calendar.days_off(first, last, also=rules.days_off, but=rules.workdays)


def why(day: date) -> str:
    """Return why a day is a day off in a word or two, empty for a workday."""
    if day not in off(day, day):
        return ""
    return calendar.holiday(day) or ("周末" if day.weekday() >= calendar.SATURDAY else "休息日")
