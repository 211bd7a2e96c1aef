"""What was said to a member: the inbox of the pages, which everybody has (F13, R94).

Nothing is written about looking: whether somebody has read a notice is nobody's business (F09).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models import Member
from models.terms import Topic
from services.clock import moment, seconds
from services.errors import not_found
from services.reminders.meetings import period_of
from services.statement import run

#: The inbox reaches so far back; the words themselves are kept longer (services/retention.py).
REACH = timedelta(days=60)
#: So many of them stand on the home at most.
_ON_HOME = 3
#: What counts as said: everything but what still waits, or was never to be said. Whom no message can reach
#: finds here what the secretary is asked to tell.
_SAID = (
    "(r.state NOT IN ('PLANNED', 'DUE', 'SUPPRESSED') OR (r.state = 'SUPPRESSED' AND r.why = 'unbound'))"
    " AND r.words <> ''"
)
_COLUMNS = (
    "SELECT r.key, r.topic, r.words, r.way, COALESCE(r.sent_at, r.due_at) AS said, r.not_after, p.name,"
    " r.period, s.key, s.starts_at"
    " FROM reminder r LEFT JOIN member p ON p.id = r.pushed_by_id"
    " LEFT JOIN study_session s ON s.id = r.session_id WHERE r.member_id = ?"
)
_OF_MEMBER = " ".join((_COLUMNS, "AND r.created_at >= ? AND", _SAID, "ORDER BY said DESC, r.id DESC LIMIT ?"))
_ONE = " ".join((_COLUMNS, "AND r.key = ? AND r.state NOT IN ('PLANNED', 'DUE')"))
#: What was done meanwhile needs no word on the home; what a secretary is told stands on the branch's page.
_OF_USE = """r.not_after >= ? AND r.topic NOT IN ('BRANCH_SHORT', 'CONTACT_DUE', 'CARE')
 AND (s.id IS NULL OR r.topic = 'SESSION_CANCELLED' OR (s.state <> 'CANCELLED' AND NOT EXISTS (
  SELECT 1 FROM attendance a WHERE a.session_id = s.id AND a.member_id = r.member_id
  AND a.status <> 'EXPECTED')))
 AND (r.topic <> 'MAKE_UP' OR EXISTS (SELECT 1 FROM make_up u WHERE u.member_id = r.member_id
  AND u.state IN ('OWED', 'RETURNED')))
 AND (r.topic <> 'REPORT_RETURNED' OR EXISTS (SELECT 1 FROM shuxue_report t
  WHERE t.member_id = r.member_id AND t.state = 'RETURNED'))
 AND (r.topic <> 'REPORT_WINDOW' OR NOT EXISTS (SELECT 1 FROM shuxue_report t
  JOIN report_cycle c ON c.id = t.cycle_id
  WHERE t.member_id = r.member_id AND t.state <> 'DRAFT'
  AND (c.key = r.period OR r.way LIKE '%/' || c.key)))
 AND (r.topic <> 'CLAIM_CLOSING' OR NOT EXISTS (SELECT 1 FROM point_claim k
  WHERE k.member_id = r.member_id AND k.month = r.period AND k.state NOT IN ('RETURNED', 'WITHDRAWN')))"""
_STANDING = " ".join(
    (_COLUMNS, "AND r.created_at >= ? AND", _SAID, "AND", _OF_USE, "ORDER BY said DESC, r.id DESC LIMIT 10")
)
_HELD = frozenset({Topic.SESSION_TOMORROW, Topic.SESSION_MOVED})


@dataclass(frozen=True)
class Notice:
    """One thing that was said to a member.

    Attributes:
        key: names it in an address.
        topic: what it is about.
        words: what was said; empty once the words are forgotten.
        way: the path of the page that helps.
        at: when it was said.
        over: whether it is no longer of use.
        by: the name of the secretary who pressed, None for the service itself (R95).
    """

    key: str
    topic: Topic
    words: str
    way: str
    at: datetime
    over: bool
    by: str | None


def of_member(member: Member, now: datetime, limit: int = 50) -> tuple[Notice, ...]:
    """Return what was said to a member in the last 60 days, the newest first."""
    rows = run(_OF_MEMBER, (member.id, seconds(now - REACH), limit)).fetchall()
    return tuple(_notice(row, now) for row in rows)


def find(member: Member, key: str, now: datetime) -> Notice:
    """Return one notice of a member, as long as its row is kept.

    Raises:
        ServiceError: `not_found` for an unknown key and for somebody else's alike.
    """
    row = run(_ONE, (member.id, key)).fetchone() if key.isprintable() and len(key) <= 22 else None
    if row is None:
        raise not_found("这条提醒")
    return _notice(row, now)


def standing(member: Member, now: datetime, *, hours_are_enough: bool = False) -> tuple[Notice, ...]:
    """Return what is still worth acting on, the newest first, three at most, in one query.

    Args:
        member: to whom it was said.
        now: this moment.
        hours_are_enough: whether the member's hours of the year are complete, as the caller knows already:
            then nothing is said of a gap.
    """
    rows = run(_STANDING, (member.id, seconds(now - REACH), seconds(now))).fetchall()
    found: dict[str, Notice] = {}
    for row in rows:
        notice = _notice(row, now)
        if notice.topic is Topic.HOURS_GAP and hours_are_enough:
            continue
        if notice.topic in _HELD and _moved_since(row):
            continue
        if notice.topic in _HELD:
            found[notice.key] = notice
        else:
            found.setdefault(notice.topic, notice)
    return tuple(found.values())[:_ON_HOME]


def _moved_since(row: Any) -> bool:
    """Whether a session is no longer at the time of which a notice speaks."""
    period, key, starts_at = row[7], row[8], row[9]
    return key is not None and period != period_of(key, moment(starts_at))


def _notice(row: Any, now: datetime) -> Notice:
    key, topic, words, way, at, not_after, by = row[:7]
    return Notice(key, Topic(topic), words, way, moment(at), not_after < seconds(now), by)
