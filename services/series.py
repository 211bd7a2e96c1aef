"""Sessions that come again: what one usually is, one like the last, one for each month to come (F12)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from models import Organization, StudySession
from models.terms import Area, SessionKind, SessionState
from services import rulebook, session_plan, sessions, workdays
from services.access import LEADING, Grant, require_manage
from services.actor import Actor
from services.clock import ZONE, civil, civil_day, day_start
from services.errors import ServiceError, invalid
from services.policy import series
from services.policy.amounts import hours as as_hours
from services.sessions import SessionPlan
from services.transaction import transaction

#: A visit at home names its members one by one, which neither a form nor a copy can (services/visits.py).
KINDS = tuple(kind for kind in SessionKind if kind is not SessionKind.HOME_VISIT)
_HELD = (SessionState.PUBLISHED, SessionState.REOPENED, SessionState.CONFIRMED)
#: So many kinds are offered to be held once more, and so many drafts listed.
_OFFERED, _DRAFTS = 3, 12


@dataclass(frozen=True)
class Suggestion:
    """A new session as it usually is. `follows` is the day of the one that it is like, None without one.

    `credit` are Decimal hours that the branch had set otherwise, with the reason, or None.
    """

    organization: str
    kind: SessionKind
    title: str
    day: date
    time: time
    minutes: int
    place: str
    areas: tuple[Area, ...]
    follows: date | None = None
    credit: Decimal | None = None
    credit_reason: str = ""


@dataclass(frozen=True)
class Proposed:
    """One of the days for the months to come; `hint` says why it is another than the weekday gives."""

    day: date
    hint: str


@dataclass(frozen=True)
class Again:
    """What may be held once more, the latest of each kind by date, and drafts that wait to be published."""

    likes: tuple[StudySession, ...]
    drafts: tuple[StudySession, ...]


def usual(organizations: Sequence[Organization], kind: SessionKind, now: datetime) -> Suggestion:
    """Suggest a session of a kind: place, time and length of the last one, a title of its own.

    Args:
        organizations: for which the person may publish, the usual one first.
        kind: what is to be held.
        now: this moment.
    """
    rules = rulebook.current().sessions(civil_day(now)).of(kind)
    last = _last(organizations, kind)
    if last is not None:
        like = _like(last, now)
        place = like.place or _place(_last(organizations, None))
        # What was learnt last time is over; the form and the place go on.
        return replace(like, title=rules.title_of(like.day), place=place, credit=None, credit_reason="")
    day = _next_workday(rules.time, now)
    other = _last(organizations, None)
    return Suggestion(
        organization=_code(organizations, other),
        kind=kind,
        title=rules.title_of(day),
        day=day,
        time=rules.time,
        minutes=rules.minutes,
        place=_place(other),
        areas=rules.areas,
    )


def usual_in(
    organization: Organization, kind: SessionKind, year: int, month: int, now: datetime
) -> Suggestion:
    """Suggest a session of a kind in one month: on the usual weekday, or as soon as can be."""
    found, today = usual([organization], kind, now), civil_day(now)
    day = date(year, month, 1)
    if found.follows is not None:
        day = series.same_weekday(found.follows, series.months_between(found.follows, day))
    day = series.workday_from(day, workdays.off(day, day + timedelta(days=31)))
    return replace(found, day=day if day > today else _next_workday(found.time, now))


def like(actor: Actor, key: str, now: datetime) -> Suggestion:
    """Suggest a session like an earlier one, on the same weekday of the month to come (「照上次」).

    Raises:
        ServiceError: `not_found` or `forbidden` for what the actor does not run, `kind` for a visit at home.
    """
    session = sessions.find(key)
    require_manage(actor, session.organization.path, civil_day(now))
    if session.kind not in KINDS:
        raise ServiceError("kind", "送学上门要选去看了谁，不能照抄。", "请在「送学上门」里登记。")
    return _like(session, now)


def copy(actor: Actor, key: str, now: datetime, *, publish: bool = True) -> StudySession:
    """Hold a session like an earlier one; a second press finds the first copy.

    Raises:
        ServiceError: as `like`, and whatever sessions.create refuses.
    """
    found = like(actor, key, now)
    return repeat(actor, plan_of(found), [found.day], now, publish=publish)[0]


def plan_of(found: Suggestion) -> SessionPlan:
    """Return a suggestion as a plan."""
    return SessionPlan(
        organization=found.organization,
        kind=found.kind,
        title=found.title,
        starts_at=datetime.combine(found.day, found.time, tzinfo=ZONE),
        minutes=found.minutes,
        areas=found.areas,
        credit=found.credit,
        credit_reason=found.credit_reason or None,
        place=found.place or None,
    )


def days_ahead(first: date, count: int, now: datetime) -> list[Proposed]:
    """Propose days for sessions on one weekday of the month, the first one as it was chosen.

    A day off gives way to the next workday when the first is a workday, and the hint says so; a day off
    that stays is named. What lies more than a year ahead is left out.

    Raises:
        ServiceError: `repeat` for more than the rules allow.
    """
    most = rulebook.current().sessions(civil_day(now)).repeat_most
    if not 1 <= count <= most:
        raise invalid("repeat", "一次建这么多不行。", f"请选 1 到 {most} 次。")
    days = [first, *(series.same_weekday(first, months) for months in range(1, count))]
    days = [day for day in days if day <= session_plan.latest_day(now)] or [first]
    off = workdays.off(days[0], days[-1] + timedelta(days=31))
    return [_proposed(day, off, moves=first not in off and day != first) for day in days]


def repeat(
    actor: Actor, plan: SessionPlan, days: Sequence[date], now: datetime, *, publish: bool = True
) -> list[StudySession]:
    """Make one session for each day, all or none; those that stand already are found and not made again.

    Titles name the month of each day. The reason for hours set otherwise holds for all.

    Args:
        actor: who runs the organization.
        plan: the first one; its time of day is that of all.
        days: in any order, each once.
        now: this moment.
        publish: False leaves drafts.

    Raises:
        ServiceError: `repeat` for no day or too many, and whatever sessions.create refuses.
    """
    wanted = sorted(set(days))
    most = rulebook.current().sessions(civil_day(now)).repeat_most
    if not 1 <= len(wanted) <= most:
        raise invalid("repeat", "没有选日期，或者选得太多。", f"请选 1 到 {most} 个日期。")
    begins = civil(plan.starts_at)
    made = []
    with transaction():
        for day in wanted:
            title = series.retitled(plan.title, begins.date(), day)
            starts_at = datetime.combine(day, begins.time(), tzinfo=ZONE)
            each = replace(plan, title=title, starts_at=starts_at)
            there = standing(actor, each)
            make = sessions.publish_new if publish else sessions.create
            made.append(there or make(actor, each, now))
    return made


def again(grants: Iterable[Grant], now: datetime) -> Again:
    """Return what a branch's leader may hold once more, and the drafts, both by date; two queries.

    A kind of which another session lies ahead is not offered.
    """
    led = [grant.organization_id for grant in grants if grant.role in LEADING]
    if not led:
        return Again((), ())
    since = day_start(civil_day(now)) - timedelta(days=rulebook.current().sessions(civil_day(now)).again_days)
    rows = StudySession.select(StudySession, Organization).join(Organization)
    held = rows.where(
        StudySession.organization.in_(led),
        StudySession.kind.in_(KINDS),
        StudySession.starts_at >= since,
        StudySession.state.in_(_HELD),
    ).order_by(StudySession.starts_at)
    latest = {(row.organization_id, row.kind): row for row in held}
    over = sorted((row for row in latest.values() if row.starts_at < now), key=lambda row: row.starts_at)
    drafts = (
        rows.clone()
        .where(StudySession.organization.in_(led), StudySession.state == SessionState.DRAFT)
        .order_by(StudySession.starts_at, StudySession.id)
        .limit(_DRAFTS)
    )
    return Again(tuple(over[-_OFFERED:]), tuple(drafts))


def _last(organizations: Sequence[Organization], kind: SessionKind | None) -> StudySession | None:
    """Return the session of these organizations that was held last or lies farthest ahead."""
    rows = StudySession.select(StudySession, Organization).join(Organization)
    ids = [organization.id for organization in organizations]
    query = rows.where(
        StudySession.organization.in_(ids), StudySession.state.in_(_HELD), StudySession.kind.in_(KINDS)
    )
    if kind is not None:
        query = query.where(StudySession.kind == kind)
    found: StudySession | None = query.order_by(StudySession.starts_at.desc(), StudySession.id.desc()).first()
    return found


def _like(session: StudySession, now: datetime) -> Suggestion:
    began, today = civil(session.starts_at), civil_day(now)
    minutes = int((session.ends_at - session.starts_at).total_seconds()) // 60
    last = began.date()
    off = workdays.off(min(last, today), max(last, today) + timedelta(days=92))
    day = series.next_like(last, today, off)
    set_otherwise = session.credit_reason is not None
    return Suggestion(
        organization=session.organization.code,
        kind=session.kind,
        title=series.retitled(session.title, last, day),
        day=day,
        time=began.time(),
        minutes=minutes,
        place=session.place or "",
        areas=tuple(Area(area) for area in session.areas.split(",") if area),
        follows=last,
        credit=as_hours(session.credit) if set_otherwise else None,
        credit_reason=session.credit_reason or "",
    )


def _next_workday(at: time, now: datetime) -> date:
    """Return today while the usual hour is still to come, else the next day; never a day off."""
    local = civil(now)
    day = local.date() if local.time() < at else local.date() + timedelta(days=1)
    return series.workday_from(day, workdays.off(day, day + timedelta(days=31)))


def _place(last: StudySession | None) -> str:
    return (last.place or "") if last else ""


def _code(organizations: Sequence[Organization], last: StudySession | None) -> str:
    if last is not None:
        return str(last.organization.code)
    return str(organizations[0].code) if organizations else ""


def _proposed(day: date, off: frozenset[date], *, moves: bool) -> Proposed:
    if day not in off:
        return Proposed(day, "")
    why = workdays.why(day)
    if not moves:
        return Proposed(day, f"这天{why}。")
    return Proposed(series.workday_from(day, off), f"{day.month}月{day.day}日{why}，顺延到这天。")


def standing(actor: Actor, plan: SessionPlan) -> StudySession | None:
    """Return what the same person has made of the same plan already, unless it was cancelled since."""
    found: StudySession | None = (
        StudySession.select(StudySession, Organization)
        .join(Organization)
        .where(
            Organization.code == plan.organization,
            StudySession.title == plan.title.strip(),
            StudySession.starts_at == plan.starts_at,
            StudySession.state.in_([SessionState.DRAFT, SessionState.PUBLISHED]),
            StudySession.created_by == actor.member_id,
        )
        .first()
        if plan.organization.isprintable()
        else None
    )
    return found
