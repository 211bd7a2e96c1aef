"""The offices of somebody who leaves a branch or the roster end with it, at this moment (R113)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from models import Member, Organization, RolePeriod
from services import audit
from services.actor import Actor
from services.clock import civil_day
from services.periods import not_over


class Via(StrEnum):
    """By what an office was given or ended when nobody did so on its own page; stands in the audit log."""

    TRANSFER = "transfer"
    LEAVING = "leaving"
    IMPORT = "import"


def end_all(actor: Actor, member: Member, via: Via, now: datetime, below: str = "") -> list[int]:
    """End the offices that a member holds or shall hold below a path, inside the caller's transaction.

    Each has a line of its own in the trail of the roles of its organization.

    Returns:
        The ids of the periods that ended.
    """
    today = civil_day(now)
    held = list(
        RolePeriod.select(RolePeriod.id, RolePeriod.role, Organization.code)
        .join(Organization)
        .where(
            RolePeriod.member == member,
            Organization.path.startswith(below),
            not_over(RolePeriod.ends, today),
        )
        .order_by(RolePeriod.id)
        .tuples()
    )
    ids = [period for period, _role, _code in held]
    # Rights end now, not at midnight: the last day is yesterday, also of what began today.
    RolePeriod.update(ends=today - timedelta(days=1)).where(RolePeriod.id.in_(ids)).execute()
    for _period, role, code in held:
        audit.record(
            actor, now, "role.ended", "member", member.id, role=str(role), organization=code, via=str(via)
        )
    return ids
