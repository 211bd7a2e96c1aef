"""A branch's points as they leave the house: the table of the desk, with a line in the audit log (R64)."""

from __future__ import annotations

from datetime import datetime

from services import rulebook, scope
from services.actor import Actor
from services.clock import civil_day
from services.points.table import Points, PointsTable, table
from services.transaction import transaction

__all__ = ["Points", "PointsTable", "of_year"]


def of_year(actor: Actor, code: str | None, year: int | None, now: datetime) -> PointsTable:
    """Return the points of a points year, the present one without a wish, as they stand now.

    Who does not take part is not in the table: being out has no effect on anybody (R67).

    Raises:
        ServiceError: `not_found` for another branch.
    """
    today = civil_day(now)
    branch = scope.branch_of(actor, code, today)
    chosen = rulebook.current().point_years.year_of(today) if year is None else year
    with transaction():
        found = table(branch, chosen, today)
        scope.note(actor, now, "points", branch, year=chosen)
    return found
