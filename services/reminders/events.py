"""Notices of sessions that were moved or cancelled, written where it happens (R94, F13).

Both are called inside the verb's own transaction: with the verb the notice is there, or neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models import StudySession
from models.terms import SuppressedWhy, Topic
from services.clock import seconds
from services.reminders import outbox, people, words
from services.reminders.decided import Decided
from services.reminders.judging import Judge
from services.reminders.meetings import last_call, period_of
from services.reminders.moment import Candidate, Moment, at, rows, true
from services.statement import run


@dataclass(frozen=True)
class _Notice:
    """What is said about a session, and until when it helps to hear it."""

    topic: Topic
    period: str
    holes: dict[str, str]
    useful_until: datetime


def cancelled(session: StudySession, now: datetime) -> Decided:
    """Withdraw what is still waiting to be said about a session, and tell those who would have come (R94)."""
    moment = at(now)
    _withdraw(session, moment, SuppressedWhy.CANCELLED)
    notice = _Notice(Topic.SESSION_CANCELLED, session.key, _holes(session, moment), session.starts_at)
    return _tell(session, notice, moment)


def moved(session: StudySession, was: datetime, now: datetime, was_at: str | None = None) -> Decided:
    """Tell those who are expected that a session, already saved as it will be, is not held as it was.

    What was still waiting to be said about the old time is withdrawn; the new one is announced on its eve.
    Each move is an event of its own, also the one that takes another back.

    Args:
        session: as it is now.
        was: when it was to begin.
        now: this moment.
        was_at: where it was to be held, when that has changed as well.
    """
    moment = at(now)
    _withdraw(session, moment, SuppressedWhy.CANCELLED)
    before = words.dated(was, moment.today.year) + (f"，{was_at}" if was_at else "")
    holes = _holes(session, moment) | {"was": before}
    period = f"{period_of(session.key, session.starts_at)}~{seconds(now)}"
    notice = _Notice(Topic.SESSION_MOVED, period, holes, min(was, session.starts_at))
    return _tell(session, notice, moment)


def _holes(session: StudySession, moment: Moment) -> dict[str, str]:
    return words.of_session(session.title, session.starts_at, session.place, session.credit, moment.now)


def _withdraw(session: StudySession, moment: Moment, why: SuppressedWhy) -> None:
    """Close the rows of a session that nobody has been sent yet; what is on its way is left to the sender."""
    run(
        "UPDATE reminder SET state = 'SUPPRESSED', why = ?, closed_at = ?, claim = NULL"
        " WHERE session_id = ? AND state IN ('PLANNED', 'DUE', 'FAILED', 'INBOX')",
        (why.value, seconds(moment.now), session.id),
    )


def _tell(session: StudySession, notice: _Notice, moment: Moment) -> Decided:
    """Write a notice for everybody who is expected; whom it cannot reach in time stands on the list."""
    until = last_call(notice.useful_until)
    if not moment.topic(notice.topic).on or until <= moment.now:
        return Decided()
    found = [
        Candidate(notice.topic, member, branch, notice.period, notice.holes, until, session=session.id)
        for member, branch in rows(
            "SELECT a.member_id, m.branch_id FROM attendance a JOIN member m ON m.id = a.member_id"
            f" WHERE a.session_id = ? AND a.due = {true()} AND a.status = 'EXPECTED' ORDER BY a.member_id",
            session.id,
        )
    ]
    names = {
        number: name for number, (name, _) in people.branches_of({each.branch for each in found}).items()
    }
    decided = Judge(moment, branches=names).decide(
        found, people.known([each.member for each in found], moment)
    )
    outbox.write(decided, moment.rules.edition, moment.now)
    return decided
