"""Who came: the roll of one session, and of all sessions of a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models import Attendance, Member, Organization, StudySession
from models.terms import AttendanceSource, AttendanceStatus, SessionKind, SessionState
from services import access, audit, scope, tree
from services.access import Rights
from services.actor import Actor
from services.clock import civil_day, day_start
from services.errors import not_found
from services.study import sessions
from services.transaction import transaction

_HELD = (SessionState.PUBLISHED, SessionState.REOPENED, SessionState.CONFIRMED)


@dataclass(frozen=True)
class Place:
    """One member at one session; `hours` is the session's credit in hundredths."""

    starts_at: datetime
    title: str
    kind: SessionKind
    hours: int
    group: str | None
    name: str
    number: str
    status: AttendanceStatus
    source: AttendanceSource | None
    at: datetime | None


@dataclass(frozen=True)
class Attended:
    """The places of a session or a month, by time, group and name."""

    organization: str
    title: str
    places: tuple[Place, ...]


def of_session(actor: Actor, key: str, now: datetime) -> Attended:
    """Return a session's roll as far as the actor reaches: a group head gets the own group (R100).

    Who runs the session gets the whole roll, also those who have moved to another branch since.

    Raises:
        ServiceError: `not_found` for an unknown session and for one of somebody else's.
    """
    session, rights = reached(actor, key, now)
    branch = Organization.alias()
    with transaction():
        query = _places().join_from(Member, branch, on=(Member.branch == branch.id))
        query = query.where(Attendance.session == session)
        if not rights.manage:
            query = query.where(tree.below(rights.prefixes, branch, scope.GROUP))
        rows = query.tuples()
        found = Attended(session.organization.name, session.title, tuple(Place(*row) for row in rows))
        audit.record(actor, now, "export.made", "session", session.key, table="attendance")
    return found


def reached(actor: Actor, key: str, now: datetime) -> tuple[StudySession, Rights]:
    """Return a session and what the actor may do there.

    Raises:
        ServiceError: `not_found` as in `of_session`.
    """
    session = sessions.find(key)
    rights = access.session_rights(actor, session.organization.path, civil_day(now))
    if not rights.prefixes:
        raise not_found("这次学习")
    return session, rights


def of_month(actor: Actor, code: str | None, year: int, month: int, now: datetime) -> Attended:
    """Return the rolls of a branch's sessions, those of its groups among them, that began in a month.

    They are whole: who has moved to another branch since was there all the same.

    Raises:
        ServiceError: `not_found` for another branch.
    """
    branch = scope.branch_of(actor, code, civil_day(now))
    first, after = date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    held = (
        StudySession.select(StudySession.id)
        .join(Organization)
        .where(
            Organization.path.startswith(branch.path),
            StudySession.starts_at >= day_start(first),
            StudySession.starts_at < day_start(after),
            StudySession.state.in_(_HELD),
        )
    )
    with transaction():
        rows = _places().where(Attendance.session.in_(held)).tuples()
        found = Attended(branch.name, f"{year}年{month}月", tuple(Place(*row) for row in rows))
        scope.note(actor, now, "attendance", branch, month=f"{year}-{month:02}")
    return found


def _places() -> Any:
    group = scope.GROUP
    return (
        Attendance.select(
            StudySession.starts_at,
            StudySession.title,
            StudySession.kind,
            StudySession.credit,
            group.name,
            Member.name,
            Member.number,
            Attendance.status,
            Attendance.source,
            Attendance.at,
        )
        .join(StudySession)
        .switch(Attendance)
        .join(Member, on=(Attendance.member == Member.id))
        .left_outer_join(group, on=(Member.group == group.id))
        .order_by(
            StudySession.starts_at,
            StudySession.id,
            group.name.asc(nulls="LAST"),
            Member.name,
            Member.number,
        )
    )
