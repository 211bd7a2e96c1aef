"""What was said is forgotten, that it was said stays as long as a limit may ask for it (F20, F13)."""

from __future__ import annotations

from datetime import datetime

from models import ReachNote, ReminderAttempt, RollEntry, StudySession, SubscribeCredit, Transfer
from models.terms import SessionState, TransferState
from services import retention
from services.clock import civil_day, seconds
from services.statement import run
from services.transaction import transaction

#: So many rows lose their words, or go, in one transaction: nobody who writes waits long for it.
_AT_ONCE = 2_000

#: The empty text is written out, so that the index of the rows with words serves on both databases.
_EMPTY = (
    "UPDATE reminder SET words = '', fields = '{}' WHERE id IN ("
    "SELECT id FROM reminder WHERE words <> '' AND not_after < ? LIMIT ?)"
)
_REMOVE = (
    "DELETE FROM reminder WHERE id IN ("
    "SELECT id FROM reminder WHERE created_at < ? AND not_after < ? LIMIT ?)"
)


def forget_old(now: datetime) -> int:
    """Empty the words of reminders long past, remove those that no limit asks for, and return how many.

    With a reminder its attempts go; attempts, used credits and notes of calls and visits have their own days.
    """
    words = seconds(now - retention.days(retention.REMINDER_WORDS_DAYS))
    rows = seconds(now - retention.days(retention.REMINDER_DAYS))
    return _traces(now) + _in_parts(_EMPTY, words) + _in_parts(_REMOVE, rows, words)


def _traces(now: datetime) -> int:
    tried = now - retention.days(retention.ATTEMPT_DAYS)
    used = now - retention.days(retention.CREDIT_DAYS)
    noted = civil_day(now - retention.days(retention.REMINDER_DAYS))
    with transaction():
        return int(
            ReminderAttempt.delete().where(ReminderAttempt.at < tried).execute()
            + SubscribeCredit.delete().where(SubscribeCredit.used_at < used).execute()
            + ReachNote.delete().where(ReachNote.day < noted).execute()
        )


def forget_console(now: datetime) -> int:
    """Remove roll calls as devices sent them and transfers that came to nothing; return how many rows.

    The place in the session keeps status and time, so nothing of the record is lost with an entry.
    """
    settled = StudySession.select(StudySession.id).where(
        StudySession.state == SessionState.CONFIRMED,
        StudySession.confirmed_at < now - retention.days(retention.ROLL_DAYS),
    )
    # An entry that came in late is kept as long from then: its device may not have heard what became of it.
    heard = RollEntry.session.in_(settled) & (
        RollEntry.received_at < now - retention.days(retention.ROLL_DAYS)
    )
    forgotten = RollEntry.received_at < now - retention.days(retention.ROLL_FORGOTTEN_DAYS)
    nothing = Transfer.state.in_([TransferState.REFUSED, TransferState.WITHDRAWN])
    old = Transfer.decided_at < now - retention.days(retention.TRANSFER_DAYS)
    with transaction():
        return int(
            RollEntry.delete().where(heard | forgotten).execute()
            + Transfer.delete().where(nothing, old).execute()
        )


def _in_parts(sql: str, *until: int) -> int:
    """Run a statement until it finds nothing more, each part in its own transaction."""
    total = 0
    while True:
        with transaction():
            found = int(run(sql, (*until, _AT_ONCE)).rowcount)
        total += found
        if found < _AT_ONCE:
            return total
