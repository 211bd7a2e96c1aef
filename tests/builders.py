"""Builders that service tests share: the tree of a district, its members, a session of theirs, a scan."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import (
    Attendance,
    Exemption,
    HourEntry,
    Member,
    Organization,
    RolePeriod,
    StudySession,
    WechatBinding,
)
from models.terms import (
    Area,
    AttendanceStatus,
    ExemptionKind,
    MemberCategory,
    OrgKind,
    Role,
    Sector,
    SessionKind,
    SessionState,
)
from services.actor import OPERATOR, Actor, member_actor
from services.arrival import checkin, codes
from services.arrival.checkin import CheckIn
from services.clock import ZONE
from services.errors import ServiceError
from services.integrity import verify
from services.roll import attendance
from services.study import sessions
from services.study.session_plan import SessionPlan
from tests.kept import laid

#: A session of the tests begins on this Saturday at ten.
START = datetime(2026, 11, 21, 10, 0, tzinfo=ZONE)
BEFORE = START - timedelta(days=3)


def minutes(count: float) -> datetime:
    """Return the moment so many minutes after the usual start."""
    return START + timedelta(minutes=count)


def organization(
    code: str, kind: OrgKind = OrgKind.BRANCH, parent: Organization | None = None, **columns: Any
) -> Organization:
    """Make an organization at its place in the tree."""
    made = Organization.create(
        code=code, name=f"党组织{code}", kind=kind, parent=parent, sector=Sector.COMMUNITY, **columns
    )
    made.path = f"{parent.path if parent else ''}{made.id}."
    made.save(only=[Organization.path])
    return made


def member(number: str, branch: Organization, group: Organization | None = None, **columns: Any) -> Member:
    """Make a member who has belonged to the branch for long, unless the columns say otherwise."""
    values: dict[str, Any] = {
        "name": f"党员{number}",
        "category": MemberCategory.IN_SERVICE,
        "joined_on": date(2010, 7, 1),
        "full_on": date(2011, 7, 1),
        "active_from": date(2010, 7, 1),
    }
    return Member.create(number=number, branch=branch, group=group, **(values | columns))


def role(
    holder: Member,
    which: Role,
    where: Organization,
    starts: date = date(2020, 1, 1),
    ends: date | None = None,
) -> None:
    """Give a member a role."""
    RolePeriod.create(
        member=holder, role=which, title=which.label, organization=where, starts=starts, ends=ends
    )


def exempt(
    who: Member,
    kind: ExemptionKind = ExemptionKind.NOT_REQUIRED,
    starts: date = date(2020, 1, 1),
    ends: date | None = None,
) -> None:
    """Exempt a member."""
    Exemption.create(member=who, kind=kind, starts=starts, ends=ends, decided_on=starts)


def bound(who: Member, openid: str | None = None) -> str:
    """Bind an account to a member and return it."""
    account = openid or f"o-{who.number}"
    WechatBinding.create(openid=account, member=who, bound_at=BEFORE)
    return account


@dataclass(frozen=True)
class District:
    """A committee with two branches; the first has two groups, leaders, and four plain members."""

    committee: Organization
    branch: Organization
    group: Organization
    other_group: Organization
    neighbour: Organization
    secretary: Member
    head: Member
    officer: Member
    stranger: Member
    zhang: Member
    li: Member
    wang: Member
    old: Member

    @property
    def leader(self) -> Actor:
        """The branch's secretary as somebody who acts."""
        return member_actor(self.secretary.id)

    @property
    def headman(self) -> Actor:
        """The head of the first group."""
        return member_actor(self.head.id)

    @property
    def above(self) -> Actor:
        """The officer of the committee."""
        return member_actor(self.officer.id)

    @property
    def outsider(self) -> Actor:
        """The neighbour branch's secretary."""
        return member_actor(self.stranger.id)


def district() -> District:
    """Make the district.

    In the first branch: S1 secretary, H1 head of the first group, M1 and M2 of the first group, M3 of
    the second, M4 old and not required. The officer O1 and the secretary N1 belong to the neighbour.
    """
    return laid("district", _district)


def _district() -> District:
    committee = organization("DW", OrgKind.COMMITTEE)
    branch = organization("ZB1", parent=committee, has_committee=True)
    group = organization("ZB1X1", OrgKind.GROUP, branch)
    other_group = organization("ZB1X2", OrgKind.GROUP, branch)
    neighbour = organization("ZB2", parent=committee)
    secretary, head = member("S1", branch, other_group), member("H1", branch, group)
    officer, stranger = member("O1", neighbour), member("N1", neighbour)
    zhang, li = member("M1", branch, group), member("M2", branch, group)
    wang = member("M3", branch, other_group)
    old = member("M4", branch, other_group, category=MemberCategory.RETIRED)
    role(secretary, Role.SECRETARY, branch)
    role(head, Role.GROUP_HEAD, group)
    role(officer, Role.OFFICER, committee)
    role(stranger, Role.SECRETARY, neighbour)
    exempt(old)
    return District(
        committee,
        branch,
        group,
        other_group,
        neighbour,
        secretary,
        head,
        officer,
        stranger,
        zhang,
        li,
        wang,
        old,
    )


def named(field: District) -> District:
    """Give the district's people names as a roster takes them: letters and 汉字 alone."""
    names = {"S1": "员书记", "H1": "员组长", "M1": "员甲", "M2": "员乙", "M3": "员丙", "M4": "员丁"}
    for number, name in names.items():
        Member.update(name=name).where(Member.number == number).execute()
    return field


def plan(where: Organization, **changes: Any) -> SessionPlan:
    """Plan 90 minutes of a theme day at the usual start."""
    values: dict[str, Any] = {
        "organization": where.code,
        "kind": SessionKind.THEME_DAY,
        "title": "学习党章",
        "starts_at": START,
        "minutes": 90,
        "areas": (Area.RULES,),
    }
    return SessionPlan(**(values | changes))


def published(where: Organization, at: datetime = BEFORE, **changes: Any) -> str:
    """Publish a session and return its key."""
    return str(sessions.publish_new(OPERATOR, plan(where, **changes), at).key)


def confirmed(where: Organization, came: list[str], hours: str = "1.5", **changes: Any) -> str:
    """Hold a session of so many hours with these members and confirm it the next day."""
    start = changes.pop("starts_at", START)
    key = published(where, start - timedelta(days=3), starts_at=start, credit=Decimal(hours), **changes)
    after = start + timedelta(hours=11)
    if came:
        attendance.call_roll(OPERATOR, key, AttendanceStatus.PRESENT, came, after)
    attendance.confirm(OPERATOR, key, after)
    return key


def scan(openid: str, key: str, at: datetime) -> CheckIn:
    """Scan the session's QR at a moment."""
    return checkin.arrive(openid, codes.Proof(key, "QR"), at, at)


def places(key: str) -> dict[str, AttendanceStatus]:
    """Return every place of a session by the member's number."""
    return {place.number: place.status for place in attendance.roll(key, START).places}


def place_of(key: str, who: Member) -> Attendance:
    """Return one member's place."""
    return (
        Attendance.select().join(StudySession).where(StudySession.key == key, Attendance.member == who).get()
    )


def entries(who: Member) -> list[tuple[int, str, int]]:
    """Return a member's ledger as (year, source, hundredths), in the order of writing."""
    rows = HourEntry.select().where(HourEntry.member == who).order_by(HourEntry.id)
    return [(row.year, str(row.source), row.hours) for row in rows]


def state(key: str) -> SessionState:
    """Return the stored state of a session."""
    found: SessionState = sessions.find(key).state
    return found


@contextmanager
def refused(code: str) -> Iterator[None]:
    """Expect a refusal of this code, with words for a person."""
    with pytest.raises(ServiceError) as caught:
        yield
    assert caught.value.code == code, f"{caught.value.code}: {caught.value}"
    assert caught.value.message


def sound() -> None:
    """Hold that every integrity rule is met."""
    assert verify.verify().faults == []
