"""送学上门: a visit to several members at home, written down afterwards in one action (R08, F04)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models import Attendance, Member, Organization, StudySession
from models.terms import (
    Area,
    AttendanceSource,
    AttendanceStatus,
    DueScope,
    OrgKind,
    SessionKind,
    SessionState,
)
from services import audit, rulebook
from services.access import Rights, reachable_members, require_manage, session_rights
from services.actor import Actor
from services.clock import civil_day
from services.errors import invalid
from services.periods import active
from services.roll import marking
from services.roll.marking import Mark
from services.rows import hold
from services.study import sessions
from services.study.session_plan import SessionPlan
from services.transaction import transaction

#: Who visited: the chair and the recorder of the session.
MOST_VISITORS = 2
#: So many members are offered; a larger organization is visited by its branches and groups.
LISTED = 400


@dataclass(frozen=True)
class Visit:
    """Who was visited, when, for how long, about what; `visitors` are the numbers of who went there."""

    organization: str
    members: tuple[str, ...]
    starts_at: datetime
    minutes: int
    areas: tuple[Area, ...]
    visitors: tuple[str, ...] = ()
    title: str = ""
    place: str | None = None


@dataclass(frozen=True)
class Candidate:
    """A member who may have been visited or may have gone there; `group` is the name of the group or ""."""

    number: str
    name: str
    group: str


def candidates(actor: Actor, organization: Organization, now: datetime) -> list[Candidate]:
    """Return the members of an organization within reach, by group and name (F02).

    Raises:
        ServiceError: `not_found` or `forbidden` for an organization that the actor does not run.
    """
    require_manage(actor, organization.path, civil_day(now))
    group = Organization.alias()
    mine = Member.group == organization
    if organization.kind is not OrgKind.GROUP:
        below = Organization.select(Organization.id).where(Organization.path.startswith(organization.path))
        mine = Member.branch.in_(below)
    rows = (
        Member.select(Member.number, Member.name, group.name)
        .left_outer_join(group, on=(Member.group == group.id))
        .where(mine, active(civil_day(now)))
        .order_by(group.name.asc(nulls="LAST"), Member.name, Member.number)
        .limit(LISTED)
        .tuples()
    )
    return [Candidate(number, name, under or "") for number, name, under in rows]


def record(actor: Actor, visit: Visit, now: datetime) -> StudySession:
    """Write a visit down: the session, with those visited PRESENT since it began, waiting to be confirmed.

    The same once more finds the first one.

    Raises:
        ServiceError: `member` without a member, `not_found` for those out of reach, `start` for a visit that
            is still to come, `visitor` for too many who went, and whatever sessions.create refuses.
    """
    if visit.starts_at > now:
        raise invalid("start", "送学上门请在去过之后登记。", "请填去的日期和时间。")
    numbers = tuple(dict.fromkeys(visit.members))
    if not numbers:
        raise invalid("member", "还没有选去看了谁。", "请至少选一位同志。")
    with transaction():
        # Two presses of one button come one after the other, whichever process they reach.
        hold(Member, Member.id == actor.member_id)
        plan = _plan(visit, numbers, now)
        first = _standing(actor, plan)
        if first is not None:
            return first
        session = sessions.publish_new(actor, plan, now)
        rights = session_rights(actor, session.organization.path, civil_day(now))
        _name_visitors(session, rights, visit.visitors)
        mark = Mark(AttendanceStatus.PRESENT, visit.starts_at, AttendanceSource.VISIT)
        marking.require_callable(session, sessions.state_of(session, now), mark)
        members = reachable_members(rights, numbers)
        marking.write(session, members, mark, actor)
        audit.record(
            actor, now, "session.visited", "session", session.key, members=[each.id for each in members]
        )
    return session


def _plan(visit: Visit, numbers: tuple[str, ...], now: datetime) -> SessionPlan:
    rules = rulebook.current().sessions(civil_day(now)).of(SessionKind.HOME_VISIT)
    return SessionPlan(
        organization=visit.organization,
        kind=SessionKind.HOME_VISIT,
        title=visit.title.strip() or rules.title_of(civil_day(visit.starts_at)),
        starts_at=visit.starts_at,
        minutes=visit.minutes,
        areas=visit.areas,
        place=visit.place,
        due_scope=DueScope.LIST,
        due_list=numbers,
    )


def _name_visitors(session: StudySession, rights: Rights, visitors: Sequence[str]) -> None:
    """Keep who went there: the first as the chair, the second as the recorder."""
    went = list(dict.fromkeys(number for number in visitors if number))
    if len(went) > MOST_VISITORS:
        raise invalid("visitor", "上门的同志选多了。", f"请选 {MOST_VISITORS} 位以内。")
    if not went:
        return
    members = reachable_members(rights, went)
    session.chair = members[0]
    session.recorder = members[1] if len(members) > 1 else None
    session.save(only=[StudySession.chair, StudySession.recorder])


def _standing(actor: Actor, plan: SessionPlan) -> StudySession | None:
    """Return the same visit that the same person has written down: a second press, or the page sent again."""
    if not plan.organization.isprintable():
        return None
    rows = (
        StudySession.select(StudySession, Organization)
        .join(Organization)
        .where(
            Organization.code == plan.organization,
            StudySession.kind == SessionKind.HOME_VISIT,
            StudySession.starts_at == plan.starts_at,
            StudySession.state != SessionState.CANCELLED,
            StudySession.created_by == actor.member_id,
        )
        .order_by(StudySession.id)
    )
    return next((row for row in rows if _numbers(row) == set(plan.due_list)), None)


def _numbers(session: StudySession) -> set[str]:
    places = Attendance.select(Member.number).join(Member, on=(Attendance.member == Member.id))
    return {number for (number,) in places.where(Attendance.session == session).tuples()}
