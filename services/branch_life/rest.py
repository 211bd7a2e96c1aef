"""F17: whether the service still serves anybody, read from what exists; nothing is kept for this question."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from models import Attendance, AuditLog, InboundMessage, LoginSession, RolePeriod, StudySession, WechatBinding
from models.terms import SessionState
from services import rulebook
from services.access import ABOVE, LEADING
from services.clock import civil_day, day_start
from services.periods import holds


def unused_since(now: datetime) -> date | None:
    """Return the day of the last use when the rules call that long ago, else None.

    A session, an entry, a scan, a message to the account or a member's login is a use. What comes in
    today is none, and no leader's login ever is: whoever looks in after a long time shall see the offer.
    """
    today = civil_day(now)
    since = day_start(today - timedelta(days=rulebook.current().cadence(today).idle_days))
    if _used(since, today):
        return None
    last = _last(today)
    return None if last is None else civil_day(last)


def _used(since: datetime, today: date) -> bool:
    """Ask the indexed and busy tables first: in daily life the first question is the only one."""
    before = day_start(today)
    questions = (
        _acts(before).where(AuditLog.at >= since),
        InboundMessage.select().where(InboundMessage.at >= since, InboundMessage.at < before),
        _sessions().where(StudySession.starts_at >= since),
        _scans(since),
        _logins(today).where(LoginSession.created_at >= since),
    )
    return any(question.exists() for question in questions)


def _last(today: date) -> datetime | None:
    before = day_start(today)
    found = [
        _acts(before).order_by(AuditLog.at.desc()).limit(1),
        _sessions().order_by(StudySession.starts_at.desc()).limit(1),
    ]
    moments = [getattr(row, "starts_at", None) or row.at for query in found for row in query]
    return max(moments) if moments else None


def _acts(before: datetime) -> Any:
    """What somebody has decided or entered; creating a session and calling a roll are among it."""
    return AuditLog.select(AuditLog.at).where(AuditLog.actor_kind != "system", AuditLog.at < before)


def _sessions() -> Any:
    held = StudySession.state.in_([SessionState.PUBLISHED, SessionState.REOPENED, SessionState.CONFIRMED])
    return StudySession.select(StudySession.starts_at).where(held)


def _scans(since: datetime) -> Any:
    """Scans lie around their session's start, which is indexed; a roll called later is an act above."""
    near = StudySession.starts_at >= since - timedelta(days=1)
    return Attendance.select().join(StudySession).where(near, Attendance.at >= since)


def _logins(today: date) -> Any:
    leaders = RolePeriod.select(RolePeriod.member).where(
        RolePeriod.role.in_(list(LEADING | ABOVE)), holds(RolePeriod, today)
    )
    theirs = WechatBinding.select(WechatBinding.openid).where(WechatBinding.member.in_(leaders))
    return LoginSession.select().where(
        LoginSession.openid.not_in(theirs), LoginSession.created_at < day_start(today)
    )
