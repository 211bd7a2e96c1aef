"""Who is due at a session: places are laid out when it is published, in one statement (R04, R22, R28)."""

from __future__ import annotations

from typing import Any

from peewee import SQL, Case, Value, fn

from models import Attendance, Exemption, Member, Organization, RolePeriod, StudySession
from models.terms import AttendanceStatus, DueScope, OrgKind
from services.clock import civil_day
from services.periods import active, holds
from services.policy.required import COMMITTEE_ROLES


def lay_places(session: StudySession) -> int:
    """Lay out a place for everybody in the session's scope and return their number.

    Members with an exemption on that day get an EXEMPT place that is not due; they may come and
    are credited all the same.
    """
    if session.due_scope is DueScope.LIST:
        return 0
    return _insert(session, _in_scope(session))


def lay_list(session: StudySession, members: list[Member]) -> int:
    """Lay out places for the members of a list and return how many there are."""
    return _insert(session, Member.id.in_([member.id for member in members]))


def in_scope(session: StudySession, members: list[int]) -> set[int]:
    """Return which of these members belong to the session's scope as it is today; nobody for a list."""
    if session.due_scope is DueScope.LIST:
        return set()
    found = Member.select(Member.id).where(_in_scope(session), Member.id.in_(members)).tuples()
    return {member for (member,) in found}


def lay_for(session: StudySession, members: list[int]) -> None:
    """Lay out places for members who came into the scope after it was published."""
    _insert(session, Member.id.in_(members))


def _in_scope(session: StudySession) -> Any:
    day = civil_day(session.starts_at)
    organization = session.organization
    there = active(day)
    if session.due_scope is DueScope.COMMITTEE:
        holders = RolePeriod.select(RolePeriod.member).where(
            RolePeriod.organization == organization,
            RolePeriod.role.in_(list(COMMITTEE_ROLES)),
            holds(RolePeriod, day),
        )
        return there & Member.id.in_(holders)
    if organization.kind is OrgKind.GROUP:
        return there & (Member.group == organization)
    below = Organization.select(Organization.id).where(Organization.path.startswith(organization.path))
    return there & Member.branch.in_(below)


def _insert(session: StudySession, condition: Any) -> int:
    day = civil_day(session.starts_at)
    exempt = fn.EXISTS(Exemption.select(SQL("1")).where(Exemption.member == Member.id, holds(Exemption, day)))
    status = Case(None, [(exempt, str(AttendanceStatus.EXEMPT))], str(AttendanceStatus.EXPECTED))
    rows = Member.select(
        Value(session.organization_id),
        Value(session.id),
        Member.id,
        status,
        Case(None, [(exempt, False)], True),
    ).where(condition)
    Attendance.insert_from(
        rows, [Attendance.branch, Attendance.session, Attendance.member, Attendance.status, Attendance.due]
    ).on_conflict_ignore().execute()
    return int(Attendance.select().where(Attendance.session == session).count())
