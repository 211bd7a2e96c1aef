"""A new session as it usually is, so that little is left to type: of a kind, or like an earlier one (F12)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from models import Organization, StudySession
from models.terms import Area, SessionKind, SessionState
from services import rulebook, workdays
from services.access import LEADING, Grant, require_manage
from services.actor import Actor
from services.clock import civil, civil_day, day_start
from services.errors import ServiceError
from services.policy import series
from services.policy.amounts import hours as as_hours
from services.study import sessions
from services.study.session_plan import KINDS, areas_of, length_of

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
        minutes=length_of(session),
        place=session.place or "",
        areas=areas_of(session.areas),
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
