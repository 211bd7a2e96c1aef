"""A session at another time or place: who is due stays due, and those expected are told (DOMAIN part 5)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from models import Attendance, StudySession
from models.terms import SessionState
from services import audit
from services.access import require_manage
from services.actor import Actor
from services.clock import civil_day, seconds
from services.errors import ServiceError, invalid
from services.policy.rates import THERE
from services.reminders import events
from services.study import sessions
from services.study.session_plan import check_times, credit_of, length_of, spans
from services.transaction import transaction
from services.words import words


def move(  # noqa: PLR0917 - who, what, to when, how long, where, at which moment
    actor: Actor, key: str, starts_at: datetime, minutes: int | None, place: str | None, now: datetime
) -> StudySession:
    """Hold a session at another time or place. The same once more changes nothing.

    Who is due stays due, leaves stay valid, codes and the door follow the new time, and those expected are
    told. The hours are those of the new length, unless the branch had set them otherwise (R06).

    Args:
        actor: who runs the session.
        key: of the session.
        starts_at: the new start, or the present one.
        minutes: the new length; None keeps it.
        place: the new place, empty for none; None keeps it.
        now: this moment.

    Raises:
        ServiceError: `wrong_state` once it has begun, was closed or cancelled; `signed` when somebody has
            signed already and the time would change; `start`, `minutes`, `text` for what cannot be.
    """
    starts_at = starts_at.replace(microsecond=0)
    with transaction():
        session = sessions.find_to_change(key)
        require_manage(actor, session.organization.path, civil_day(now))
        _require_movable(session, now)
        was, was_at = session.starts_at, session.place
        columns = _moved(session, starts_at, minutes, place, now)
        if all(getattr(session, name) == value for name, value in columns.items()):
            return session
        for name, value in columns.items():
            setattr(session, name, value)
        session.save(only=[getattr(StudySession, name) for name in columns])
        audit.record(
            actor, now, "session.rescheduled", "session", session.key,
            was=seconds(was), starts=seconds(starts_at), ends=seconds(session.ends_at),
        )  # fmt: skip
        elsewhere = was_at != session.place
        if session.state is SessionState.PUBLISHED and (starts_at != was or elsewhere):
            events.moved(session, was, now, was_at if elsewhere else None)
    return session


def _require_movable(session: StudySession, now: datetime) -> None:
    state = sessions.state_of(session, now)
    if state not in {SessionState.DRAFT, SessionState.PUBLISHED, SessionState.OPEN}:
        raise ServiceError("wrong_state", f"这次学习{state.label}，不能改时间地点。", "要再办一次，请新建。")
    if now >= session.starts_at:
        hint = "没有开成的，请取消后重新建一次。"
        raise ServiceError("wrong_state", "这次学习的开始时间已经过了，不能改。", hint)


def _moved(
    session: StudySession, starts_at: datetime, minutes: int | None, place: str | None, now: datetime
) -> dict[str, object]:
    """Check the new time and place and return the columns that they give."""
    had = length_of(session)
    minutes = had if minutes is None else minutes
    check_times(starts_at, minutes, now)
    if starts_at <= now:
        hint = "请填以后的时间；已经开过的，请新建时补登。"
        raise invalid("start", "新的开始时间已经过了。", hint)
    there = Attendance.session == session, Attendance.status.in_(list(THERE))
    signed = Attendance.select().where(*there).count() if starts_at != session.starts_at else 0
    if signed:
        hint = "请先在点名里撤回，再改时间。"
        raise ServiceError("signed", f"已经有 {signed} 位同志签到，不能改时间。", hint)
    credit, reason = session.credit, session.credit_reason
    # What the branch has set otherwise is the branch's word, whatever the length; half a day is not, once the
    # session has become too short for it.
    by_length = reason is None and credit == credit_of(had, civil_day(session.starts_at))
    if by_length or _too_short(reason, minutes, civil_day(starts_at)):
        credit, reason = credit_of(minutes, civil_day(starts_at)), None
    return {
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes),
        "place": session.place if place is None else (words(place, 50, "地点") if place.strip() else None),
        "credit": credit,
        "credit_reason": reason,
    }


def _too_short(reason: str | None, minutes: int, day: date) -> bool:
    return any(rule.reason == reason and minutes < rule.minutes for rule in spans(day))
