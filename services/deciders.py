"""Whose reports, claims, leave and studies a person decides: own people, never oneself (R27, R29, R100)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import SQL, fn

from models import Member, Organization, RolePeriod
from models.terms import OrgKind, Role
from services import tree
from services.access import ABOVE, LEADING, Grant, grants, held_by, paths_of
from services.actor import Actor
from services.errors import ServiceError, not_found
from services.people import nobody
from services.periods import active, holds


@dataclass(frozen=True)
class Desk:
    """What lies on somebody's desk on a day, as paths of the tree.

    `leading` are the branches led and all below, `near` the groups headed and what a helper visits,
    `above` the organizations looked after from above: of those, only their leaders' own matters, since
    a secretary alone in a branch would find nobody else.
    """

    member_id: int | None
    leading: tuple[str, ...]
    near: tuple[str, ...]
    above: tuple[str, ...]
    on: date

    @property
    def empty(self) -> bool:
        """Whether nothing can ever lie here."""
        return not (self.leading or self.near or self.above)

    def reaches(self, member: Member) -> bool:
        """Whether a member's matters lie here, one's own left aside."""
        path, group = member.branch.path, member.group.path if member.group_id else None
        if tree.covers(self.leading, path) or tree.covers(self.near, path):
            return True
        if group is not None and tree.covers(self.near, group):
            return True
        return tree.covers(self.above, path) and _leads(member.id, path, self.on)


@dataclass(frozen=True)
class OnDesk:
    """A member whose matters lie on a desk, with the names of branch and group."""

    id: int
    number: str
    name: str
    branch_id: int
    branch: str
    group: str | None


def desk(actor: Actor, on: date, *near: Role) -> Desk:
    """Return the desk of an actor; holders of the roles `near` decide for their own branch or group.

    Args:
        actor: who decides; the operator's desk holds everything.
        on: the civil day by which roles are judged (R113).
        near: GROUP_HEAD where the rules let group heads decide, HELPER where a visitor confirms.
    """
    return desk_of(actor, held_by(actor, on), on, *near)


def desk_of(actor: Actor, held: Sequence[Grant] | None, on: date, *near: Role) -> Desk:
    """Return the desk by roles that were asked for already (`access.held_by`)."""
    if held is None:
        return Desk(None, ("",), (), (), on)
    return Desk(
        actor.member_id, paths_of(held, LEADING), paths_of(held, frozenset(near)), paths_of(held, ABOVE), on
    )


def require(place: Desk, member: Member, what: str = "") -> None:
    """Let only those decide whose desk it lies on, and nobody for oneself.

    Args:
        place: the desk.
        member: whose matter it is.
        what: what was asked for, if not the member by number: outsiders hear that there is none.

    Raises:
        ServiceError: `not_found` for outsiders, `own` for one's own matter.
    """
    if not place.reaches(member):
        raise not_found(what) if what else nobody(member.number)
    if place.member_id is not None and place.member_id == member.id:
        raise ServiceError("own", "自己的事不能自己办。", "请支部其他委员或上级党务干部来办。")


def require_decider(actor: Actor, member: Member, on: date, what: str = "") -> None:
    """Let those decide a member's report, claim or study on whose desk it lies; raises as `require`."""
    require(desk(actor, on), member, what)


def lying_on(place: Desk, branch: Any, group: Any) -> Any:
    """Return the condition that a row's member lies on this desk, oneself left out; None for nobody.

    Args:
        place: the desk.
        branch: the joined organization of the member's branch.
        group: the left joined organization of the member's group.
    """
    conditions = [branch.path.startswith(path) for path in (*place.leading, *place.near)]
    conditions += [group.path.startswith(path) for path in place.near]
    office = Organization.alias()
    leads = (
        RolePeriod.select(SQL("1"))
        .join(office)
        .where(
            RolePeriod.member == Member.id,
            RolePeriod.role.in_(list(LEADING)),
            # Whoever leads an organization above is to the branches an officer (access.grants).
            office.kind.in_([OrgKind.BRANCH, OrgKind.GROUP]),
            holds(RolePeriod, place.on),
            fn.SUBSTR(branch.path, 1, fn.LENGTH(office.path)) == office.path,
        )
    )
    conditions += [branch.path.startswith(path) & fn.EXISTS(leads) for path in place.above]
    found = tree.any_of(conditions)
    if found is None:
        return None
    return found if place.member_id is None else found & (Member.id != place.member_id)


def people(place: Desk, limit: int) -> list[tuple[str, str]]:
    """Return (number, name) of the members in office or not whose matters lie here, by name (F02)."""
    branch, group = Organization.alias(), Organization.alias()
    condition = lying_on(place, branch, group)
    if condition is None:
        return []
    query = (
        Member.select(Member.number, Member.name)
        .join(branch, on=(Member.branch == branch.id))
        .switch(Member)
        .left_outer_join(group, on=(Member.group == group.id))
        .where(condition, active(place.on))
        .order_by(Member.name, Member.number)
        .limit(limit)
    )
    return list(query.tuples())


def on_desk(place: Desk, limit: int, *conditions: Any) -> list[OnDesk]:
    """Return the members of today whose matters lie here, by branch, group and name (F02).

    Args:
        place: the desk.
        limit: so many at most.
        conditions: further ones on `Member`.
    """
    branch, group = Organization.alias(), Organization.alias()
    here = lying_on(place, branch, group)
    if here is None:
        return []
    query = (
        Member.select(Member.id, Member.number, Member.name, branch.id, branch.name, group.name)
        .join(branch, on=(Member.branch == branch.id))
        .switch(Member)
        .left_outer_join(group, on=(Member.group == group.id))
        .where(here, active(place.on), *conditions)
        .order_by(Member.name, Member.number)
        .limit(limit)
    )
    found = [OnDesk(*row) for row in query.tuples()]
    # Sorted here: where a group is missing, the two databases would put it at different ends.
    return sorted(found, key=lambda each: (each.branch, each.group is None, each.group or "", each.name))


def _leads(member_id: int, path: str, on: date) -> bool:
    return any(grant.role in LEADING and path.startswith(grant.path) for grant in grants(member_id, on))
