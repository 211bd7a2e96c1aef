"""Writing a session's hours into the ledger, in set-based statements, and reversing them (R06, R07, R110)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from models import Attendance, HourEntry, StudySession
from models.terms import AttendanceStatus, CreditKind, EntrySource, SessionState
from services import rulebook
from services.actor import Actor
from services.clock import civil_day, seconds
from services.errors import ServiceError
from services.hours import credit_parts
from services.policy.amounts import hours as as_hours
from services.policy.amounts import hundredths
from services.policy.credit import partial_credit
from services.statement import run as _run

#: What each member's attendance earns of one part of the session: the part's share of the amount that
#: reaches into it. ?1 … are bound in `post`.
_POST = """
INSERT INTO hour_entry (member_id, branch_id, year, day, hours, stated, credit_kind, source, session_id,
                        posting, rule, edition, confirmed_by_id, created_at)
SELECT e.member_id, e.branch_id, ?, ?, e.amount * ? / 100, e.amount, ?, ?, ?, ?, 'R07', ?, {confirmer}, ?
FROM (
    SELECT p.member_id, p.branch_id,
           CASE WHEN p.earned - ? < 0 THEN 0 WHEN p.earned - ? > ? THEN ? ELSE p.earned - ? END AS amount
    FROM (
        SELECT a.member_id, m.branch_id,
               CASE WHEN a.status = 'PARTIAL' THEN a.part_credit ELSE ? END AS earned
        FROM attendance a JOIN member m ON m.id = a.member_id
        WHERE a.session_id = ? AND a.status IN ('PRESENT', 'LATE', 'PARTIAL')
    ) p
) e
WHERE e.amount > 0
ORDER BY e.member_id
"""

#: Whatever still stands of the session: its last posting, and what was corrected of it by hand. A member may
#: have several lines on one day, so a reversal of what is no attendance goes by the number of its line.
_REVERSE = """
INSERT INTO hour_entry (member_id, branch_id, year, day, hours, stated, credit_kind, source, session_id,
                        posting, reverses_id, reason, rule, edition, confirmed_by_id, created_at)
SELECT h.member_id, h.branch_id, h.year, h.day, -h.hours, -h.stated, h.credit_kind, 'REVERSAL', h.session_id,
       CASE h.source WHEN 'ATTENDANCE' THEN h.posting ELSE -h.id END, h.id, ?, 'R110', h.edition,
       {confirmer}, ?
FROM hour_entry h
WHERE h.session_id = ? AND (h.posting = ? OR h.source = 'ADJUST') AND h.source <> 'REVERSAL'
AND NOT EXISTS (SELECT 1 FROM hour_entry r WHERE r.reverses_id = h.id)
ORDER BY h.id
"""


def claim(session: StudySession, state: SessionState, actor: Actor, now: datetime) -> bool:
    """Win the right to post a session; False when it is confirmed already or somebody else just did.

    Raises:
        ServiceError: `wrong_state` when its door has not opened yet or it was cancelled.
    """
    if state is SessionState.CONFIRMED:
        return False
    if state not in {SessionState.OPEN, SessionState.CLOSED, SessionState.REOPENED}:
        raise ServiceError("wrong_state", f"这次学习{state.label}，还不能确认。", "学习开始后再确认。")
    changed = (
        StudySession.update(
            state=SessionState.CONFIRMED,
            postings=StudySession.postings + 1,
            confirmed_at=now,
            confirmed_by=actor.member_id,
        )
        .where(
            StudySession.id == session.id,
            StudySession.state.in_([SessionState.PUBLISHED, SessionState.REOPENED]),
        )
        .execute()
    )
    return bool(changed == 1)


def post(session: StudySession, actor: Actor, now: datetime) -> None:
    """Write one line per member and calendar year for everybody who was there.

    What PARTIAL earned by the rule's default is written down in its place, so that `verify` can
    recompute the line whatever the rule becomes (R102, R110).
    """
    rules = rulebook.current().hours(civil_day(session.starts_at))
    if not session.credit or session.credit_kind is CreditKind.NONE:
        return
    half = hundredths(partial_credit(as_hours(session.credit), rules.partial_share, rules.step))
    Attendance.update(part_credit=half).where(
        Attendance.session == session,
        Attendance.status == AttendanceStatus.PARTIAL,
        Attendance.part_credit.is_null(),
    ).execute()
    ratio = int(rules.ratio[session.credit_kind] * Decimal(100))
    sql = _POST.format(confirmer="NULL" if actor.member_id is None else str(int(actor.member_id)))
    before = 0
    for day, part in credit_parts(session.starts_at, session.ends_at, session.credit, rules.step):
        what = (day.year, day.isoformat(), ratio, session.credit_kind.value, EntrySource.ATTENDANCE.value)
        where = (session.id, session.postings, rules.edition, seconds(now))
        _run(sql, (*what, *where, before, before, part, part, before, session.credit, session.id))
        before += part


def reverse(session: StudySession, actor: Actor, reason: str, now: datetime) -> None:
    """Reverse every line of the last posting, corrections included, and open the session again.

    Raises:
        ServiceError: `wrong_state` when it is not confirmed.
    """
    changed = (
        StudySession.update(state=SessionState.REOPENED)
        .where(StudySession.id == session.id, StudySession.state == SessionState.CONFIRMED)
        .execute()
    )
    if changed != 1:
        raise ServiceError("wrong_state", "这次学习还没有确认，不用退回。", "直接改点名就好。")
    sql = _REVERSE.format(confirmer="NULL" if actor.member_id is None else str(int(actor.member_id)))
    _run(sql, (reason, seconds(now), session.id, session.postings))


def lines_of(session: StudySession) -> list[HourEntry]:
    """Return the lines that a session has posted so far, in order."""
    return list(HourEntry.select().where(HourEntry.session == session).order_by(HourEntry.id))
