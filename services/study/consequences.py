"""What a confirmation, its reopening and a cancellation do to leaves and make-ups, in set-based statements.

A session has thousands of places when a committee holds it, so nothing here goes member by member.
`services/roll/attendance.py` and `services/study/sessions.py` call in; this module knows neither of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models import MakeUp, StudySession, database
from models.terms import CreditKind, MakeUpMode
from services import rulebook
from services.clock import civil_day, seconds
from services.policy.amounts import hundredths
from services.statement import run as _run

#: Why the service itself waives a make-up: the roll was corrected. The next correction may owe it again.
CAME_AFTER_ALL = "重新核对后记为到会，不用补"

_THERE = "('PRESENT', 'LATE', 'PARTIAL')"
#: Places for which something was missed, so that it can be made good (R31).
_MISSED = "('LEAVE', 'ABSENT', 'PARTIAL')"

_VOID = f"""
UPDATE leave SET state = 'VOID' WHERE session_id = ? AND state IN ('SUBMITTED', 'APPROVED')
AND member_id IN (SELECT a.member_id FROM attendance a WHERE a.session_id = ? AND a.status IN {_THERE})
"""  # noqa: S608 - put together from the lists above
#: Who has an approved leave is on leave, also where a roll call was taken back (R30).
_ON_LEAVE = """
UPDATE attendance SET status = 'LEAVE' WHERE session_id = ? AND status = 'ABSENT'
AND member_id IN (SELECT l.member_id FROM leave l WHERE l.session_id = ? AND l.state = 'APPROVED')
"""
_UNVOID = """
UPDATE leave SET state = CASE WHEN decided_at IS NULL THEN 'SUBMITTED' ELSE 'APPROVED' END
WHERE session_id = ? AND state = 'VOID'
"""
_CANCEL = "UPDATE leave SET state = 'VOID' WHERE session_id = ? AND state IN ('SUBMITTED', 'APPROVED')"
_OWE = """
INSERT INTO make_up (key, branch_id, session_id, member_id, state, due, created_at)
SELECT {key}, m.branch_id, a.session_id, a.member_id, 'OWED', ?, ?
FROM attendance a JOIN member m ON m.id = a.member_id
WHERE a.session_id = ? AND a.due = {true} AND a.status IN ('LEAVE', 'ABSENT')
AND NOT EXISTS (SELECT 1 FROM make_up u WHERE u.session_id = a.session_id AND u.member_id = a.member_id)
ON CONFLICT DO NOTHING
"""
_WAIVE = f"""
UPDATE make_up SET state = 'WAIVED', reason = ?, decided_at = ?, decided_by_id = NULL
WHERE session_id = ? AND state <> 'WAIVED' AND NOT EXISTS (SELECT 1 FROM attendance a
 WHERE a.session_id = make_up.session_id AND a.member_id = make_up.member_id AND a.status IN {_MISSED})
"""  # noqa: S608 - as above
#: What somebody had written already waits for the branch again, the rest is simply owed.
_OWE_AGAIN = f"""
UPDATE make_up SET state = CASE WHEN submitted_at IS NULL THEN 'OWED' ELSE 'SUBMITTED' END,
 reason = NULL, decided_at = NULL
WHERE session_id = ? AND state = 'WAIVED' AND reason = ? AND decided_by_id IS NULL
AND EXISTS (SELECT 1 FROM attendance a
 WHERE a.session_id = make_up.session_id AND a.member_id = make_up.member_id AND a.status IN {_MISSED})
"""  # noqa: S608 - as above
_MODES = " ".join(f"WHEN '{mode.value}' THEN '补学：{mode.label}'" for mode in MakeUpMode)
#: The line of a confirmed make-up: what the attendance left over, by the share of the rules and the ratio of
#: the kind. It lies on the day it was made up, or on the session's when that is another year's (R05).
_POST = f"""
INSERT INTO hour_entry (member_id, branch_id, year, day, hours, stated, credit_kind, source, session_id,
                        posting, reason, rule, edition, confirmed_by_id, created_at)
SELECT e.member_id, e.branch_id, ?, e.day, e.amount * ? / 100, e.amount, ?, 'MAKE_UP', e.session_id,
       ?, e.reason, 'R31', ?, e.decided_by_id, ?
FROM (
    SELECT u.member_id, m.branch_id, u.session_id, u.decided_by_id,
           CASE u.mode {_MODES} ELSE '补学' END AS reason,
           CASE WHEN SUBSTR(u.done_on, 1, 4) = ? THEN u.done_on ELSE ? END AS day,
           (? - CASE WHEN a.status = 'PARTIAL' THEN COALESCE(a.part_credit, 0) ELSE 0 END) * ? / 100 AS amount
    FROM make_up u JOIN member m ON m.id = u.member_id
    JOIN attendance a ON a.session_id = u.session_id AND a.member_id = u.member_id
    WHERE u.session_id = ? AND u.state = 'CONFIRMED' AND (u.id = ? OR 0 = ?) AND a.status IN {_MISSED}
) e
WHERE e.amount > 0
ORDER BY e.member_id
"""  # noqa: S608 - as above


@dataclass(frozen=True)
class Worth:
    """What missing a session means. All amounts are hundredths.

    `credit` is the session's, `share` what a make-up gives of it, `ratio` what an hour of its kind counts,
    `edition` that of the hour rules which say the ratio.
    """

    credit: int
    share: int
    ratio: int
    edition: str

    @property
    def owed(self) -> bool:
        """Whether anything can be made up: a session that gives nothing leaves nothing to make good."""
        return self.of(0) > 0

    def of(self, had: int) -> int:
        """Return the hundredths of an hour that making up counts for somebody who `had` a part already."""
        return self.stated(had) * self.ratio // 100

    def stated(self, had: int) -> int:
        """Return the hundredths that the line of a make-up states, before the ratio of the kind (R03)."""
        return max(self.credit - had, 0) * self.share // 100


def worth_of(session: StudySession) -> Worth:
    """Return what a session is worth to those who make it up, by the rules of its own day (R07, R102)."""
    return worth(session.credit, session.credit_kind, civil_day(session.starts_at))


def worth(credit: int, kind: CreditKind, day: date) -> Worth:
    """Return what a session of so many hundredths of an hour, of this kind and day, is worth."""
    rules = rulebook.current().hours(day)
    share = hundredths(rulebook.current().leave(day).makeup_ratio)
    given = 0 if kind is CreditKind.NONE else credit
    return Worth(given, share, hundredths(rules.ratio[kind]), rules.edition)


def settle(session: StudySession, now: datetime) -> None:
    """Bring leaves and make-ups in line with a session that was confirmed this moment (R29–R31).

    Whoever came needs no leave; whoever has an approved leave is on leave; those due who did not come owe
    a make-up. At a later confirmation a make-up that was confirmed is posted again, once, or waived
    when the member turns out to have been there (R07).
    """
    _run(_VOID, (session.id, session.id))
    _run(_ON_LEAVE, (session.id, session.id))
    if session.postings > 1:
        _run(_WAIVE, (CAME_AFTER_ALL, seconds(now), session.id))
        _run(_OWE_AGAIN, (session.id, CAME_AFTER_ALL))
        post(session, now)
    if worth_of(session).owed:
        day = civil_day(session.starts_at)
        due = day + timedelta(days=rulebook.current().leave(day).makeup_days)
        _run(_owe(), (due.isoformat(), seconds(now), session.id))


def post(session: StudySession, now: datetime, make_up: MakeUp | None = None) -> None:
    """Write the lines of a confirmed session's confirmed make-ups, or of one of them.

    The lines carry the number of the session's posting, so that reopening the session reverses them
    together with the attendance's.
    """
    of = worth_of(session)
    day = civil_day(session.starts_at)
    only = make_up.id if make_up else 0
    head = (day.year, of.ratio, session.credit_kind.value, session.postings, of.edition, seconds(now))
    amount = (str(day.year), day.isoformat(), of.credit, of.share)
    _run(_POST, (*head, *amount, session.id, only, only))


def reopen(session: StudySession) -> None:
    """Let the leaves of a reopened session stand as they stood before it was confirmed."""
    _run(_UNVOID, (session.id,))


def cancel(session: StudySession) -> None:
    """Let the leaves of a cancelled session lapse: nobody needs to ask any more."""
    _run(_CANCEL, (session.id,))


def _owe() -> str:
    # A key of the database's own making saves a round trip for each of perhaps thousands; what a key opens
    # is guarded by who may see it, not by being hard to guess.
    if database.obj.server:
        return _OWE.format(key="SUBSTR(REPLACE(GEN_RANDOM_UUID()::TEXT, '-', ''), 1, 20)", true="TRUE")
    return _OWE.format(key="LOWER(HEX(RANDOMBLOB(10)))", true="1")
