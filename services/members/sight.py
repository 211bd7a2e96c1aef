"""What a person may see and do of a member (R100): the branch's leaders most, group heads least."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from models import Member, Organization
from models.terms import Role
from services.access import ABOVE, LEADING, grants
from services.actor import Actor
from services.errors import not_found
from services.rows import hold


@dataclass(frozen=True)
class Sight:
    """How much of a member somebody sees.

    `keeps` may change what is kept, as leaders of the branch and those above it do; `inside` leads the
    branch itself and sees phone and hours; neither is a head of the member's group, who sees who came.
    """

    keeps: bool
    inside: bool


def find(number: str) -> Member:
    """Return a member with branch and group.

    Raises:
        ServiceError: `not_found`.
    """
    branch, group = Organization.alias(), Organization.alias()
    found: Member | None = None
    if number.isprintable():
        found = (
            Member.select(Member, branch, group)
            .join(branch, on=(Member.branch == branch.id), attr="branch")
            .switch(Member)
            .left_outer_join(group, on=(Member.group == group.id), attr="group")
            .where(Member.number == number)
            .first()
        )
    if found is None:
        raise not_found(f"编号为 {number[:32]} 的党员")
    return found


def sight(actor: Actor, member: Member, on: date) -> Sight:
    """Return what an actor may see of a member on a day.

    Raises:
        ServiceError: `not_found` for those who may not know that there is such a member.
    """
    if actor.kind != "member" or actor.member_id is None:
        return Sight(keeps=True, inside=True)
    path, group = member.branch.path, member.group.path if member.group_id else None
    keeps = inside = heads = False
    for grant in grants(actor.member_id, on):
        is_above = path.startswith(grant.path)
        if grant.role in LEADING and is_above:
            keeps, inside = True, inside or grant.path == path
        elif grant.role in ABOVE and is_above:
            keeps = True
        elif grant.role is Role.GROUP_HEAD and grant.path == group:
            heads = True
    if not keeps and not heads:
        raise not_found(f"编号为 {member.number} 的党员")
    return Sight(keeps, inside)


def require_keeper(actor: Actor, number: str, on: date) -> tuple[Member, Sight]:
    """Return a member whose particulars the actor keeps.

    Raises:
        ServiceError: `not_found` also for the head of the member's group.
    """
    member = find(number)
    found = sight(actor, member, on)
    if not found.keeps:
        raise not_found(f"编号为 {number} 的党员")
    return member, found


def hold_kept(actor: Actor, number: str, on: date) -> tuple[Member, Sight]:
    """Return the same, held until the transaction ends: two presses of one button come one after the other.

    Raises:
        ServiceError: as `require_keeper`.
    """
    if number.isprintable():
        hold(Member, Member.number == number)
    return require_keeper(actor, number, on)
