"""When a mobile member is to be contacted, and when somebody may have become one (R33, R34)."""

from __future__ import annotations

from datetime import date

from services.policy.reminders import add_months


def next_contact(last: date, every: int, today: date) -> date:
    """Return the day of the next contact: so many months after the last one, but never a day gone by.

    Args:
        last: the last contact, or the day since when the member is away.
        every: months between two contacts.
        today: the day of asking.
    """
    return max(add_months(last, every), today)


def long_away(since: date, months: int, today: date) -> bool:
    """Whether somebody has been away for so many months (R33)."""
    return add_months(since, months) <= today
