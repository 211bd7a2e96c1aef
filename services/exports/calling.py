"""The phone-and-visit list: who was not reached by a reminder, and about what (R94)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from models import Member, ReachNote, Reminder
from models.terms import ReminderState, Topic
from services import keyring
from services.actor import Actor
from services.clock import civil_day
from services.exports import scope
from services.transaction import transaction

#: Whom no message reached: the person is called or visited instead.
_UNREACHED = (ReminderState.INBOX, ReminderState.REFUSED, ReminderState.DEAD)


@dataclass(frozen=True)
class Call:
    """Somebody to be called or visited; `phone` is "" when none is known (F19: it is optional)."""

    group: str | None
    name: str
    number: str
    phone: str
    topic: Topic
    words: str
    until: date


@dataclass(frozen=True)
class CallsTable:
    """Whom a branch has to call or visit, by group and name."""

    branch: str
    rows: tuple[Call, ...]


def of_branch(actor: Actor, code: str | None, now: datetime) -> CallsTable:
    """Return who was not reached about what still matters and has not been called or visited since.

    Raises:
        ServiceError: `not_found` for another branch.
    """
    today = civil_day(now)
    branch = scope.branch_of(actor, code, today)
    done = ReachNote.select(ReachNote.reminder).where(
        ReachNote.branch == branch, ReachNote.reminder.is_null(False)
    )
    with transaction():
        query = (
            scope.members(
                branch,
                today,
                today,
                scope.GROUP.name,
                Member.name,
                Member.number,
                Member.phone,
                Reminder.topic,
                Reminder.words,
                Reminder.not_after,
            )
            .switch(Member)
            .join(Reminder, on=(Reminder.member == Member.id))
            .where(Reminder.state.in_(_UNREACHED), Reminder.not_after >= now, Reminder.id.not_in(done))
            .order_by_extend(Reminder.topic, Reminder.id)
        )
        rows = tuple(
            Call(group, name, number, _plain(phone), topic, words, civil_day(until))
            for group, name, number, phone, topic, words, until in query.tuples()
        )
        scope.note(actor, now, "calling", branch)
    return CallsTable(branch.name, rows)


def _plain(phone: str | None) -> str:
    return (keyring.current().unseal(phone) or "") if phone else ""
