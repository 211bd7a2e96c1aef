"""What the system knows of a round's days, so that nobody starts from an empty page (F12)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date

from peewee import fn

from models import Attendance, HourEntry, Member, PointClaim, ReportCycle, StudySession
from models.terms import ClaimState, SessionState
from services import spoken
from services.clock import day_start, next_day
from services.policy import shuxue as policy
from services.policy.rates import THERE


@dataclass(frozen=True)
class Facts:
    """Confirmed study and posted claims of a round's days.

    `sessions` counts those attended, `hours` is hundredths of an hour from the ledger, `titles` are the
    sessions' and `claims` the members' own words, both in the order of their days.
    """

    sessions: int = 0
    hours: int = 0
    titles: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()


def period(cycle: ReportCycle) -> tuple[date, date]:
    """Return the first and last civil day that a round is about."""
    return policy.period_of(cycle.type, cycle.year, cycle.quarter, cycle.opens, cycle.due)


def gather(member: Member, cycle: ReportCycle) -> Facts:
    """Return the facts of a member in a round, as they stand now."""
    first, last = period(cycle)
    titles = (
        Attendance.select(StudySession.title)
        .join(StudySession)
        .where(
            Attendance.member == member,
            Attendance.status.in_(list(THERE)),
            StudySession.state == SessionState.CONFIRMED,
            StudySession.starts_at >= day_start(first),
            StudySession.starts_at < day_start(next_day(last)),
        )
        .order_by(StudySession.starts_at, StudySession.id)
        .tuples()
    )
    hours = (
        HourEntry.select(fn.COALESCE(fn.SUM(HourEntry.hours), 0))
        .where(HourEntry.member == member, HourEntry.day >= first, HourEntry.day <= last)
        .scalar()
    )
    claims = (
        PointClaim.select(PointClaim.words)
        .where(
            PointClaim.member == member,
            PointClaim.state == ClaimState.POSTED,
            PointClaim.day >= first,
            PointClaim.day <= last,
        )
        .order_by(PointClaim.day, PointClaim.id)
        .tuples()
    )
    named = tuple(title for (title,) in titles)
    return Facts(len(named), int(hours), named, tuple(words for (words,) in claims))


def stored(facts: Facts) -> str:
    """Write facts as the JSON that is kept with a report when it is begun."""
    return json.dumps(asdict(facts), ensure_ascii=False, sort_keys=True)


def words(facts: Facts) -> str:
    """Say the facts to the member in one line, "" when there is nothing to say.

    您参加了 6 次学习、共 9.5 学时，做了：义务植树
    """
    hours = f"{spoken.hours(facts.hours)} 学时" if facts.hours > 0 else ""
    said = ""
    if facts.sessions:
        said = f"您参加了 {facts.sessions} 次学习" + (f"、共 {hours}" if hours else "")
    elif hours:
        said = f"您有 {hours}"
    if facts.claims:
        done = "、".join(facts.claims[:3]) + ("等" if len(facts.claims) > 3 else "")
        said = f"{said}，做了：{done}" if said else f"您做了：{done}"
    return said


def opening(template: str, facts: Facts, kind: str) -> str:
    """Fill a form's first sentence, "" when it would speak of something that is not there.

    Args:
        template: the sentence with its places, such as {sessions}.
        facts: what is known.
        kind: how the question speaks of the round's days.
    """
    values = {
        "period": kind,
        "sessions": str(facts.sessions) if facts.sessions else "",
        "hours": spoken.hours(facts.hours) if facts.hours > 0 else "",
        "titles": "、".join(facts.titles[:5]),
        "claims": "、".join(facts.claims[:5]),
    }
    if any(f"{{{name}}}" in template and not value for name, value in values.items()):
        return ""
    return template.format_map(values)
