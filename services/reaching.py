"""The phone-and-visit list: who was not reached, why, what to say, and what came of it (R94).

A number is shown in full on the page of the one person who is to be called, and on the sheet that is printed
for calling, to those who lead that person's branch. Everywhere else it is masked (F19).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from peewee import SQL, fn

from models import Member, Organization, ReachNote, Reminder
from models.terms import ReachKind, ReminderState, SuppressedWhy, Topic
from services import audit, deciders, phones
from services.actor import Actor
from services.clock import civil_day
from services.deciders import Desk
from services.errors import invalid, not_found
from services.phones import Phone
from services.reminders import due_still
from services.reminders.pushed import section, several
from services.transaction import transaction
from services.words import words_or_none

#: A list of more people than this is called through in parts.
MOST = 500
#: So many earlier calls and visits of one person are shown.
_HISTORY = 10
LONGEST = 200
#: What is told later than this is no note about this year's work.
_OLDEST = timedelta(days=366)
#: The same note within this time is a second press of the same button.
_SECOND_PRESS = timedelta(minutes=10)
_BATCH = 500
_STATES = (ReminderState.INBOX, ReminderState.REFUSED, ReminderState.DEAD, ReminderState.UNKNOWN)
#: Reasons for which a person is to be called; any other one has taken the row off the list.
_WHY = (SuppressedWhy.UNBOUND, SuppressedWhy.QUIET_HOURS)


@dataclass(frozen=True)
class Matter:
    """One thing to be told, from `day` until the day `until`; `state` and `why` say why no message did."""

    topic: Topic
    words: str
    state: ReminderState
    why: SuppressedWhy | None
    day: date
    until: date


@dataclass(frozen=True)
class Unreached:
    """One person with all that is to be told.

    `section` is the group, with the branch where there are several.
    """

    number: str
    name: str
    section: str
    matters: tuple[Matter, ...]
    phone: Phone


@dataclass(frozen=True)
class Reached:
    """What the leader says: by telephone or at the door, on which day, and a few words if any."""

    kind: str
    day: date
    words: str = ""


@dataclass(frozen=True)
class Note:
    """An earlier call or visit."""

    kind: ReachKind
    day: date
    words: str | None
    by: str | None


@dataclass(frozen=True)
class Person:
    """The page of one person; without `matters` there is nothing left to be told."""

    number: str
    name: str
    matters: tuple[Matter, ...]
    phone: Phone
    notes: tuple[Note, ...]


def on_list(now: datetime) -> Any:
    """Return the condition that a reminder still calls for a telephone call or a visit."""
    why = Reminder.why.is_null() | Reminder.why.in_(_WHY)
    unbound = (Reminder.state == ReminderState.SUPPRESSED) & (Reminder.why == SuppressedWhy.UNBOUND)
    told = ReachNote.select(SQL("1")).where(
        ReachNote.member == Reminder.member,
        ReachNote.at >= fn.COALESCE(Reminder.closed_at, Reminder.due_at),
    )
    return ((Reminder.state.in_(_STATES) & why) | unbound) & (Reminder.not_after >= now) & ~fn.EXISTS(told)


def waiting(actor: Actor, now: datetime) -> tuple[Unreached, ...]:
    """Return who is to be called or visited, by group and name, with masked numbers."""
    return _unreached(_desk(actor, now), now, in_full=False)


def for_paper(actor: Actor, now: datetime) -> tuple[Unreached, ...]:
    """Return the same with the numbers to call: paper cannot be tapped."""
    return _unreached(_desk(actor, now), now, in_full=True)


def of_branch(actor: Actor, branch: Organization, now: datetime) -> tuple[Unreached, ...]:
    """Return those of one branch, with the numbers to call where the actor leads it."""
    return _unreached(_desk(actor, now), now, in_full=True, of=(Member.branch == branch,))


def person(actor: Actor, number: str, now: datetime) -> Person:
    """Return one person with the number to call and the earlier calls and visits.

    Raises:
        ServiceError: `not_found` for unknown people and for those of others alike, `own` for oneself.
    """
    place = _desk(actor, now)
    member = _member(place, number)
    matters = _matters([member.id], now).get(member.id, [])
    # Whoever has been told needs no call, so the number is covered again.
    phone = phones.of_members(place, [member.id], in_full=bool(matters))[member.id]
    by = Member.alias()
    notes = (
        ReachNote.select(ReachNote.kind, ReachNote.day, ReachNote.words, by.name)
        .left_outer_join(by, on=(ReachNote.by == by.id))
        .where(ReachNote.member == member)
        .order_by(ReachNote.day.desc(), ReachNote.id.desc())
        .limit(_HISTORY)
        .tuples()
    )
    earlier = tuple(Note(*row) for row in notes)
    return Person(member.number, member.name, tuple(matters), phone, earlier)


def note(actor: Actor, number: str, reached: Reached, now: datetime) -> None:
    """Write down that somebody was called or visited; with it the person leaves the list.

    Raises:
        ServiceError: `not_found` as for `person`; `kind`, `day`, `text` for what was typed.
    """
    kind, today = _kind(reached.kind), civil_day(now)
    said = words_or_none(reached.words, LONGEST, "备注")
    if not today - _OLDEST <= reached.day <= today:
        raise invalid("day", "这一天不对。", "请选今天，或者以前的一天。")
    with transaction():
        member = _member(_desk(actor, now), number)
        values: dict[str, Any] = {"kind": kind, "words": said, "day": reached.day, "by": actor.member_id}
        if _pressed_before(member, values, now):
            return
        latest = (
            Reminder.select(Reminder.id)
            .where(Reminder.member == member, on_list(now))
            .order_by(Reminder.id.desc())
            .first()
        )
        made = ReachNote.create(
            branch=member.branch_id, member=member, reminder=latest and latest.id, at=now, **values
        )
        audit.record(actor, now, "reach.noted", "reach_note", made.id, member=member.id, kind=kind.value)


def settle(now: datetime) -> int:
    """Take off the list what needs no call any more, and return how many reminders (F13).

    Asked is what the deliverer asks before sending: who has caught up, opted out or is exempt meanwhile is
    not called either.
    """
    last, settled = 0, 0
    while True:
        rows = list(
            Reminder.select().where(on_list(now), Reminder.id > last).order_by(Reminder.id).limit(_BATCH)
        )
        if not rows:
            return settled
        last = rows[-1].id
        gone = due_still.withdrawn(rows, now)
        with transaction():
            for why in set(gone.values()):
                mine = [row for row, reason in gone.items() if reason is why]
                settled += (
                    Reminder.update(why=why, closed_at=now)
                    .where(Reminder.id.in_(mine), Reminder.state.in_((*_STATES, ReminderState.SUPPRESSED)))
                    .execute()
                )


def _desk(actor: Actor, now: datetime) -> Desk:
    return deciders.desk(actor, civil_day(now))


def _member(place: Desk, number: str) -> Member:
    found = Member.get_or_none(Member.number == number) if number.isprintable() else None
    if found is None:
        raise not_found("这位同志")
    deciders.require(place, found, "这位同志")
    return found


def _kind(word: str) -> ReachKind:
    if word not in set(ReachKind):
        raise invalid("kind", "还没有选是打过电话还是上门看过。", "请按其中一个按钮。")
    return ReachKind(word)


def _pressed_before(member: Member, values: dict[str, Any], now: datetime) -> bool:
    same = [getattr(ReachNote, name).is_null() if value is None else getattr(ReachNote, name) == value
            for name, value in values.items()]  # fmt: skip
    since = ReachNote.at > now - _SECOND_PRESS
    return bool(ReachNote.select().where(ReachNote.member == member, since, *same).exists())


def _unreached(
    place: Desk, now: datetime, *, in_full: bool, of: tuple[Any, ...] = ()
) -> tuple[Unreached, ...]:
    standing = Reminder.select(Reminder.member).where(on_list(now))
    people = deciders.on_desk(place, MOST, Member.id.in_(standing), *of)
    numbers = [each.id for each in people]
    matters, called = _matters(numbers, now), phones.of_members(place, numbers, in_full=in_full)
    with_branch = several(people)
    return tuple(
        Unreached(
            each.number, each.name, section(each, with_branch), tuple(matters[each.id]), called[each.id]
        )
        for each in people
        if each.id in matters
    )


def _matters(members: Sequence[int], now: datetime) -> dict[int, list[Matter]]:
    """Return what each of these members is to be told, the oldest first."""
    found: dict[int, list[Matter]] = {}
    rows = Reminder.select().where(on_list(now), Reminder.member.in_(list(members)))
    for row in rows.order_by(Reminder.due_at, Reminder.id):
        days = (civil_day(row.due_at), civil_day(row.not_after))
        matter = Matter(row.topic, row.words, row.state, row.why, *days)
        found.setdefault(row.member_id, []).append(matter)
    return found
