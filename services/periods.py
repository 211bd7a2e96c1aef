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
    return (table.starts <= day) & (table.ends.is_null() | (table.ends >= day))


def active(day: Any) -> Any:
    """Return the condition that members belong to the roster on a day."""
    return (Member.active_from <= day) & (Member.active_to.is_null() | (Member.active_to >= day))
