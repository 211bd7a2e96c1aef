"""Who acted in the lines of a trail: a name with the role of that day, or words that name nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from models import AuditLog, Member, Organization, RolePeriod
from models.terms import Role
from services.clock import civil_day

#: Who is no member any more; rows of the log outlive them.
_OTHERS = "同志"


class People:
    """Who acted: name and role of that day, as the reader may know it."""

    def __init__(self, rows: Sequence[AuditLog], near: str, owner: int | None, reader: int | None) -> None:
        ids = sorted({row.actor for row in rows if row.actor is not None})
        self._near_path, self._owner, self._reader = near, owner, reader
        names = Member.select(Member.id, Member.name).where(Member.id.in_(ids)).tuples()
        self._names = dict(names) if reader is None else {}
        held = (
            RolePeriod.select(
                RolePeriod.member, RolePeriod.role, RolePeriod.starts, RolePeriod.ends, Organization.path
            )
            .join(Organization)
            .where(RolePeriod.member.in_(ids))
            .order_by(RolePeriod.id)
        )
        self._held = list(held.tuples())

    def who(self, row: AuditLog) -> str:
        """Return the words for whoever acted in a line."""
        if row.actor is None:
            return "系统自动" if row.actor_kind == "system" else "管理员"
        own = row.actor == self._owner
        if self._reader is not None:
            return "您自己" if row.actor == self._reader else self._role(row) or "支部的同志"
        name = self._names.get(row.actor, _OTHERS)
        role = "本人" if own else self._role(row)
        return f"{name}（{role}）" if role else name

    def _role(self, row: AuditLog) -> str:
        """Return the role by which somebody could act on that day, the highest one first."""
        day = civil_day(row.at)
        found = {
            role for member, role, starts, ends, path in self._held
            if member == row.actor and _held_on(starts, ends, day) and self._near(path)
        }  # fmt: skip
        return next((role.label for role in Role if role in found), "")

    def _near(self, path: str) -> bool:
        return self._near_path.startswith(path) or path.startswith(self._near_path)


def _held_on(starts: date, ends: date | None, day: date) -> bool:
    # Who handed over has held the role up to that day: the last day in the table is the one before (R113).
    return starts <= day and (ends is None or (day - ends).days <= 1)
