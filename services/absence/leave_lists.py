"""The lists of 请假: what a member may file for, what a member filed, what waits for a decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models import Attendance, Leave, Member, Organization, StudySession
from models.terms import AttendanceStatus, LeaveKind, LeaveState, Role, SessionKind, SessionState
from services import deciders, rulebook
from services.actor import Actor
from services.clock import civil_day
from services.deciders import Desk
from services.policy.rates import THERE
from services.rows import named
from services.study import sessions

#: No list is longer than this (RELIABILITY part 3).
PAGE = 100
#: States in which a leave stands, decided or not.
OPEN = (LeaveState.SUBMITTED, LeaveState.APPROVED)
#: Places from which an approved leave leads to LEAVE; whoever came, came.
NOT_COME = (AttendanceStatus.EXPECTED, AttendanceStatus.ABSENT)
WHAT = "这份请假"
#: How many sessions a member is shown; more than a branch plans ahead.
_SHOWN = 12
#: Sessions whose attendance is not settled yet, so that leave may still be filed.
_UNSETTLED = (SessionState.PUBLISHED, SessionState.REOPENED)


@dataclass(frozen=True)
class OpenSession:
    """A session for which the member may file leave, or has filed it: `leave` says how that stands."""

    key: str
    title: str
    kind: SessionKind
    starts_at: datetime
    place: str | None
    credit: int
    state: SessionState
    status: AttendanceStatus
    leave: LeaveState | None

    @property
    def may_file(self) -> bool:
        """Whether a leave can be filed now: nobody came, and none is open."""
        return self.status in NOT_COME and self.leave not in OPEN


@dataclass(frozen=True)
class MyLeave:
    """A leave as its owner reads it. `cancelled` says that the session was, so that no leave is needed."""

    key: str
    session_key: str
    title: str
    starts_at: datetime
    kind: LeaveKind
    words: str | None
    late: bool
    state: LeaveState
    cancelled: bool
    reason: str | None
    decided_by: str | None
    may_withdraw: bool


@dataclass(frozen=True)
class Waiting:
    """A leave that waits for a decision; what an approver filed is decided already."""

    key: str
    number: str
    name: str
    group: str | None
    title: str
    starts_at: datetime
    kind: LeaveKind
    words: str | None
    late: bool
    filed_at: datetime


def desk(actor: Actor, now: datetime) -> Desk:
    """Return whose leaves an actor decides: a branch's leaders, and group heads where the rules say so."""
    day = civil_day(now)
    heads = (Role.GROUP_HEAD,) if rulebook.current().leave(day).group_heads else ()
    return deciders.desk(actor, day, *heads)


def open_sessions(member: Member, now: datetime) -> list[OpenSession]:
    """Return the sessions at which the member is due and which are not confirmed yet, the earliest first.

    Sessions with a leave stay in the list, so that its numbers in the chat stay what they were.
    """
    places = (
        Attendance.select(Attendance, StudySession)
        .join(StudySession)
        .where(
            Attendance.member == member,
            Attendance.due == True,  # noqa: E712 - a column, not a Python value
            StudySession.state.in_(_UNSETTLED),
        )
        .order_by(StudySession.starts_at, StudySession.id)
        .limit(_SHOWN)
    )
    filed = Leave.select(Leave.session, Leave.state).where(Leave.member == member)
    states: dict[int, LeaveState] = dict(filed.tuples())
    return [_open_session(row, states.get(row.session_id), now) for row in places]


def of_member(member: Member, now: datetime) -> list[MyLeave]:  # noqa: ARG001 - every verb takes it
    """Return a member's leaves, the latest session first; whoever came reads that the leave is void."""
    decider = Member.alias()
    query = (
        Leave.select(
            Leave.key, StudySession.key, StudySession.title, StudySession.starts_at, Leave.kind, Leave.words,
            Leave.late, Leave.state, StudySession.state, Leave.reason, decider.name, Attendance.status,
        )
        .join(StudySession)
        .join(
            Attendance,
            "LEFT JOIN",
            on=((Attendance.session == StudySession.id) & (Attendance.member == Leave.member)),
        )
        .join(decider, "LEFT JOIN", on=(Leave.decided_by == decider.id))
        .where(Leave.member == member)
        .order_by(StudySession.starts_at.desc(), Leave.id.desc())
        .limit(PAGE)
    )  # fmt: skip
    return [_my_leave(row) for row in query.tuples()]


def waiting(actor: Actor, now: datetime) -> list[Waiting]:
    """Return the leaves that this person may decide, by the session's time and the member's name (F02)."""
    branch, group = Organization.alias(), Organization.alias()
    condition = deciders.lying_on(desk(actor, now), branch, group)
    if condition is None:
        return []
    query = (
        Leave.select(
            Leave.key, Member.number, Member.name, group.name, StudySession.title, StudySession.starts_at,
            Leave.kind, Leave.words, Leave.late, Leave.filed_at,
        )
        .join(Member, on=(Leave.member == Member.id))
        .join(branch, on=(Member.branch == branch.id))
        .join(group, "LEFT JOIN", on=(Member.group == group.id))
        .join(StudySession, on=(Leave.session == StudySession.id))
        .where(condition, Leave.state == LeaveState.SUBMITTED)
        .order_by(StudySession.starts_at, Member.name, Member.number)
        .limit(PAGE)
    )  # fmt: skip
    return [Waiting(*row) for row in query.tuples()]


def load(key: str) -> Leave:
    """Return a leave with its session.

    Raises:
        ServiceError: `not_found`, also for what no key looks like.
    """
    leave: Leave = named(Leave.select(Leave, StudySession).join(StudySession), key, WHAT)
    return leave


def find(actor: Actor, key: str, now: datetime) -> Leave:
    """Return a leave that this person may decide, with its member and session, for the page that asks.

    Raises:
        ServiceError: `not_found` for outsiders, `own`.
    """
    leave = load(key)
    deciders.require(desk(actor, now), leave.member, WHAT)
    return leave


def _open_session(row: Attendance, leave: LeaveState | None, now: datetime) -> OpenSession:
    held = row.session
    return OpenSession(
        held.key, held.title, held.kind, held.starts_at, held.place, held.credit,
        sessions.state_of(held, now), row.status, leave,
    )  # fmt: skip


def _my_leave(row: tuple[Any, ...]) -> MyLeave:
    key, session, title, starts_at, kind, words, late, state, held, reason, decided_by, status = row
    cancelled = held is SessionState.CANCELLED
    if state in OPEN and (cancelled or status in THERE):
        # Nothing is written when somebody on leave comes after all: the check-in must stay one statement.
        state = LeaveState.VOID
    may_withdraw = state in OPEN and not (state is LeaveState.APPROVED and held is SessionState.CONFIRMED)
    return MyLeave(
        key, session, title, starts_at, kind, words, late, state, cancelled, reason, decided_by, may_withdraw
    )
