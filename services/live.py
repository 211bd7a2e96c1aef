"""What a meeting screen asks for every second or two: the counts in one small query, the names only when new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from models import Attendance, Member, StudySession
from services import rulebook
from services.clock import civil_day, seconds
from services.policy.rates import THERE
from services.statement import run

#: A screen writes so many names; the count beside them is always whole.
MOST_NAMES = 300
_THERE = ", ".join(f"'{status}'" for status in sorted(THERE))
#: Sums over who is there tell one set of people from another without reading their names.
_PULSE = f"""
SELECT COALESCE(SUM(CASE WHEN due THEN 1 ELSE 0 END), 0),
 COALESCE(SUM(CASE WHEN status IN ({_THERE}) THEN 1 ELSE 0 END), 0),
 COALESCE(SUM(CASE WHEN status IN ({_THERE}) THEN member_id ELSE 0 END), 0),
 COALESCE(SUM(CASE WHEN status IN ({_THERE}) THEN CAST(member_id AS BIGINT) * member_id ELSE 0 END), 0)
FROM attendance WHERE session_id = ?
"""


@dataclass(frozen=True)
class Pulse:
    """The counts of a session at a moment; `version` is another whenever somebody else is there."""

    due: int
    present: int
    version: str


def pulse(session: StudySession) -> Pulse:
    """Return the counts in one query over the session's places."""
    due, present, *sums = (int(each) for each in run(_PULSE, (session.id,)).fetchone())
    return Pulse(due, present, "-".join(map(str, (present, *sums))))


def names(session: StudySession, version: str, now: datetime) -> tuple[str, ...]:
    """Return the names of who is there, by name (F02); read once for each version, and anew each minute."""
    return _names(session.key, session.id, version, seconds(now) // 60)


def step_seconds(session: StudySession) -> int:
    """Return how long a code stands on the screen."""
    return rulebook.current().checkin(civil_day(session.starts_at)).step_seconds


def good_for(session: StudySession, now: datetime) -> int:
    """Return for how many seconds the code of this moment will still be taken (R25)."""
    rules = rulebook.current().checkin(civil_day(session.starts_at))
    step = seconds(now) // rules.step_seconds
    return (step + 1 + rules.grace_steps) * rules.step_seconds - seconds(now)


@lru_cache(maxsize=64)
def _names(key: str, session_id: int, version: str, minute: int) -> tuple[str, ...]:  # noqa: ARG001
    # The key is random, so that no two databases of one process ever share an entry.
    rows = (
        Attendance.select(Member.name)
        .join(Member, on=(Attendance.member == Member.id))
        .where(Attendance.session == session_id, Attendance.status.in_(THERE))
        .order_by(Member.name)
        .limit(MOST_NAMES)
        .tuples()
    )
    return tuple(name for (name,) in rows)
