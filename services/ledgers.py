"""Whose hours and points somebody may read line by line: the member's and those who decide (F01, R100)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models import Member
from services import deciders
from services.actor import Actor
from services.clock import civil_day
from services.errors import not_found
from services.people import member_by_number


@dataclass(frozen=True)
class Reached:
    """A member whose ledgers may be read; `own` says that it is the reader, who decides nothing there."""

    member: Member
    own: bool


def of_member(actor: Actor, number: str, now: datetime) -> Reached:
    """Return a member of whom the actor reads hours and points.

    Those are the leaders of the branch; for a leader's own, the officers above as well.

    Raises:
        ServiceError: `not_found` for everybody else, also the head of the member's group.
    """
    member = member_by_number(number)
    desk = deciders.desk(actor, civil_day(now))
    if not desk.reaches(member):
        raise not_found(f"编号为 {number[:32]} 的党员")
    return Reached(member, member.id == desk.member_id)
