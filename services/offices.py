"""The offices of somebody who leaves a branch or the roster end with it, at this moment (R113)."""

from __future__ import annotations

from datetime import date, timedelta

from models import Member, Organization, RolePeriod
from services.periods import not_over


def end_all(member: Member, today: date, below: str = "") -> list[int]:
    """End the offices that a member holds or shall hold below a path, inside the caller's transaction.

    Returns:
        The ids of the periods that ended.
    """
    places = Organization.select(Organization.id).where(Organization.path.startswith(below))
    mine = (
        (RolePeriod.member == member) & RolePeriod.organization.in_(places) & not_over(RolePeriod.ends, today)
    )
    ids = [row for (row,) in RolePeriod.select(RolePeriod.id).where(mine).order_by(RolePeriod.id).tuples()]
    # Rights end now, not at midnight: the last day is yesterday, also of what began today.
    RolePeriod.update(ends=today - timedelta(days=1)).where(RolePeriod.id.in_(ids)).execute()
    return ids
