"""Who came: the roll call, the confirmation that posts the hours, and taking it back (R24–R28, R110)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from models import Attendance, Member, Organization, StudySession
from models.terms import AttendanceSource, AttendanceStatus, SessionState
from services import audit, points, rulebook
from services.access import reachable_members, require_manage, session_rights
from services.actor import SYSTEM, Actor
from services.arrival import codes
from services.clock import civil_day, seconds
from services.errors import ServiceError, invalid, not_found
from services.policy import rates
from services.policy.amounts import hours as as_hours
from services.roll import marking, posting
from services.roll.marking import Mark
from services.study import consequences, sessions
from services.transaction import transaction
from services.words import words


@dataclass(frozen=True)
class Place:
    """One member's place, as the roll shows it."""

    number: str
    name: str
    group: str | None
    status: AttendanceStatus
    due: bool
    source: AttendanceSource | None
    at: datetime | None
    half: int | None = None
    by: int | None = None


@dataclass(frozen=True)
class Roll:
    """A session with everybody in it; `rate` is per cent of those due, None when nobody was due (R28)."""

    session: StudySession
    state: SessionState
    due: int
    present: int
    rate: Decimal | None
    rate_without_leave: Decimal | None
    places: tuple[Place, ...]


def roll(key: str, now: datetime) -> Roll:
    """Return a session's roll, by group and name (F02: never by an amount)."""
    session = sessions.find(key)
    group = Organization.alias()
    query = (
        Attendance.select(
            Member.number,
            Member.name,
            group.name,
            Attendance.status,
            Attendance.due,
            Attendance.source,
            Attendance.at,
            Attendance.half,
            Attendance.by,
        )
        .join(Member, on=(Attendance.member == Member.id))
        .left_outer_join(group, on=(Member.group == group.id))
        .where(Attendance.session == session)
        .order_by(group.name.asc(nulls="LAST"), Member.name, Member.number)
    )
    places = tuple(Place(*row) for row in query.tuples())
    counts: dict[str, int] = {}
    for place in places:
        if place.due:
            counts[place.status] = counts.get(place.status, 0) + 1
    full, without_leave = rates.rates(counts)
    present = sum(place.status in rates.THERE for place in places)
    return Roll(
        session, sessions.state_of(session, now), sum(counts.values()), present, full, without_leave, places
    )


def call_roll(  # noqa: PLR0917 - who, which session, what, whom, when; the way and the part are rare
    actor: Actor,
    key: str,
    status: AttendanceStatus,
    numbers: list[str],
    now: datetime,
    source: AttendanceSource = AttendanceSource.ROLL_CALL,
    part_credit: int | None = None,
    half: int | None = None,
) -> Roll:
    """Mark members as a leader or group head saw them (R27: openly, by name of the caller).

    A member of the reach who has no place gets one, not due. A place that already says the same is
    left as it is, so that a first time is kept. Nothing is written unless every number fits.

    Args:
        actor: who calls.
        key: the session.
        status: what they saw.
        numbers: the members' numbers.
        now: this moment.
        source: by which way it became known (F04).
        part_credit: hundredths of an hour that PARTIAL earns; None for the rule's default.
        half: which half of a long session PARTIAL means, 1 or 2; who was there for both is PRESENT.

    Raises:
        ServiceError: confirmed already, not yet begun, unknown or unreachable numbers, an amount that
            is no part of the session's, a half of a short one.
    """
    with transaction():
        session = sessions.find_to_change(key)
        rights = session_rights(actor, session.organization.path, civil_day(now))
        if not rights.prefixes:
            raise not_found("这次学习")
        mark = Mark(status, now, source, part_credit, half)
        marking.require_callable(session, sessions.state_of(session, now), mark)
        members = reachable_members(rights, numbers, session)
        marking.write(session, members, mark, actor)
        audit.record(
            actor,
            now,
            "session.called",
            "session",
            session.key,
            status=status,
            members=[m.id for m in members],
        )
    return roll(key, now)


def confirm(actor: Actor, key: str, now: datetime) -> Roll:
    """Confirm a session: who is left EXPECTED was absent, and the hours are posted exactly once.

    Confirming an open session closes it. A confirmed session stays as it is.

    Raises:
        ServiceError: `wrong_state` before the door opened, or for a cancelled session.
    """
    with transaction():
        session = sessions.find_to_change(key)
        require_manage(actor, session.organization.path, civil_day(now))
        if not posting.claim(session, sessions.state_of(session, now), actor, now):
            return roll(key, now)
        Attendance.update(status=AttendanceStatus.ABSENT).where(
            Attendance.session == session, Attendance.status == AttendanceStatus.EXPECTED
        ).execute()
        session = sessions.find(key)
        posting.post(session, actor, now)
        consequences.settle(session, now)
        points.settle_session(session, actor, now)
        audit.record(actor, now, "session.confirmed", "session", session.key)
    return roll(key, now)


def reopen(actor: Actor, key: str, reason: str, now: datetime) -> Roll:
    """Take a confirmation back: every line it posted is reversed by a line of its own (R110).

    Raises:
        ServiceError: without a reason, without the right, or when it is not confirmed.
    """
    if not reason.strip():
        raise invalid("reason", "还没有写退回的原因。", "请写一句原因。")
    with transaction():
        session = sessions.find_to_change(key)
        rights = session_rights(actor, session.organization.path, civil_day(now))
        if not rights.prefixes:
            raise not_found("这次学习")
        if not rights.reopen:
            raise ServiceError(
                "forbidden", "已确认的学习要由上级党务干部退回。", "请联系上级党组织。", kind="forbidden"
            )
        why = words(reason, 200, "原因")
        posting.reverse(session, actor, why, now)
        consequences.reopen(session)
        points.settle_session(sessions.find(key), actor, now)
        audit.record(actor, now, "session.reopened", "session", session.key, reason=why)
    return roll(key, now)


def confirm_overdue(now: datetime) -> list[str]:
    """Confirm what nobody confirmed in time, so that a busy secretary costs no member hours.

    The time runs from the end, or from the entry of a session that was written down afterwards.
    Each session is confirmed in its own transaction; returns the keys.
    """
    hours = rulebook.current().checkin(civil_day(now)).auto_confirm_hours
    if not hours:
        return []
    limit = now - timedelta(hours=hours)
    ended = (
        StudySession.select(StudySession.key)
        .where(
            StudySession.state == SessionState.PUBLISHED,
            StudySession.ends_at <= limit,
            StudySession.created_at <= limit,
        )
        .order_by(StudySession.ends_at)
        .tuples()
    )
    keys = [key for (key,) in ended]
    return [key for key in keys if _confirmed(key, now)]


def _confirmed(key: str, now: datetime) -> bool:
    """Confirm one overdue session; a refusal (cancelled this very moment) must not hold up the others."""
    try:
        confirm(SYSTEM, key, now)
    except ServiceError:
        return False
    return True


def code_now(session: StudySession, now: datetime) -> str:
    """Return the six digits of this moment."""
    return codes.digits_now(
        session.key, seconds(now), rulebook.current().checkin(civil_day(now)).step_seconds
    )


def token_now(session: StudySession, now: datetime) -> str:
    """Return the rotating token of this moment."""
    return codes.token_of(session.key, seconds(now), rulebook.current().checkin(civil_day(now)).step_seconds)


def scene(session: StudySession) -> str:
    """Return the scene of the session's WeChat QR: good until the door shuts."""
    rules = rulebook.current().checkin(civil_day(session.starts_at))
    return codes.scene_of(session.key, seconds(session.ends_at) + rules.late_until * 60)


def credit_of(session: StudySession) -> Decimal:
    """Return a session's hours."""
    return as_hours(session.credit)
