"""Places in sessions to come, after a move: who has left a scope loses them, who came gets one.

What lies behind stays as it was, and so does every place that says more than 「还没到」. A place on a list
that somebody wrote by hand goes only when the member has left the organization that wrote it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from peewee import SQL, fn

from models import Attendance, Exemption, Leave, Member, Organization, StudySession
from models.terms import AttendanceStatus, DueScope, LeaveState, SessionState
from services.clock import civil_day
from services.periods import holds
from services.study import due

#: Places that nobody has said anything about yet, and those on leave: a leave falls with its place.
_OPEN = (AttendanceStatus.EXPECTED, AttendanceStatus.EXEMPT, AttendanceStatus.LEAVE)


def settle(numbers: Sequence[str], now: datetime) -> None:
    """Bring some members' places ahead in line with where they belong, inside the caller's transaction."""
    people = list(
        Member.select(Member, Organization)
        .join(Organization, on=(Member.branch == Organization.id))
        .where(Member.number.in_(list(numbers)))
    )
    if not people:
        return
    ids = [person.id for person in people]
    sessions = _ahead(people, ids, now)
    for session in sessions:
        _settle(session, people)
    _exempt(ids, [session.id for session in sessions])


def _ahead(people: list[Member], ids: list[int], now: datetime) -> list[StudySession]:
    """Return the published sessions ahead that the members have a place in, or may be due at now."""
    above = {int(part) for person in people for part in person.branch.path.split(".") if part}
    above |= {person.group_id for person in people if person.group_id}
    held = Attendance.select(Attendance.session).where(Attendance.member.in_(ids))
    return list(
        StudySession.select(StudySession, Organization)
        .join(Organization, on=(StudySession.organization == Organization.id))
        .where(
            StudySession.starts_at > now,
            StudySession.state == SessionState.PUBLISHED,
            StudySession.organization.in_(sorted(above)) | StudySession.id.in_(held),
        )
    )


def _settle(session: StudySession, people: list[Member]) -> None:
    ids = [person.id for person in people]
    belongs = due.in_scope(session, ids)
    if session.due_scope is DueScope.LIST:
        belongs = {person.id for person in people if _is_of(person, session)}
    gone = sorted(set(ids) - belongs)
    if gone:
        _withdraw(session, gone)
    if session.due_scope is not DueScope.LIST and belongs:
        due.lay_for(session, sorted(belongs))


def _is_of(person: Member, session: StudySession) -> bool:
    """Whether a member still belongs to the organization that put the names on its list."""
    left = person.active_to is not None and person.active_to < civil_day(session.starts_at)
    path = session.organization.path
    return not left and (person.branch.path.startswith(path) or path.startswith(person.branch.path))


def _withdraw(session: StudySession, members: list[int]) -> None:
    mine = (Attendance.session == session) & Attendance.member.in_(members)
    Attendance.delete().where(mine, Attendance.status.in_(list(_OPEN))).execute()
    Leave.update(state=LeaveState.WITHDRAWN).where(
        Leave.session == session,
        Leave.member.in_(members),
        Leave.state.in_([LeaveState.SUBMITTED, LeaveState.APPROVED]),
    ).execute()


def _exempt(members: list[int], sessions: list[int]) -> None:
    """Let the places ahead say whether the member is exempt on their day (R04, R22)."""
    if not sessions:
        return
    for is_exempt, before, after in (
        (True, AttendanceStatus.EXPECTED, AttendanceStatus.EXEMPT),
        (False, AttendanceStatus.EXEMPT, AttendanceStatus.EXPECTED),
    ):
        for session in StudySession.select().where(StudySession.id.in_(sessions)):
            exempt = fn.EXISTS(_exemption(civil_day(session.starts_at)))
            Attendance.update(status=after, due=not is_exempt).where(
                Attendance.session == session,
                Attendance.member.in_(members),
                Attendance.status == before,
                exempt if is_exempt else ~exempt,
            ).execute()


def _exemption(day: Any) -> Any:
    return Exemption.select(SQL("1")).where(Exemption.member == Attendance.member, holds(Exemption, day))
