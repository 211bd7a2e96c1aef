"""What lies around today for a member and for those who lead. Read only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from peewee import Case, fn

from models import Attendance, HourEntry, Member, Organization, StudySession
from models.terms import AttendanceSource, AttendanceStatus, OrgKind, SessionState
from services import rulebook, tree
from services.access import ABOVE, LEADING, Grant
from services.clock import civil_day, day_start, seconds
from services.policy import window
from services.policy.rates import THERE
from services.study import sessions

#: No list of a page is longer than this (RELIABILITY part 3).
PAGE = 100
#: How far the list of a leader reaches back and ahead.
_BACK, _AHEAD = timedelta(days=30), timedelta(days=60)
#: A member's year holds no more than a session a day.
_OF_YEAR = 366
_LIVE = (SessionState.PUBLISHED, SessionState.REOPENED, SessionState.CONFIRMED)


@dataclass(frozen=True)
class Ahead:
    """A session in which a member has a place, with the place as it stands."""

    session: StudySession
    state: SessionState
    status: AttendanceStatus
    at: datetime | None


@dataclass(frozen=True)
class Attended:
    """A session of a year with the own place; `hours` is what the ledger gives for it, in hundredths.

    `over` says that it has ended, `settled` that the branch has confirmed who came.
    """

    session: StudySession
    status: AttendanceStatus
    source: AttendanceSource | None
    at: datetime | None
    hours: int
    over: bool
    settled: bool


@dataclass(frozen=True)
class Led:
    """A session that a person runs or calls; the counts are None for those who call one group only."""

    session: StudySession
    state: SessionState
    manage: bool
    due: int | None
    present: int | None


def of_member(member: Member, now: datetime) -> list[Ahead]:
    """Return the sessions of today and later in which a member has a place, the next first, five at most."""
    rows = (
        Attendance.select(Attendance, StudySession, Organization)
        .join(StudySession)
        .join(Organization)
        .where(
            Attendance.member == member,
            StudySession.starts_at >= day_start(civil_day(now)),
            StudySession.state.in_(_LIVE),
        )
        .order_by(StudySession.starts_at)
        .limit(5)
    )
    return [Ahead(row.session, sessions.state_of(row.session, now), row.status, row.at) for row in rows]


def of_year(member: Member, year: int, now: datetime) -> list[Attended]:
    """Return a member's sessions of a year, the latest first, each with what the ledger gives for it."""
    first, after = day_start(date(year, 1, 1)), day_start(date(year + 1, 1, 1))
    given = HourEntry.select(fn.COALESCE(fn.SUM(HourEntry.hours), 0)).where(
        HourEntry.session == StudySession.id, HourEntry.member == member
    )
    rows = (
        Attendance.select(Attendance, StudySession, given.alias("given"))
        .join(StudySession)
        .where(
            Attendance.member == member,
            StudySession.starts_at >= first,
            StudySession.starts_at < after,
            StudySession.state.in_(_LIVE),
        )
        .order_by(StudySession.starts_at.desc(), StudySession.id.desc())
        .limit(_OF_YEAR)
    )
    return [
        Attended(
            row.session,
            row.status,
            row.source,
            row.at,
            int(row.given),
            row.session.ends_at < now,
            row.session.state is SessionState.CONFIRMED,
        )
        for row in rows
    ]


def years_attended(member: Member, now: datetime) -> list[int]:
    """Return the years from a member's first session to this one, the newest first."""
    earliest = (
        StudySession.select(fn.MIN(StudySession.starts_at))
        .join(Attendance)
        .where(Attendance.member == member)
        .scalar()
    )
    this = civil_day(now).year
    first = civil_day(earliest).year if earliest else this
    return list(range(this, min(first, this) - 1, -1))


def coming(member: Member, now: datetime) -> list[Ahead]:
    """Return those of `of_member` that have not ended and can still be attended."""
    going_on = {SessionState.PUBLISHED, SessionState.OPEN}
    return [ahead for ahead in of_member(member, now) if ahead.state in going_on]


def led(grants: Iterable[Grant], now: datetime) -> list[Led]:
    """Return the sessions around today that a person runs or calls, by time.

    Sessions of the organizations led and of those below, and sessions from above at which the own
    members are called. Where there are too many for a page, those of the organizations themselves come
    before those below, and what is near before what is far.
    """
    grants = list(grants)
    if not grants:
        return []
    own = StudySession.organization.in_([grant.organization_id for grant in grants])
    rows = list(
        StudySession.select(StudySession, Organization)
        .join(Organization)
        .where(
            tree.touching((grant.path for grant in grants), Organization),
            StudySession.starts_at >= now - _BACK,
            StudySession.starts_at <= now + _AHEAD,
            StudySession.state.in_(_LIVE),
        )
        .order_by(Case(None, [(own, 0)], 1), fn.ABS(StudySession.starts_at - now), StudySession.id)
        .limit(PAGE)
    )
    rows.sort(key=lambda row: (row.starts_at, row.id))
    counts = _counts([row.id for row in rows])
    return [_led(row, grants, counts, now) for row in rows]


def organizations(grants: Iterable[Grant]) -> list[Organization]:
    """Return the organizations for which a person may publish sessions: the tree downwards, by name."""
    grants = list(grants)
    below = tree.below((grant.path for grant in grants if _runs_below(grant)), Organization)
    # A group head runs the own group's sessions; for everybody else this adds nothing.
    own = Organization.id.in_([grant.organization_id for grant in grants])
    if not grants:
        return []
    found = list(
        Organization.select().where(tree.any_of([below, own])).order_by(Organization.path).limit(PAGE)
    )
    # A path is made of numbers, which are in no order that people know: the tenth stands before the ninth.
    names = {row.path: (row.name, row.code) for row in found}
    return sorted(found, key=lambda row: [names.get(path, ("", "")) for path in _way_to(row.path)])


def years(member: Member, now: datetime) -> list[int]:
    """Return the years in which a member's ledger has lines, and this year, the newest first."""
    rows = HourEntry.select(HourEntry.year).where(HourEntry.member == member).distinct().tuples()
    return sorted({year for (year,) in rows} | {civil_day(now).year}, reverse=True)


def door(session: StudySession) -> window.Window:
    """Return when a session's door opens and shuts (R23)."""
    rules = rulebook.current().checkin(civil_day(session.starts_at))
    return window.window_of(seconds(session.starts_at), rules.open_before, rules.on_time, rules.late_until)


def _runs_below(grant: Grant) -> bool:
    return grant.role in LEADING or grant.role in ABOVE


def _way_to(path: str) -> list[str]:
    """Return the paths from the root of the tree down to this one."""
    parts = path.split(".")[:-1]
    return [".".join(parts[:depth]) + "." for depth in range(1, len(parts) + 1)]


def _led(
    session: StudySession, grants: list[Grant], counts: dict[int, tuple[int, int]], now: datetime
) -> Led:
    path = session.organization.path
    wide = any(path.startswith(grant.path) for grant in grants if _runs_below(grant))
    own = session.organization.kind is OrgKind.GROUP and any(grant.path == path for grant in grants)
    due, present = counts.get(session.id, (0, 0)) if wide or own else (None, None)
    return Led(session, sessions.state_of(session, now), wide or own, due, present)


def _counts(session_ids: list[int]) -> dict[int, tuple[int, int]]:
    """Return {session: (due, present)} of all these sessions in one query."""
    rows = (
        Attendance.select(Attendance.session, Attendance.due, Attendance.status, fn.COUNT(Attendance.id))
        .where(Attendance.session.in_(session_ids))
        .group_by(Attendance.session, Attendance.due, Attendance.status)
        .tuples()
    )
    found: dict[int, tuple[int, int]] = {}
    for session_id, is_due, status, number in rows:
        due, present = found.get(session_id, (0, 0))
        found[session_id] = (due + (number if is_due else 0), present + (number if status in THERE else 0))
    return found
