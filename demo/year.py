"""Playing one session through the services, at the moments at which people would have acted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from demo.crowd import Leaders, Person
from demo.plan import Planned
from models import Attendance, StudySession
from models.terms import AttendanceSource, AttendanceStatus, SessionKind
from services.actor import Actor
from services.arrival import checkin
from services.arrival.codes import Proof
from services.roll import attendance
from services.study import sessions
from services.study.session_plan import SessionPlan


@dataclass
class Turnout:
    """Who does what at one session: scans with their moments, names for the paper roll, leave, half."""

    scans: list[tuple[datetime, str]] = field(default_factory=list)
    called: list[str] = field(default_factory=list)
    leave: list[str] = field(default_factory=list)
    partly: list[str] = field(default_factory=list)


def publish(planned: Planned, actor: Actor, now: datetime) -> StudySession:
    """Publish what was planned."""
    plan = SessionPlan(
        organization=planned.organization,
        kind=planned.kind,
        title=planned.title,
        starts_at=planned.starts_at,
        minutes=planned.minutes,
        areas=planned.areas,
        place=planned.place,
        due_list=planned.due_list,
    )
    return sessions.publish_new(actor, plan, now)


def hold(planned: Planned, people: dict[int, Person], leaders: Leaders, dice: Random) -> str:
    """Hold a session from its publishing to its confirmation and return its key."""
    start = planned.starts_at
    actor = leaders.of(planned.organization, start.date() - timedelta(days=5))
    session = publish(planned, actor, start - timedelta(days=4, hours=start.hour - 9))
    turnout = _turnout(planned, session, people, dice)
    if turnout.leave:
        status = AttendanceStatus.LEAVE
        attendance.call_roll(actor, session.key, status, turnout.leave, start - timedelta(hours=20))
    sign(session.key, turnout.scans, dice)
    _call(planned, session, turnout, actor)
    _confirm(session, actor, dice)
    return str(session.key)


def sign(key: str, scans: list[tuple[datetime, str]], dice: Random) -> None:
    """Let people check in, one in ten by the six digits."""
    for at, openid in sorted(scans):
        proof = Proof(key, "CODE" if dice.random() < 0.1 else "QR")
        checkin.arrive(openid, proof, at, at)


def _turnout(planned: Planned, session: StudySession, people: dict[int, Person], dice: Random) -> Turnout:
    turnout = Turnout()
    placed = Attendance.select(Attendance.member).where(Attendance.session == session).tuples()
    for (member_id,) in sorted(placed):
        person = people[member_id]
        # A visit and a remote session are made for those who cannot come, so they mostly take place.
        made_for = planned.kind in {SessionKind.HOME_VISIT, SessionKind.REMOTE}
        chance = 0.85 if made_for else person.chance(planned.starts_at.date())
        if dice.random() < chance:
            _come(turnout, person, planned, made_for, dice)
        elif dice.random() < 0.45 and not person.not_required:
            turnout.leave.append(person.number)
    return turnout


def _come(turnout: Turnout, person: Person, planned: Planned, on_paper: bool, dice: Random) -> None:
    if dice.random() < 0.01:
        turnout.partly.append(person.number)
    elif person.openid is None or on_paper or dice.random() < 0.05:
        turnout.called.append(person.number)
    else:
        minutes = dice.randint(11, 28) if dice.random() < 0.06 else dice.randint(-24, 8)
        at = planned.starts_at + timedelta(minutes=minutes, seconds=dice.randint(0, 59))
        turnout.scans.append((at, person.openid))


def _call(planned: Planned, session: StudySession, turnout: Turnout, actor: Actor) -> None:
    """Enter those without a phone, as the person in charge saw them."""
    at = planned.starts_at + timedelta(minutes=40)
    visit = planned.kind is SessionKind.HOME_VISIT
    source = AttendanceSource.VISIT if visit else AttendanceSource.ROLL_CALL
    if turnout.called:
        attendance.call_roll(actor, session.key, AttendanceStatus.PRESENT, turnout.called, at, source)
    if turnout.partly:
        attendance.call_roll(actor, session.key, AttendanceStatus.PARTIAL, turnout.partly, at)


def _confirm(session: StudySession, actor: Actor, dice: Random) -> None:
    """Confirm within a day; one session in ten is forgotten and confirms itself."""
    if dice.random() < 0.1:
        attendance.confirm_overdue(session.ends_at + timedelta(hours=24, minutes=5))
    else:
        attendance.confirm(actor, session.key, session.ends_at + timedelta(minutes=dice.randint(20, 1200)))
