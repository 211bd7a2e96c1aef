"""What holds on a civil day: the one place which says that a period's last day still belongs to it."""

from __future__ import annotations

from typing import Any

from models import Member


def holds(table: Any, day: Any) -> Any:
    """Return the condition that rows with `starts` and `ends` hold on a day; no end means for good.

    Args:
        table: RolePeriod, Exemption, or another table with these two columns.
        day: a civil day, or a column that holds one.
    """
    return (table.starts <= day) & not_over(table.ends, day)


def not_over(last: Any, day: Any) -> Any:
    """Return the condition that a period's last day has not gone by; it may begin later."""
    return last.is_null() | (last >= day)


def active(day: Any) -> Any:
    """Return the condition that members belong to the roster on a day."""
    return active_between(day, day)


def active_between(first: Any, last: Any) -> Any:
    """Return the condition that members belonged to the roster on some day of a span."""
    return (Member.active_from <= last) & not_over(Member.active_to, first)
