"""The periods in which members hold roles: beginning, ending at this moment, and who holds what (R113)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from models import Member, Organization, RolePeriod
from models.terms import OrgKind, Role
from services.periods import active, holds

#: So many roles, and so many people to choose from, stand on one page (RELIABILITY part 3).
SHOWN = 300


@dataclass(frozen=True)
class Held:
    """A role in force: whose, where, since when and until when."""

    role: Role
    title: str
    number: str
    name: str
    code: str
    organization: str
    starts: date
    ends: date | None


def of_organization(organization: Organization, today: date) -> tuple[Held, ...]:
    """Return the roles in force in an organization and its groups, by place, role and name (F02)."""
    rows = (
        RolePeriod.select(RolePeriod, Member, Organization)
        .join(Member, on=(RolePeriod.member == Member.id))
        .switch(RolePeriod)
        .join(Organization, on=(RolePeriod.organization == Organization.id))
        .where(holds(RolePeriod, today), _own(organization))
        .order_by(Organization.path, Member.name, Member.number)
        .limit(SHOWN)
    )
    found = [
        Held(
            role=row.role,
            title=row.title,
            number=row.member.number,
            name=row.member.name,
            code=row.organization.code,
            organization=row.organization.name,
            starts=row.starts,
            ends=row.ends,
        )
        for row in rows
    ]
    order = {role: place for place, role in enumerate(Role)}
    # The sort is stable: within an organization and a role the names keep their order.
    place = {code: number for number, code in enumerate(dict.fromkeys(held.code for held in found))}
    return tuple(sorted(found, key=lambda held: (place[held.code], order[held.role])))


def places(organization: Organization) -> tuple[tuple[str, str], ...]:
    """Return (code, name) of an organization and of its groups, by name."""
    rows = (
        Organization.select(Organization.code, Organization.name)
        .where(_own(organization))
        .order_by(Organization.path)
    )
    return tuple(rows.tuples())


def people(organization: Organization, today: date) -> tuple[tuple[str, str, str | None], ...]:
    """Return (number, name, group) of the members who are on an organization's roster today, by name."""
    branch, group = Organization.alias(), Organization.alias()
    rows = (
        Member.select(Member.number, Member.name, group.name)
        .join(branch, on=(Member.branch == branch.id))
        .switch(Member)
        .left_outer_join(group, on=(Member.group == group.id))
        .where(branch.path.startswith(organization.path), active(today))
        .order_by(Member.name, Member.number)
        .limit(SHOWN)
    )
    return tuple(rows.tuples())


def _own(organization: Organization) -> Any:
    """Return the condition of an organization itself and of the groups right below it."""
    groups = (Organization.parent == organization) & (Organization.kind == OrgKind.GROUP)
    return (Organization.id == organization.id) | groups


def begin(
    member: Member,
    role: Role,
    organization: Organization,
    today: date,
    *,
    title: str = "",
    until: date | None = None,
) -> None:
    """Let a role begin today, inside the caller's transaction; one that runs gets the new end."""
    held = running(member, role, organization, today)
    if held is None:
        # Who left today and is named again goes on with the row of this day, which had ended.
        RolePeriod.insert(
            member=member,
            role=role,
            title=title or role.label,
            organization=organization,
            starts=today,
            ends=until,
        ).on_conflict(
            conflict_target=[
                RolePeriod.member, RolePeriod.organization, RolePeriod.role, RolePeriod.title,
                RolePeriod.starts,
            ],
            update={RolePeriod.ends: until},
        ).execute()  # fmt: skip
        held = running(member, role, organization, today)
    if held is not None and held.ends != until:
        held.ends = until
        held.save(only=[RolePeriod.ends])


def cease(held: RolePeriod, today: date) -> None:
    """Let a role end at this moment: its last day is yesterday, and one that began today never was (R113)."""
    if held.starts >= today:
        held.delete_instance()
    else:
        held.ends = today - timedelta(days=1)
        held.save(only=[RolePeriod.ends])


def running(member: Member, role: Role, organization: Organization, today: date) -> RolePeriod | None:
    """Return the period in which a member holds a role today, or None."""
    found: RolePeriod | None = (
        RolePeriod.select()
        .where(
            RolePeriod.member == member,
            RolePeriod.organization == organization,
            RolePeriod.role == role,
            holds(RolePeriod, today),
        )
        .first()
    )
    return found


def secretaries(organization: Organization, today: date) -> list[RolePeriod]:
    """Return the periods of the secretaries of an organization today, the first one first."""
    return list(
        RolePeriod.select(RolePeriod, Member)
        .join(Member, on=(RolePeriod.member == Member.id))
        .where(
            RolePeriod.organization == organization,
            RolePeriod.role == Role.SECRETARY,
            holds(RolePeriod, today),
        )
        .order_by(RolePeriod.id)
    )
