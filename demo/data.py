"""A believable year relative to today, played through the services with `now` set to each moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

from demo import cast, plan, reminding, shuxue, year
from demo.crowd import Leaders, Person, branches, crowd
from demo.plan import Planned
from models import Attendance, Member, Organization, PlatformToken, SceneTicket, StudySession, WechatBinding
from models.terms import AttendanceSource, AttendanceStatus, SessionKind, SessionState
from services import binding, points
from services.absence import make_ups
from services.actor import OPERATOR
from services.clock import ZONE, civil, civil_day
from services.roll import attendance
from services.roster import import_roster
from services.study import sessions
from services.transaction import transaction

ROSTER = Path(__file__).resolve().parent / "roster.xlsx"
SEED = 2026
#: In spring the year so far would be too short to look at, so last year is played as well.
_LOOK_BACK = timedelta(days=75)
_CLOSES_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Built:
    """What was played: confirmed sessions, people with a phone, and the session whose door is open."""

    sessions: int
    phones: int
    open_session: str


def build(now: datetime, seed: int = SEED, branches: int | None = None) -> Built:
    """Fill an empty, migrated database with the demo's year, all of it or nothing.

    The same seed and civil day give the same sessions, attendance and hours; keys are random. One
    transaction holds it, so that the disk is asked once and an interrupted start leaves nothing half.
    `branches` plays only the first so many branches, the scene's among them.

    Raises:
        RuntimeError: when the roster of the demo is refused, which a test holds.
    """
    with transaction():
        return _build(now, seed, branches)


def _build(now: datetime, seed: int, only: int | None) -> Built:
    today = civil_day(now)
    # The dice only make attendance up; nothing is guarded by them.
    dice = Random(f"{seed}:{today}")  # noqa: S311
    result = import_roster(ROSTER, OPERATOR, now)
    if not result.applied:
        raise RuntimeError(f"the demo's roster was refused: {result.rejected}")
    people, leaders = crowd(dice), Leaders()
    first = date((today - _LOOK_BACK).year, 1, 1)
    phones = _bind(people, datetime.combine(first, time(9), tzinfo=ZONE))
    planned = plan.year_plan(branches(people)[:only], cast.COMMITTEE, first, today - timedelta(days=2))
    held = _without_this_month(planned, today)
    for each in held:
        year.hold(each, people, leaders, dice)
    _correct(now)
    _around_today(now, leaders)
    # What the timed jobs would have done in the meantime.
    make_ups.expire_due(now)
    points.open_year(now)
    shuxue.tell(now, leaders)
    shuxue.claim(now, leaders)
    shuxue.ask(now)
    key = ensure_open_session(now)
    reminding.plan_ahead(now, leaders)
    reminding.tell(now, leaders)
    return Built(len(held), phones, key)


def ensure_open_session(now: datetime) -> str:
    """Return the key of a session of the scene's branch whose door is open, made if need be."""
    near = (
        StudySession.select(StudySession, Organization)
        .join(Organization)
        .where(
            Organization.code == cast.BRANCH,
            StudySession.starts_at.between(now - _CLOSES_AFTER, now + timedelta(minutes=30)),
            StudySession.kind == SessionKind.THEME_DAY,
        )
        .order_by(StudySession.starts_at.desc())
    )
    for session in near:
        if sessions.state_of(session, now) is SessionState.OPEN:
            return str(session.key)
    with transaction():
        return _open_door(now)


def has_demo() -> bool:
    """Whether this database holds the demo's year already."""
    return bool(WechatBinding.select().where(WechatBinding.openid.startswith("demo-")).exists())


def is_empty() -> bool:
    """Whether nobody has used this database yet."""
    return not Organization.select().exists()


def forget_platform() -> None:
    """Drop what a former simulator gave out: the next one knows neither its token nor its tickets."""
    with transaction():
        PlatformToken.delete().execute()
        SceneTicket.delete().execute()


def _bind(people: dict[int, Person], at: datetime) -> int:
    """Bind everybody who has a phone, by a code as in life."""
    owners = [person for person in people.values() if person.openid is not None]
    for person in owners:
        code = binding.issue_code(OPERATOR, person.number, at)
        binding.bind(str(person.openid), code.code, at)
    return len(owners)


def _without_this_month(planned: list[Planned], today: date) -> list[Planned]:
    """Leave out the scene's theme day of this month: it is the session of today."""
    month = (today.year, today.month)
    return [
        each
        for each in planned
        if each.organization != cast.BRANCH
        or each.kind is not SessionKind.THEME_DAY
        or (each.starts_at.year, each.starts_at.month) != month
    ]


def _correct(now: datetime) -> None:
    """Reopen one confirmed session, enter somebody whom the paper list had, and confirm it again."""
    session = (
        StudySession.select(StudySession)
        .join(Organization)
        .where(
            Organization.code == cast.BRANCH,
            StudySession.kind == SessionKind.THEME_DAY,
            StudySession.confirmed_at < now - timedelta(days=45),
        )
        .order_by(StudySession.starts_at.desc())
        .first()
    )
    if session is None:
        return
    absent = (
        Attendance.select(Member.number)
        .join(Member)
        .where(Attendance.session == session, Attendance.status == AttendanceStatus.ABSENT)
        .order_by(Member.number)
        .tuples()
        .first()
    )
    at = session.confirmed_at + timedelta(days=5)
    attendance.reopen(OPERATOR, session.key, "纸质签到表漏登，补登后重新确认", at)
    if absent is not None:
        paper = AttendanceSource.PAPER
        attendance.call_roll(OPERATOR, session.key, AttendanceStatus.PRESENT, [absent[0]], at, paper)
    attendance.confirm(OPERATOR, session.key, at + timedelta(minutes=10))


def _around_today(now: datetime, leaders: Leaders) -> None:
    """Leave one session of yesterday for the secretary to confirm, and announce one for the next days."""
    today = civil_day(now)
    actor = leaders.of(cast.BRANCH, today)
    yesterday = datetime.combine(today - timedelta(days=1), time(15), tzinfo=ZONE)
    tomorrow = today + timedelta(days=2 if today.weekday() == 4 else 1)
    # It is entered from paper today, so it waits a day from now on, whatever the hour.
    ended = year.publish(plan.study(cast.BRANCH, 2, yesterday), actor, now - timedelta(minutes=40))
    came = [place.number for place in attendance.roll(ended.key, now).places][:14]
    paper, at = AttendanceSource.PAPER, now - timedelta(minutes=35)
    attendance.call_roll(actor, ended.key, AttendanceStatus.PRESENT, came, at, paper)
    ahead = datetime.combine(tomorrow, time(14, 30), tzinfo=ZONE)
    year.publish(plan.study(cast.BRANCH, 1, ahead, minutes=120), actor, now - timedelta(days=2))


def _open_door(now: datetime) -> str:
    """Publish the theme day that begins at a quarter of an hour, with some people there already."""
    start = _next_quarter(now)
    actor = Leaders().of(cast.BRANCH, civil_day(now))
    session = year.publish(plan.theme_day(cast.BRANCH, start), actor, now - timedelta(days=1))
    played = {part.openid for part in cast.CAST}
    early = [
        openid
        for (openid,) in WechatBinding.select(WechatBinding.openid)
        .join(Member)
        .join(Organization, on=(Member.branch == Organization.id))
        .where(Organization.code == cast.BRANCH, WechatBinding.unbound_at.is_null())
        .order_by(Member.number)
        .tuples()
        if openid not in played and openid.startswith("demo-")
    ]
    opened = start - timedelta(minutes=30)
    step = (now - opened) / 7
    for index, openid in enumerate(early[:6]):
        at = opened + step * (index + 1)
        year.sign(session.key, [(at, openid)], Random(index))  # noqa: S311 - it chooses who typed digits
    return str(session.key)


def _next_quarter(now: datetime) -> datetime:
    """Return the next full quarter of an hour that is at least five minutes away."""
    soon = civil(now) + timedelta(minutes=5)
    return soon.replace(minute=0, second=0, microsecond=0) + timedelta(minutes=(soon.minute // 15 + 1) * 15)
