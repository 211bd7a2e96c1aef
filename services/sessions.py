"""The life of a session up to its end: planned, published, moved, closed, cancelled (DOMAIN part 5)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from models import Attendance, Member, Organization, StudySession, database
from models.terms import SessionState
from services import absences, audit, due, rulebook, session_plan
from services.access import reachable_members, require_manage
from services.actor import Actor
from services.clock import civil_day, seconds
from services.errors import ServiceError, invalid, not_found
from services.policy import window
from services.policy.rates import THERE
from services.reminders import events
from services.session_plan import SessionPlan, check_times, credit_of
from services.transaction import transaction
from services.words import words

__all__ = [
    "SessionPlan",
    "cancel",
    "check",
    "close",
    "create",
    "find",
    "find_to_change",
    "member_by_number",
    "move",
    "publish",
    "publish_new",
    "state_of",
    "words",
]

_KEY = re.compile(r"[0-9a-z]{10}")


def find(key: str) -> StudySession:
    """Return a session by its key.

    Raises:
        ServiceError: `not_found`.
    """
    _require_key(key)
    session = (
        StudySession.select(StudySession, Organization)
        .join(Organization)
        .where(StudySession.key == key)
        .first()
    )
    if session is None:
        raise not_found("这次学习")
    return session


def find_to_change(key: str) -> StudySession:
    """Return a session whose row nobody else changes until this transaction ends.

    On PostgreSQL a scan and a confirmation wait for each other at this row, so that nobody is signed
    into a session whose hours are posted already; SQLite has one writer at a time anyway.

    Raises:
        ServiceError: `not_found`.
    """
    _require_key(key)
    if database.obj.server:
        locked = StudySession.select(StudySession.id).where(StudySession.key == key)
        locked.for_update("FOR NO KEY UPDATE").execute()
    return find(key)


def _require_key(key: str) -> None:
    """Refuse what no key looks like before a database is asked, for the two refuse it in different ways."""
    if not _KEY.fullmatch(key):
        raise not_found("这次学习")


def state_of(session: StudySession, now: datetime) -> SessionState:
    """Return the state that people see at a moment."""
    rules = rulebook.current().checkin(civil_day(session.starts_at))
    return window.state_at(
        session.state,
        seconds(session.starts_at),
        seconds(session.ends_at),
        seconds(session.closed_at) if session.closed_at else None,
        open_before=rules.open_before,
        now=seconds(now),
    )


def create(actor: Actor, plan: SessionPlan, now: datetime) -> StudySession:
    """Write a session down as a draft.

    Raises:
        ServiceError: `invalid` with the value that cannot be, `not_found` for a foreign organization.
    """
    organization = _organization(plan.organization)
    with transaction():
        rights = require_manage(actor, organization.path, civil_day(now))
        session = StudySession.create(
            **session_plan.columns(plan, organization, actor, now), created_by=actor.member_id
        )
        if plan.due_list:
            due.lay_list(session, reachable_members(rights, plan.due_list))
        audit.record(actor, now, "session.created", "session", session.key)
    return session


def check(actor: Actor, plan: SessionPlan, now: datetime) -> None:
    """Refuse a plan that `create` would refuse, writing nothing; the members of a list are not looked at."""
    organization = _organization(plan.organization)
    require_manage(actor, organization.path, civil_day(now))
    session_plan.columns(plan, organization, actor, now)


def publish(actor: Actor, key: str, now: datetime) -> StudySession:
    """Publish a draft: from now on it can be signed, and everybody due has a place in it.

    Raises:
        ServiceError: `wrong_state` when it is no draft any more.
    """
    with transaction():
        session = find_to_change(key)
        require_manage(actor, session.organization.path, civil_day(now))
        if session.state is not SessionState.DRAFT:
            raise ServiceError("wrong_state", f"这次学习{session.state.label}，不用再发布。")
        session.state = SessionState.PUBLISHED
        # A draft is entered when it is published: from then on its day of grace runs (confirm_overdue).
        session.created_at = now
        session.save(only=[StudySession.state, StudySession.created_at])
        due.lay_places(session)
        audit.record(actor, now, "session.published", "session", session.key)
    return session


def publish_new(actor: Actor, plan: SessionPlan, now: datetime) -> StudySession:
    """Create and publish in one step."""
    with transaction():
        return publish(actor, create(actor, plan, now).key, now)


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
        session = find_to_change(key)
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
    state = state_of(session, now)
    if state not in {SessionState.DRAFT, SessionState.PUBLISHED, SessionState.OPEN}:
        raise ServiceError("wrong_state", f"这次学习{state.label}，不能改时间地点。", "要再办一次，请新建。")
    if now >= session.starts_at:
        hint = "没有开成的，请取消后重新建一次。"
        raise ServiceError("wrong_state", "这次学习的开始时间已经过了，不能改。", hint)


def _moved(
    session: StudySession, starts_at: datetime, minutes: int | None, place: str | None, now: datetime
) -> dict[str, object]:
    """Check the new time and place and return the columns that they give."""
    had = int((session.ends_at - session.starts_at).total_seconds()) // 60
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
    credit = session.credit
    # What the branch has set otherwise is the branch's word, whatever the length.
    if session.credit_reason is None and credit == credit_of(had, civil_day(session.starts_at)):
        credit = credit_of(minutes, civil_day(starts_at))
    return {
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes),
        "place": session.place if place is None else (words(place, 50, "地点") if place.strip() else None),
        "credit": credit,
    }


def close(actor: Actor, key: str, now: datetime) -> StudySession:
    """Close the door before the planned end (the chair's word)."""
    with transaction():
        session = find_to_change(key)
        require_manage(actor, session.organization.path, civil_day(now))
        if state_of(session, now) is SessionState.OPEN:
            session.closed_at = now
            session.save(only=[StudySession.closed_at])
            audit.record(actor, now, "session.closed", "session", session.key)
    return session


def cancel(actor: Actor, key: str, now: datetime, reason: str | None = None) -> StudySession:
    """Cancel a session that has not ended: no credit for anybody. A second time changes nothing.

    Raises:
        ServiceError: `wrong_state` once it has ended or was confirmed.
    """
    with transaction():
        session = find_to_change(key)
        require_manage(actor, session.organization.path, civil_day(now))
        if session.state is SessionState.CANCELLED:
            return session
        published = session.state is not SessionState.DRAFT
        if state_of(session, now) not in {SessionState.DRAFT, SessionState.PUBLISHED, SessionState.OPEN}:
            raise ServiceError(
                "wrong_state", "这次学习已经结束，不能取消。", "如果登记有误，请上级党务干部退回重核。"
            )
        session.state = SessionState.CANCELLED
        session.save(only=[StudySession.state])
        absences.cancel(session)
        why = words(reason, 200, "原因") if reason else None
        audit.record(actor, now, "session.cancelled", "session", session.key, reason=why)
        if published:
            events.cancelled(session, now)
    return session


def _organization(code: str) -> Organization:
    organization = Organization.get_or_none(Organization.code == code) if code.isprintable() else None
    if organization is None:
        raise not_found("这个党组织", "请核对代码。")
    return organization


def member_by_number(number: str) -> Member:
    """Return a member by number.

    Raises:
        ServiceError: `not_found`.
    """
    member = Member.get_or_none(Member.number == number) if number.isprintable() else None
    if member is None:
        raise not_found(f"编号为 {number} 的党员")
    return member
