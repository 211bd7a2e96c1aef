"""What a person may reach: rights follow role periods and the tree of organizations (R100, R113)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models import Attendance, Member, Organization, RolePeriod, StudySession
from models.terms import OrgKind, Role
from services import tree
from services.actor import Actor
from services.errors import ServiceError, invalid, not_found
from services.people import nobody
from services.periods import holds

#: Roles that run a branch.
LEADING = frozenset({Role.SECRETARY, Role.DEPUTY, Role.COMMITTEE})
#: Roles that look after the branches below.
ABOVE = frozenset({Role.OFFICER, Role.ADMIN})
#: What has branches below it.
_OVER_BRANCHES = frozenset({OrgKind.COMMITTEE, OrgKind.GENERAL_BRANCH})
#: Roles that write down what a member says (R42).
HELPING = LEADING | {Role.GROUP_HEAD, Role.HELPER}


@dataclass(frozen=True)
class Grant:
    """One role of a member in force on a day, and the organization it is held in."""

    role: Role
    organization_id: int
    path: str
    name: str


@dataclass(frozen=True)
class Rights:
    """What an actor may do with the sessions of one organization.

    `manage` covers publishing, closing, confirming and cancelling, `reopen` taking a confirmation
    back. Members whose branch or group lies below one of `prefixes` may be called in the roll.
    """

    manage: bool = False
    reopen: bool = False
    prefixes: tuple[str, ...] = ()

    def reaches(self, *paths: str | None) -> bool:
        """Whether a member with these paths (branch, group) may be called."""
        return any(path is not None and path.startswith(prefix) for path in paths for prefix in self.prefixes)


def grants(member_id: int, on: date) -> list[Grant]:
    """Return the roles that a member holds on a day, each as what it is to the branches.

    Whoever leads a committee or a general branch looks after the branches below as an officer does: their
    members' hours, points and telephone numbers are the branch's own (F01, R100).
    """
    rows = (
        RolePeriod.select(
            RolePeriod.role, Organization.id, Organization.path, Organization.name, Organization.kind
        )
        .join(Organization)
        .where(RolePeriod.member == member_id, holds(RolePeriod, on))
        .tuples()
    )
    return [
        Grant(Role.OFFICER if role in LEADING and kind in _OVER_BRANCHES else Role(role), org, path, name)
        for role, org, path, name, kind in rows
    ]


def session_rights(actor: Actor, path: str, on: date) -> Rights:
    """Return what an actor may do with the sessions of the organization at `path`.

    A branch's leaders run its sessions and those of its groups; at a session from above they call
    their own members. A group head calls the own group and runs its sessions. Officers above may
    all of it and reopen.
    """
    if actor.kind != "member" or actor.member_id is None:
        return Rights(manage=True, reopen=True, prefixes=("",))
    manage = reopen = False
    prefixes: set[str] = set()
    for grant in grants(actor.member_id, on):
        below = path.startswith(grant.path)
        if grant.role in ABOVE and below:
            manage = reopen = True
            prefixes.add(grant.path)
        elif grant.role in LEADING and (below or grant.path.startswith(path)):
            manage = manage or below
            prefixes.add(grant.path)
        elif grant.role is Role.GROUP_HEAD and grant.path.startswith(path):
            manage = manage or grant.path == path
            prefixes.add(grant.path)
    return Rights(manage, reopen, tuple(sorted(prefixes)))


def require_manage(actor: Actor, path: str, on: date) -> Rights:
    """Return the rights of an actor who runs these sessions.

    Raises:
        ServiceError: `not_found` for outsiders, `forbidden` for a group head of the branch.
    """
    rights = session_rights(actor, path, on)
    if rights.manage:
        return rights
    if rights.prefixes:
        raise ServiceError("forbidden", "这一步要由支部书记或支委来办。", "请联系他们。", kind="forbidden")
    raise not_found("这次学习")


def reachable_members(
    rights: Rights, numbers: Sequence[str], session: StudySession | None = None
) -> list[Member]:
    """Return the members of these numbers, all of them within reach, each once and in the order given.

    With a `session` as `members_within`.

    Raises:
        ServiceError: naming the numbers that are unknown or of another branch: both read alike.
    """
    if not numbers:
        raise invalid("member", "还没有选人。", "请至少选一位同志。")
    found = members_within(rights, numbers, session)
    missing = [number for number in dict.fromkeys(numbers) if number not in found]
    if missing:
        raise ServiceError(
            "not_found",
            f"名单里没有 {'、'.join(missing)}。",
            "请核对编号，只能选自己支部（小组）的党员。",
            kind="not_found",
        )
    return [found[number] for number in dict.fromkeys(numbers)]


def members_within(
    rights: Rights, numbers: Sequence[str], session: StudySession | None = None
) -> dict[str, Member]:
    """Return those of these numbers that exist and lie within reach; the others are simply not there.

    With a `session` those who have a place in it too, for who runs it: a member who has moved to another
    branch since was there all the same.
    """
    branch, group = Organization.alias(), Organization.alias()
    # What no roster can hold is not asked of the database: the two refuse it in different ways.
    asked = sorted({number for number in numbers if number.isprintable()})
    rows = (
        Member.select(Member, branch.path.alias("branch_path"), group.path.alias("group_path"))
        .join(branch, on=(Member.branch == branch.id))
        .switch(Member)
        .left_outer_join(group, on=(Member.group == group.id))
        .where(Member.number.in_(asked))
        .objects()
    )
    found = {row.number: row for row in rows}
    placed = _placed(rights, session, [row.id for row in found.values()])
    return {
        number: row
        for number, row in found.items()
        if row.id in placed or rights.reaches(row.branch_path, row.group_path)
    }


def _placed(rights: Rights, session: StudySession | None, members: list[int]) -> set[int]:
    if session is None or not rights.manage:
        return set()
    mine = Attendance.select(Attendance.member).where(
        Attendance.session == session, Attendance.member.in_(members)
    )
    return {member for (member,) in mine.tuples()}


def led_organizations(member_id: int, on: date) -> list[Grant]:
    """Return the organizations whose sessions a member runs or calls, by name."""
    wanted = LEADING | ABOVE | {Role.GROUP_HEAD}
    return sorted((grant for grant in grants(member_id, on) if grant.role in wanted), key=lambda g: g.name)


def helped_organizations(member_id: int, on: date) -> list[Grant]:
    """Return the organizations for whose members somebody writes down what they say, by name (R42)."""
    return sorted((grant for grant in grants(member_id, on) if grant.role in HELPING), key=lambda g: g.name)


def prefixes(actor: Actor, roles: frozenset[Role], on: date) -> tuple[str, ...]:
    """Return the paths below which an actor acts by one of these roles; everything for the operator."""
    return paths_of(held_by(actor, on), roles)


def held_by(actor: Actor, on: date) -> list[Grant] | None:
    """Return the roles that an actor holds on a day, None for the operator, who may everything.

    A page that asks by several sets of roles asks the database once, here.
    """
    return None if actor.kind != "member" or actor.member_id is None else grants(actor.member_id, on)


def paths_of(held: Sequence[Grant] | None, roles: frozenset[Role]) -> tuple[str, ...]:
    """Return the paths of those of the held roles that are asked for; everything for the operator."""
    if held is None:
        return ("",)
    return tuple(sorted({grant.path for grant in held if grant.role in roles}))


def require_helper(actor: Actor, member: Member, on: date) -> None:
    """Let those write down what a member says: leaders, the head of the member's group, a helper (R42).

    Raises:
        ServiceError: `not_found` for everybody else.
    """
    if actor.member_id is not None and actor.member_id == member.id:
        raise ServiceError("own", "自己的述学自己写就好。", "请到「述学」里写。")
    if tree.covers(prefixes(actor, LEADING | {Role.HELPER}, on), member.branch.path):
        return
    group = member.group.path if member.group_id else None
    near = prefixes(actor, frozenset({Role.GROUP_HEAD, Role.HELPER}), on)
    if group is not None and tree.covers(near, group):
        return
    raise nobody(member.number)
