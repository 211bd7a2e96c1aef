"""The page of a member: what each role may see, and what a secretary might think of (R33, R100, F01, F19)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from peewee import fn

from models import (
    Attendance,
    Exemption,
    Member,
    Organization,
    RebindRequest,
    RolePeriod,
    StudySession,
    Transfer,
)
from models.terms import AttendanceStatus, ExemptionKind, MemberCategory, RequestState, TransferState
from services import binding, hours, rulebook
from services.actor import Actor
from services.clock import civil_day
from services.hours import HoursView, Line
from services.members.edits import phone_of
from services.members.sight import Sight, find, sight
from services.moving import mobility
from services.moving.mobility import Away
from services.policy.contacts import long_away
from services.policy.rates import THERE

#: So many sessions of the own group does a group head see (RELIABILITY part 3).
_SHOWN = 50


@dataclass(frozen=True)
class Office:
    """An office that is or was held; `running` says that it is held today."""

    title: str
    organization: str
    starts: date
    ends: date | None
    running: bool


@dataclass(frozen=True)
class Exempted:
    """An exemption; `running` says that it holds today or later."""

    id: int
    kind: ExemptionKind
    starts: date
    ends: date | None
    decided_on: date
    running: bool


@dataclass(frozen=True)
class Came:
    """A session of the own group, and whether the member was there."""

    title: str
    starts_at: datetime
    status: AttendanceStatus


@dataclass(frozen=True)
class Kept:
    """What those who keep a member see. `phone`, `hours` and `lines` are for the branch's own leaders."""

    category: MemberCategory
    joined_on: date | None
    full_on: date | None
    active_from: date
    active_to: date | None
    offices: tuple[Office, ...]
    exemptions: tuple[Exempted, ...]
    away: Away | None
    transfer: str | None
    bound: bool
    new_phone: datetime | None
    phone: str | None
    hours: HoursView | None
    lines: tuple[Line, ...]
    long_unseen: date | None


@dataclass(frozen=True)
class Profile:
    """A member as this person may see them; `kept` is None for a group head, who sees `came`."""

    number: str
    name: str
    branch: str
    branch_code: str
    group: str | None
    active: bool
    sight: Sight
    kept: Kept | None
    came: tuple[Came, ...]


def one(actor: Actor, number: str, now: datetime) -> Profile:
    """Return a member as far as the actor may see them.

    Raises:
        ServiceError: `not_found` for unknown and foreign members alike.
    """
    today = civil_day(now)
    member = find(number)
    seen = sight(actor, member, today)
    return Profile(
        number=member.number,
        name=member.name,
        branch=member.branch.name,
        branch_code=member.branch.code,
        group=member.group.name if member.group_id else None,
        active=member.active_to is None or member.active_to >= today,
        sight=seen,
        kept=_kept(member, seen, now) if seen.keeps else None,
        came=() if seen.keeps else _came(member, now),
    )


def _kept(member: Member, seen: Sight, now: datetime) -> Kept:
    today = civil_day(now)
    asked = RebindRequest.select(RebindRequest.asked_at).where(
        RebindRequest.member == member, RebindRequest.state == RequestState.PENDING
    )
    newest = asked.order_by(RebindRequest.asked_at.desc()).first()
    moving = Transfer.get_or_none(Transfer.member == member, Transfer.state == TransferState.PROPOSED)
    away = mobility.of_member(member, now)
    return Kept(
        category=member.category,
        joined_on=member.joined_on,
        full_on=member.full_on,
        active_from=member.active_from,
        active_to=member.active_to,
        offices=_offices(member, today),
        exemptions=_exemptions(member, today),
        away=away,
        transfer=moving.key if moving is not None else None,
        bound=binding.is_bound(member),
        new_phone=newest.asked_at if newest is not None else None,
        phone=phone_of(member) if seen.inside else None,
        hours=hours.view(member, today.year, now) if seen.inside else None,
        lines=tuple(hours.lines(member, today.year)) if seen.inside else (),
        long_unseen=_long_unseen(member, today) if away is None and seen.inside else None,
    )


def _offices(member: Member, today: date) -> tuple[Office, ...]:
    query = (
        RolePeriod.select(RolePeriod.title, Organization.name, RolePeriod.starts, RolePeriod.ends)
        .join(Organization)
        .where(RolePeriod.member == member)
        .order_by(RolePeriod.starts.desc(), RolePeriod.id.desc())
    )
    # What was given and taken on one day has no day at all.
    rows = [row for row in query.tuples() if row[3] is None or row[3] >= row[2]]
    return tuple(
        Office(title, place, starts, ends, starts <= today and (ends is None or ends >= today))
        for title, place, starts, ends in rows
    )


def _exemptions(member: Member, today: date) -> tuple[Exempted, ...]:
    query = Exemption.select().where(Exemption.member == member).order_by(Exemption.starts.desc())
    return tuple(
        Exempted(
            row.id, row.kind, row.starts, row.ends, row.decided_on, row.ends is None or row.ends >= today
        )
        for row in query
    )


def _came(member: Member, now: datetime) -> tuple[Came, ...]:
    query = (
        Attendance.select(StudySession.title, StudySession.starts_at, Attendance.status)
        .join(StudySession)
        .where(
            Attendance.member == member,
            StudySession.organization == member.group_id,
            StudySession.starts_at <= now,
        )
        .order_by(StudySession.starts_at.desc())
        .limit(_SHOWN)
    )
    return tuple(Came(*row) for row in query.tuples())


def _long_unseen(member: Member, today: date) -> date | None:
    """Return the day since when nobody has seen a member, where that is long enough to ask (R33)."""
    rules = rulebook.current().mobile(today)
    seen = (
        Attendance.select(fn.MAX(StudySession.starts_at))
        .join(StudySession)
        .where(Attendance.member == member, Attendance.status.in_(list(THERE)))
        .tuples()
        .first()
    )
    missed = Attendance.select().where(
        Attendance.member == member,
        Attendance.status.in_([AttendanceStatus.ABSENT, AttendanceStatus.LEAVE]),
    )
    since = civil_day(seen[0]) if seen[0] is not None else member.active_from
    if not missed.exists() or not long_away(since, rules.away_months, today):
        return None
    return since
