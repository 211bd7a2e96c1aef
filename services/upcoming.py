"""What lies ahead of a member: the sessions with a place for them (R92 shows the same)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models import Attendance, Member, StudySession
from models.terms import AttendanceStatus, SessionKind, SessionState


@dataclass(frozen=True)
class Ahead:
    """A session that has not ended, and the member's place in it; `credit` is in hundredths."""

    key: str
    title: str
    kind: SessionKind
    starts_at: datetime
    ends_at: datetime
    place: str | None
    credit: int
    status: AttendanceStatus


def ahead_of(member: Member, now: datetime, limit: int = 3) -> list[Ahead]:
    """Return the sessions that a member has a place in and that have not ended, the next one first."""
    query = (
        Attendance.select(
            StudySession.key,
            StudySession.title,
            StudySession.kind,
            StudySession.starts_at,
            StudySession.ends_at,
            StudySession.place,
            StudySession.credit,
            Attendance.status,
        )
        .join(StudySession)
        .where(
            Attendance.member == member,
            StudySession.state == SessionState.PUBLISHED,
            StudySession.closed_at.is_null(),
            StudySession.ends_at >= now,
        )
        .order_by(StudySession.starts_at)
        .limit(limit)
    )
    return [Ahead(*row) for row in query.tuples()]
