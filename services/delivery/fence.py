"""The fence: while it stands nothing leaves, so that a restored database repeats nothing (G12)."""

from __future__ import annotations

from datetime import datetime

from models import OutgoingFence, Reminder
from models.terms import Channel, ReminderState
from services import audit
from services.actor import Actor
from services.transaction import transaction


def raised() -> OutgoingFence | None:
    """Return the fence, None when the way is free."""
    return OutgoingFence.select().order_by(OutgoingFence.id).first()


def put_up(actor: Actor, why: str, now: datetime) -> None:
    """Raise the fence; one that stands already stays as it is."""
    with transaction():
        if raised() is None:
            OutgoingFence.insert(raised_at=now, why=why[:100]).execute()
            audit.record(actor, now, "fence.raised", "fence", "outgoing")


def release(actor: Actor, now: datetime) -> bool:
    """Take the fence away and say whether there was one."""
    with transaction():
        gone = bool(OutgoingFence.delete().execute())
        if gone:
            audit.record(actor, now, "fence.released", "fence", "outgoing")
    return gone


def to_list(actor: Actor, now: datetime) -> int:
    """Put on the list what was due before the fence was raised: it may have been sent before the restore."""
    with transaction():
        standing = raised()
        if standing is None:
            return 0
        moved = (
            Reminder.update(state=ReminderState.INBOX, channel=Channel.INBOX, claim=None, claimed_at=None)
            .where(
                Reminder.state.in_([ReminderState.DUE, ReminderState.FAILED, ReminderState.SENDING]),
                Reminder.due_at <= standing.raised_at,
            )
            .execute()
        )
        audit.record(actor, now, "fence.to_list", "fence", "outgoing", count=moved)
    return int(moved)
