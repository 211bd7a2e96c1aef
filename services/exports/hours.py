"""A branch's hours of a year as they leave the house: the table of the desk, and a line in the audit log."""

from __future__ import annotations

from datetime import datetime

from services import scope
from services.actor import Actor
from services.branch_hours import Hours, HoursTable, rows_of
from services.clock import civil_day
from services.transaction import transaction

__all__ = ["Hours", "HoursTable", "of_year", "rows_of"]


def of_year(actor: Actor, code: str | None, year: int, now: datetime) -> HoursTable:
    """Return a branch's hours of a calendar year as they stand now.

    Raises:
        ServiceError: `not_found` for another branch.
    """
    branch = scope.branch_of(actor, code, civil_day(now))
    with transaction():
        found = HoursTable(branch.name, year, tuple(rows_of(branch, year, now)))
        scope.note(actor, now, "hours", branch, year=year)
    return found
