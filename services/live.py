"""What a meeting screen asks for every second or two: the counts in one query, the names only when new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from models import Attendance, Member, StudySession
from models.terms import SessionState
from services import rulebook
from services.clock import civil_day, moment, seconds
from services.errors import not_found
from services.policy.rates import THERE
from services.statement import run

#: A screen writes so many names; the count beside them is always whole.
MOST_NAMES = 300
#: The session and its counts. Sums over who is there (policy/rates.THERE) tell one set of people from another
#: without their names. Written out, for building it anew each time would cost more than running it.
_LOOK = """
SELECT s.id, s.key, s.title, s.state, s.starts_at, s.ends_at, s.closed_at, s.screen_nonce,
       p.due, p.present, p.ids, p.squares
FROM study_session s LEFT JOIN (
    SELECT session_id, SUM(CASE WHEN due THEN 1 ELSE 0 END) AS due, SUM(there) AS present,
           SUM(there * member_id) AS ids, SUM(there * member_id * member_id) AS squares
    FROM (
        SELECT session_id, due, CAST(member_id AS BIGINT) AS member_id,
               CASE WHEN status IN ('PRESENT', 'LATE', 'PARTIAL') THEN 1 ELSE 0 END AS there
        FROM attendance WHERE session_id = (SELECT id FROM study_session WHERE key = ?)
    ) a GROUP BY session_id
) p ON p.session_id = s.id
WHERE s.key = ?
"""


@dataclass(frozen=True)
class Pulse:
    """The counts of a session at a moment; `version` is another whenever somebody else is there."""

    due: int
    present: int
    version: str


def look(key: str) -> tuple[StudySession, Pulse]:
    """Return a session, as far as a screen needs it, and its counts, in one query.

    Raises:
        ServiceError: `not_found`.
    """
    row = run(_LOOK, (key, key)).fetchone() if key.isascii() and key.isalnum() else None
    if row is None:
        raise not_found("这次学习")
    number, key, title, state, starts, ends, closed, nonce, *counts = row
    session = StudySession(
        id=number,
        key=key,
        title=title,
        state=SessionState(state),
        starts_at=moment(starts),
        ends_at=moment(ends),
        closed_at=None if closed is None else moment(closed),
        screen_nonce=nonce,
    )
    due, present, *sums = (int(each or 0) for each in counts)
    return session, Pulse(due, present, "-".join(map(str, (present, *sums))))


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
