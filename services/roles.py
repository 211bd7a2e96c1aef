"""Who holds which role, and the handover of a branch in one action (R100, R113).

Whoever appoints to a role holds one above it: an officer above the branch or the operator names its
secretary, the secretary hands over and names the deputy, the committee and the heads of groups. Rights
are looked up anew at each request, so that they end at the moment in which a role ends.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models import AuditLog, Member, Organization
from models.terms import OrgKind, Role
from services import audit, role_periods, tree
from services.access import ABOVE, LEADING, prefixes
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError, invalid, not_found
from services.people import member_by_number
from services.periods import active
from services.rows import hold
from services.transaction import transaction

#: Who may give and end each role: holders of these, in the organization itself or above it.
_GIVERS: dict[Role, frozenset[Role]] = {
    Role.SECRETARY: ABOVE,
    Role.DEPUTY: ABOVE | {Role.SECRETARY},
    Role.COMMITTEE: ABOVE | {Role.SECRETARY},
    Role.GROUP_HEAD: ABOVE | LEADING,
    Role.OFFICER: frozenset({Role.ADMIN}),
    Role.ADMIN: frozenset(),
    Role.HELPER: ABOVE | LEADING,
}
#: In which kinds of organization a role is held.
_PLACES: dict[Role, frozenset[OrgKind]] = {
    Role.SECRETARY: frozenset({OrgKind.BRANCH, OrgKind.GENERAL_BRANCH, OrgKind.COMMITTEE}),
    Role.DEPUTY: frozenset({OrgKind.BRANCH, OrgKind.GENERAL_BRANCH, OrgKind.COMMITTEE}),
    Role.COMMITTEE: frozenset({OrgKind.BRANCH, OrgKind.GENERAL_BRANCH, OrgKind.COMMITTEE}),
    Role.GROUP_HEAD: frozenset({OrgKind.GROUP}),
    Role.OFFICER: frozenset({OrgKind.GENERAL_BRANCH, OrgKind.COMMITTEE}),
    Role.ADMIN: frozenset({OrgKind.GENERAL_BRANCH, OrgKind.COMMITTEE}),
    Role.HELPER: frozenset({OrgKind.BRANCH, OrgKind.GROUP}),
}
#: The same handover within this time is a second press of the same button.
_SECOND_PRESS = timedelta(minutes=10)
#: What the former secretary may stay in the branch.
_STAYS = frozenset({Role.DEPUTY, Role.COMMITTEE})


@dataclass(frozen=True)
class HandedOver:
    """What a handover has changed; `former` is None where nobody was secretary."""

    organization: str
    former: str | None
    successor: str
    on: date


@dataclass(frozen=True)
class Choices:
    """What an actor may do about the roles of one organization, and whom the page offers, by name.

    `places` are (code, name) of the organization and its groups, `members` (number, name, group).
    """

    code: str
    name: str
    secretary: str | None
    may_hand_over: bool
    gives: tuple[Role, ...]
    places: tuple[tuple[str, str], ...]
    members: tuple[tuple[str, str, str | None], ...]
    held: tuple[role_periods.Held, ...]

    @property
    def by_number(self) -> bool:
        """Whether there are more people than a list holds, so that a number is typed instead."""
        return len(self.members) >= role_periods.SHOWN


def choices(actor: Actor, code: str, now: datetime) -> Choices:
    """Return what may be done about the roles of an organization.

    Raises:
        ServiceError: `not_found` for one that the actor does not lead.
    """
    today = civil_day(now)
    organization = _place(actor, None, code, today)
    path = organization.path
    may = {role for role, givers in _GIVERS.items() if tree.covers(prefixes(actor, givers, today), path)}
    mine = tree.covers(prefixes(actor, frozenset({Role.SECRETARY}), today), path)
    now_secretary = role_periods.secretaries(organization, today)
    return Choices(
        code=organization.code,
        name=organization.name,
        secretary=now_secretary[0].member.name if now_secretary else None,
        may_hand_over=Role.SECRETARY in may or mine,
        gives=tuple(role for role in Role if role in may - {Role.SECRETARY, Role.HELPER}),
        places=role_periods.places(organization),
        members=role_periods.people(organization, today),
        held=role_periods.of_organization(organization, today),
    )


def successor(actor: Actor, code: str, number: str, now: datetime) -> tuple[str, str]:
    """Return (number, name) of somebody who may become secretary of an organization.

    Raises:
        ServiceError: `not_found` for organizations out of reach and for people who do not belong to them.
    """
    today = civil_day(now)
    member = _candidate(number, _place(actor, None, code, today), today)
    return member.number, member.name


def appoint(
    actor: Actor,
    number: str,
    role: Role,
    code: str,
    now: datetime,
    *,
    title: str = "",
    until: date | None = None,
) -> None:
    """Give a member a role from today on; giving it again sets another end.

    A secretary is named by `hand_over`, so that a branch never has two.

    Raises:
        ServiceError: `not_found` for members and organizations out of reach, `forbidden` for a role that
            the actor may not give, `invalid` for one that is not held there or an end that lies behind.
    """
    today = civil_day(now)
    if role is Role.SECRETARY:
        raise invalid("role", "书记用「交接」来办。", "请打开「交接书记」，一步就好。")
    if until is not None and until < today:
        raise invalid("until", "截止的日子已经过了。", "请填今天或以后的日子。")
    with transaction():
        organization = _place(actor, role, code, today)
        member = _candidate(number, organization, today)
        role_periods.begin(member, role, organization, today, title=title, until=until)
        audit.record(actor, now, "role.given", "member", member.id, role=str(role), organization=code)


def end(actor: Actor, number: str, role: Role, code: str, now: datetime) -> None:
    """End a member's role at this moment (R113); what was done under it stays.

    Raises:
        ServiceError: as `appoint`; `nothing` when the member does not hold the role there.
    """
    today = civil_day(now)
    with transaction():
        organization = _place(actor, role, code, today)
        member = member_by_number(number)
        held = role_periods.running(member, role, organization, today)
        if held is None:
            raise ServiceError("nothing", f"{member.name}同志现在不担任{role.label}。", "不用再办。")
        role_periods.cease(held, today)
        audit.record(actor, now, "role.ended", "member", member.id, role=str(role), organization=code)


def hand_over(
    actor: Actor, code: str, number: str, now: datetime, *, stays: Role | None = None
) -> HandedOver:
    """Make a member the secretary of an organization and end the former secretary's role at this moment.

    The secretary does so for the own branch, an officer above for those below. `stays` is the role in
    which the former secretary goes on, if any.

    Raises:
        ServiceError: `not_found` for those who are not secretary there and for members of other branches,
            `invalid` for a role that a former secretary cannot stay in, `same` when the member is it already.
    """
    today = civil_day(now)
    if stays is not None and stays not in _STAYS:
        raise invalid("stays", "原书记只能留任副书记或支委。", "请重新选，或选「不再任职」。")
    with transaction():
        # Two handovers come one after the other, so that a branch never has two secretaries.
        if code.isprintable():
            hold(Organization, Organization.code == code)
        organization = _place(actor, Role.SECRETARY, code, today, also=frozenset({Role.SECRETARY}))
        successor = _candidate(number, organization, today)
        former = role_periods.secretaries(organization, today)
        if any(each.member_id == successor.id for each in former):
            raise ServiceError("same", f"{successor.name}同志已经是书记。", "不用再交接。")
        for each in former:
            role_periods.cease(each, today)
            if stays is not None:
                role_periods.begin(each.member, stays, organization, today)
        title = former[0].title if former else ""
        role_periods.begin(successor, Role.SECRETARY, organization, today, title=title)
        for lesser in (Role.DEPUTY, Role.COMMITTEE):
            held = role_periods.running(successor, lesser, organization, today)
            if held is not None:
                role_periods.cease(held, today)
        left = [each.member_id for each in former]
        audit.record(
            actor, now, "role.handed_over", "organization", code, former=left, successor=successor.id
        )
    return HandedOver(organization.name, former[0].member.name if former else None, successor.name, today)


def handed_already(actor: Actor, code: str, number: str, now: datetime) -> bool:
    """Whether this very handover was made by the actor a moment ago: the answer got lost, or a second press.

    The former secretary's rights are over by then, so that the press could only be refused.
    """
    row = (
        AuditLog.select(AuditLog.detail)
        .where(
            AuditLog.subject_kind == "organization",
            AuditLog.subject == code,
            AuditLog.action == "role.handed_over",
            AuditLog.actor == actor.member_id,
            AuditLog.at > now - _SECOND_PRESS,
        )
        .order_by(AuditLog.id.desc())
        .first()
        if code.isprintable() and number.isprintable()
        else None
    )
    if row is None or not row.detail:
        return False
    successor = Member.get_or_none(Member.number == number)
    return successor is not None and bool(json.loads(row.detail).get("successor") == successor.id)


def _place(
    actor: Actor, role: Role | None, code: str, today: date, also: frozenset[Role] = frozenset()
) -> Organization:
    """Return the organization, within reach of somebody who may give the role; None asks for no role."""
    organization = tree.named(code)
    if organization is None or not tree.covers(prefixes(actor, LEADING | ABOVE, today), organization.path):
        raise not_found("这个党组织", "请核对代码。")
    if role is None:
        return organization
    if not tree.covers(prefixes(actor, _GIVERS[role] | also, today), organization.path):
        raise ServiceError("forbidden", f"{role.label}要由上级党组织来定。", "请联系他们。", kind="forbidden")
    if organization.kind not in _PLACES[role]:
        raise invalid("role", f"{organization.name}没有{role.label}这个职务。", "请重新选。")
    return organization


def _candidate(number: str, organization: Organization, today: date) -> Member:
    """Return a member of the organization who is on the roster today."""
    member: Member | None = None
    if number.isprintable():
        member = (
            Member.select(Member, Organization)
            .join(Organization, on=(Member.branch == Organization.id))
            .where(Member.number == number, active(today))
            .first()
        )
    inside = member is not None and (
        member.branch.path.startswith(organization.path) or organization.path.startswith(member.branch.path)
    )
    if member is None or not inside:
        raise not_found(f"编号为 {number[:32]} 的党员")
    return member
