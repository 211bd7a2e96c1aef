"""A secretary reminds: whom it may concern, the exact words, who is not reached and why, then once (R95).

What is sent and what is not decides the judge of the automatic reminders; nothing here knows a limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from models import Member
from models.terms import SuppressedWhy, Topic
from services import audit, deciders
from services.actor import Actor
from services.clock import civil_day
from services.deciders import OnDesk
from services.errors import invalid, not_found
from services.reminders import grounds, outbox, people, plan, pushed
from services.reminders.decided import Decided, Due, Suppressed
from services.reminders.grounds import Grounds
from services.reminders.judging import Judge
from services.reminders.moment import Candidate, Moment, at, push_period
from services.reminders.people import Known
from services.reminders.pushed import Line
from services.transaction import transaction

#: So many names fit one list, and one press; a larger organization's members are found by name.
MOST = 500
#: The longest number that a roster holds.
_LONGEST = 32


@dataclass(frozen=True)
class Choice:
    """Whom a secretary may choose from for one topic.

    `waiting` are those who would be told or put on the list, `aside` those who would not, with the reason.
    `counts` says for each topic that is on how many would be told. `branch_short` are those for whom the
    branch has arranged too little; `too_many` asks for a name first.
    """

    topic: Topic
    counts: tuple[tuple[Topic, int], ...]
    waiting: tuple[Line, ...]
    aside: tuple[Line, ...]
    branch_short: int
    too_many: bool


@dataclass(frozen=True)
class _Chosen:
    """Some people with all that is known of them for one topic."""

    people: Sequence[OnDesk]
    topic: Topic
    base: Grounds
    known: Known
    moment: Moment

    @property
    def period(self) -> str:
        """The day on which it goes out, so that two presses before a morning are one."""
        return push_period(_then(self.moment).today)

    @property
    def missing(self) -> _Chosen:
        """Those of them whom the topic concerns at this moment."""
        meant = self.base.missing - self.known.exempt
        return replace(self, people=[each for each in self.people if each.id in meant])

    @cached_property
    def decided(self) -> Decided:
        """What the judge says of them."""
        candidates = [self.base.candidates.get(each.id) or self._content(each) for each in self.people]
        names = {each.branch_id: each.branch for each in self.people}
        return Judge(self.moment, pushing=True, branches=names).decide(candidates, self.known)

    def _content(self, each: OnDesk) -> Candidate:
        """Return the candidate of somebody who needs no word."""
        why = SuppressedWhy.EXEMPT if each.id in self.known.exempt else SuppressedWhy.SATISFIED
        until = self.moment.evening(self.moment.today)
        return Candidate(self.topic, each.id, each.branch_id, self.period, {}, until, why)


def choose(
    actor: Actor, now: datetime, topic: Topic | None = None, name: str = "", *, everybody: bool = False
) -> Choice:
    """Return whom the actor may remind of a topic, of the first that anybody needs when none is given.

    Without a name these are the members with something to be reminded of; a name, or `everybody`, finds
    the others as well.

    Raises:
        ServiceError: `not_found` for a topic that cannot be pushed or is switched off.
    """
    moment = at(now)
    on = _topics(moment)
    if topic is not None and topic not in on:
        raise not_found("这一类提醒", "请从「提醒」里选。")
    found = deciders.on_desk(deciders.desk(actor, civil_day(now)), MOST + 1, *_named(name))
    if len(found) > MOST or not on:
        return Choice(topic or grounds.TOPICS[0], (), (), (), 0, len(found) > MOST)
    known = people.known([each.id for each in found], moment, pushing=True)
    all_of = {each: _Chosen(found, each, _grounds(found, each, moment), known, moment) for each in on}
    counts = tuple((each, sum(line.goes for line in _lines(all_of[each].missing))) for each in on)
    chosen = all_of[topic or next((each for each, number in counts if number), on[0])]
    lines = _lines(chosen if name.strip() or everybody else chosen.missing)
    waiting, aside = (tuple(line for line in lines if line.goes is goes) for goes in (True, False))
    return Choice(chosen.topic, counts, waiting, aside, chosen.base.branch_short, too_many=False)


def preview(actor: Actor, topic: Topic, numbers: Sequence[str], now: datetime) -> tuple[Line, ...]:
    """Return what would become of each chosen member, with the exact words.

    Raises:
        ServiceError: `not_found` for a topic that cannot be pushed, and for numbers that are unknown or not
            the actor's to remind; `invalid` for none, or too many.
    """
    moment = at(now)
    return _lines(_read(_found(actor, numbers, now), topic, moment))


def push(actor: Actor, topic: Topic, numbers: Sequence[str], now: datetime) -> tuple[Line, ...]:
    """Remind the chosen ones, each once, and return what became of each.

    Whoever presses twice, or at the same time as another, finds what stands already (R94, F13).

    Raises:
        ServiceError: as `preview`.
    """
    moment = at(now)
    with transaction():
        chosen = _found(actor, numbers, now)
        plan.hold(sorted({each.branch_id for each in chosen}))
        read = _read(chosen, topic, moment)
        decided = read.decided
        outbox.write(decided, moment.rules.edition, moment.now, pushed_by=actor.member_id)
        _note(actor, topic, decided, now)
    return _lines(read)


def day_of(now: datetime) -> date:
    """Return the day on which what is pushed now goes out; its page is /s/push/<day>."""
    return _then(at(now)).today


def sent_on(actor: Actor, day: date, now: datetime) -> tuple[tuple[Topic, tuple[Line, ...]], ...]:
    """Return what was pushed for a day to those within reach, by topic: as it stands now."""
    place = deciders.desk(actor, civil_day(now))
    return pushed.rows_of(place, push_period(day), MOST)


def _topics(moment: Moment) -> tuple[Topic, ...]:
    return tuple(topic for topic in grounds.TOPICS if moment.topic(topic).on)


def _named(name: str) -> list[Any]:
    """Return the condition of a typed part of a name; what no name can hold is left out of it."""
    sought = "".join(char for char in name.strip()[:_LONGEST] if char.isprintable())
    return [Member.name.contains(sought)] if sought else []


def _grounds(found: Sequence[OnDesk], topic: Topic, moment: Moment) -> Grounds:
    """Find the grounds as they will be when something may be sent: then the words are read."""
    return grounds.of(topic, {each.id: each.branch_id for each in found}, _then(moment))


def _then(moment: Moment) -> Moment:
    return at(moment.sendable) if moment.silent else moment


def _found(actor: Actor, numbers: Sequence[str], now: datetime) -> list[OnDesk]:
    """Return the members of these numbers, all of them within reach, by group and name."""
    asked = {number for number in numbers if number}
    if not asked:
        raise invalid("member", "还没有选人。", "请至少选一位同志。")
    if len(asked) > MOST:
        raise invalid("member", f"一次最多选 {MOST} 位。", "请分几次发。")
    # What no roster can hold is not asked of the database: the two refuse it in different ways.
    usable = [number for number in asked if number.isprintable() and len(number) <= _LONGEST]
    place = deciders.desk(actor, civil_day(now))
    found = deciders.on_desk(place, MOST, Member.number.in_(usable))
    missing = sorted(asked - {each.number for each in found})
    if missing:
        raise not_found("选中的同志", "名单可能刚有变动，请回到「提醒」重新选。")
    return found


def _read(chosen: list[OnDesk], topic: Topic, moment: Moment) -> _Chosen:
    if topic not in _topics(moment):
        raise not_found("这一类提醒", "请从「提醒」里选。")
    known = people.known([each.id for each in chosen], moment, pushing=True)
    return _Chosen(chosen, topic, _grounds(chosen, topic, moment), known, moment)


def _note(actor: Actor, topic: Topic, decided: Decided, now: datetime) -> None:
    """Put on record who was reminded, and for whom it was not done and why: ids and states alone (R94)."""
    rows: Sequence[Due | Suppressed] = [*decided.due, *decided.suppressed]
    if rows:
        became = {str(each.member): str(each.why or each.state) for each in rows}
        audit.record(actor, now, "reminder.pushed", "topic", topic.value, members=became)


def _lines(chosen: _Chosen) -> tuple[Line, ...]:
    return pushed.lines(chosen.people, chosen.topic, chosen.period, chosen.known, chosen.decided)
