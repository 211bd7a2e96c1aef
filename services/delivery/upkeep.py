"""What was left lying: rows of a killed sender, messages without a receipt; and the figures of the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from models import ChannelPause, Reminder
from models.terms import ReminderState
from services.clock import moment, seconds
from services.reminders.waking import wake
from services.statement import run
from services.transaction import transaction

#: A batch gives back after a minute what it has not begun, and no call takes half a minute.
LEASE = timedelta(minutes=2)
#: A message whose receipt has not come by then is unknown for good (WECHAT part 2).
RECEIPT = timedelta(hours=24)

#: What may have left is never sent again by itself; what has not been begun is due as before.
_REAP = (
    "UPDATE reminder SET"
    " state = CASE WHEN {left} THEN 'UNKNOWN' WHEN tries > 0 THEN 'FAILED' ELSE 'DUE' END,"
    " closed_at = CASE WHEN {left} THEN ? ELSE NULL END,"
    " sent_at = CASE WHEN {left} THEN claimed_at ELSE NULL END,"
    " claim = CASE WHEN {left} THEN claim ELSE NULL END,"
    " claimed_at = NULL"
    " WHERE state = 'SENDING' AND claimed_at < ?"
).replace(
    "{left}",
    "EXISTS (SELECT 1 FROM reminder_attempt a WHERE a.reminder_id = reminder.id AND a.state = 'SENDING')",
)
_FIGURES = (
    "SELECT state, COUNT(*), MIN(due_at) FROM reminder"
    " WHERE state IN ('PLANNED', 'DUE', 'FAILED', 'SENDING') GROUP BY state"
    " UNION ALL SELECT state, COUNT(*), NULL FROM reminder WHERE state IN"
    " ('ACCEPTED', 'DELIVERED', 'REFUSED', 'UNKNOWN', 'DEAD', 'INBOX', 'SUPPRESSED') GROUP BY state"
)
_STALE = "SELECT COUNT(*) FROM reminder WHERE state = 'SUPPRESSED' AND why = 'stale'"

log = structlog.get_logger("delivery")


def reap(now: datetime) -> int:
    """Settle the rows of senders that were killed, and return how many there were (G6).

    With an attempt before its answer a row becomes UNKNOWN; without one it is due again.
    """
    at = seconds(now)
    with transaction():
        found = run(_REAP, (at, seconds(now - LEASE))).rowcount
        run(
            "UPDATE reminder_attempt SET state = 'UNKNOWN' WHERE state = 'SENDING' AND reminder_id IN"
            " (SELECT id FROM reminder WHERE state = 'UNKNOWN' AND closed_at = ?)",
            (at,),
        )
    if found:
        log.warning("reminders_reaped", rows=found)
    return int(found)


def close_unanswered(now: datetime) -> int:
    """Make unknown what was accepted and has had no receipt for a day; returns how many."""
    with transaction():
        return int(
            Reminder.update(state=ReminderState.UNKNOWN, closed_at=now)
            .where(Reminder.state == ReminderState.ACCEPTED, Reminder.sent_at < now - RECEIPT)
            .execute()
        )


def sweep(now: datetime) -> int:
    """Settle what was left lying, forget the pauses that are over, and ask for a delivery of what is due."""
    settled = reap(now) + close_unanswered(now)
    with transaction():
        ChannelPause.delete().where(ChannelPause.until <= now).execute()
        if due(now):
            wake()
    return settled


def due(now: datetime) -> bool:
    """Whether anything waits to be sent at this moment."""
    at = seconds(now)
    found = run(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM reminder WHERE state = 'DUE' AND due_at <= ?)"
        " OR EXISTS (SELECT 1 FROM reminder WHERE state = 'FAILED' AND due_at <= ?)",
        (at, at),
    ).fetchone()
    return found is not None


@dataclass(frozen=True)
class Figures:
    """The outbox in numbers: rows by state, and since when the oldest of the due ones waits.

    `stale` are those that became too late before they could be sent.
    """

    by_state: dict[ReminderState, int]
    oldest: datetime | None
    stale: int = 0

    @property
    def pending(self) -> int:
        """Return how many are still to be sent."""
        return sum(self.by_state.get(state, 0) for state in _PENDING)

    def age(self, now: datetime) -> float:
        """Return for how many seconds the oldest due reminder has been due, 0 when none is."""
        return max(0.0, (now - self.oldest).total_seconds()) if self.oldest else 0.0


_PENDING = (ReminderState.DUE, ReminderState.FAILED, ReminderState.SENDING)


def figures() -> Figures:
    """Read the figures in two queries."""
    by_state: dict[ReminderState, int] = {}
    oldest: list[int] = []
    for name, count, first in run(_FIGURES, ()).fetchall():
        state = ReminderState(name)
        by_state[state] = int(count)
        if first is not None and state in _PENDING:
            oldest.append(first)
    [stale] = run(_STALE, ()).fetchone()
    return Figures(by_state, moment(min(oldest)) if oldest else None, int(stale))
