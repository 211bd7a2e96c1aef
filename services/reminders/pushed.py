"""What becomes of each person whom a secretary reminds, before the press and after it (R95)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models import Member, Reminder
from models.terms import ReminderState, SuppressedWhy, Topic
from services import deciders
from services.clock import moment as instant
from services.deciders import Desk, OnDesk
from services.reminders.decided import Decided, Due, Suppressed
from services.reminders.people import Known


class Outcome(StrEnum):
    """Where a reminder goes: out now, out after the quiet hours, to the list, nowhere; or it went before."""

    NOW = "now"
    LATER = "later"
    LIST = "list"
    NOT = "not"
    BEFORE = "before"


_OUTCOMES = {
    ReminderState.PLANNED: Outcome.LATER,
    ReminderState.SUPPRESSED: Outcome.NOT,
} | dict.fromkeys(
    (ReminderState.INBOX, ReminderState.REFUSED, ReminderState.DEAD, ReminderState.UNKNOWN), Outcome.LIST
)


@dataclass(frozen=True)
class Line:
    """One person's line.

    `section` is the group, with the branch where there are several. `at` is when it goes out, or when the
    topic was said before.
    """

    number: str
    name: str
    section: str
    outcome: Outcome
    state: ReminderState | None
    why: SuppressedWhy | None
    words: str
    at: datetime | None

    @property
    def goes(self) -> bool:
        """Whether a press does something for this person."""
        return self.outcome in (Outcome.NOW, Outcome.LATER, Outcome.LIST)


def lines(
    people: Sequence[OnDesk], topic: Topic, period: str, known: Known, decided: Decided
) -> tuple[Line, ...]:
    """Return the lines of some people in their order; whoever was passed over has a row that stands."""
    decisions: list[Due | Suppressed] = [*decided.due, *decided.suppressed]
    by_member = {each.member: each for each in decisions}
    with_branch = several(people)
    found = []
    for person in people:
        name = (person.number, person.name, section(person, with_branch))
        each, said = by_member.get(person.id), known.said_at.get((person.id, topic))
        before = None if said is None else instant(said)
        if each is None:
            told = known.told.get((person.id, topic, period, person.branch_id))
            state = None if told is None else ReminderState(told)
            found.append(Line(*name, Outcome.BEFORE, state, None, "", before))
        else:
            at = before if each.why is SuppressedWhy.FREQUENCY else each.due_at
            found.append(Line(*name, _outcome(each.state), each.state, each.why, each.words, at))
    return tuple(found)


def rows_of(place: Desk, period: str, most: int) -> tuple[tuple[Topic, tuple[Line, ...]], ...]:
    """Return what stands in the outbox under a period for the people of a desk, by topic."""
    told = Reminder.select(Reminder.member).where(Reminder.period == period)
    people = deciders.on_desk(place, most, Member.id.in_(told))
    with_branch = several(people)
    rows: dict[tuple[Topic, int], Reminder] = {
        (row.topic, row.member_id): row
        for row in Reminder.select().where(
            Reminder.period == period, Reminder.member.in_([person.id for person in people])
        )
    }
    found = []
    for topic in sorted({topic for topic, _ in rows}, key=list(Topic).index):
        mine = [
            _line(person, section(person, with_branch), rows[topic, person.id])
            for person in people
            if (topic, person.id) in rows
        ]
        found.append((topic, tuple(mine)))
    return tuple(found)


def _line(person: OnDesk, heading: str, row: Reminder) -> Line:
    state, why, at = row.state, row.why, row.due_at
    return Line(person.number, person.name, heading, _outcome(state), state, why, row.words, at)


def _outcome(state: ReminderState) -> Outcome:
    return _OUTCOMES.get(state, Outcome.NOW)


def several(people: Sequence[OnDesk]) -> bool:
    """Whether the people are of more than one branch, so that its name has to be said."""
    return len({person.branch_id for person in people}) > 1


def section(person: OnDesk, with_branch: bool) -> str:
    """Return under which heading somebody stands."""
    if not with_branch:
        return person.group or ""
    return f"{person.branch} · {person.group}" if person.group else person.branch
