"""What a run of reminders is judged by, and what it passes on: one moment, the rules in force, candidates."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from models import database
from models.terms import SuppressedWhy, Topic
from services import calendar, rulebook
from services.clock import ZONE, civil, day_start, next_day
from services.policy import reminders as policy
from services.policy.reminders import Quiet
from services.rulebook.reminders import ReminderRules, TopicRules
from services.statement import run

_PUSHED = re.compile(r"push-\d{4}-\d{2}-\d{2}")
#: The periods of what a secretary pushed, for a LIKE.
PUSHED_LIKE = "'push-____-__-__'"
#: The calendar is read so far back and ahead: further than any run of days off.
_REACH = timedelta(days=40)


@dataclass(frozen=True)
class Moment:
    """One moment in civil time with the rules in force and the days off around it."""

    now: datetime
    rules: ReminderRules
    quiet: Quiet
    off: frozenset[date]

    @property
    def today(self) -> date:
        """The civil day."""
        return self.now.date()

    @property
    def silent(self) -> bool:
        """Whether nothing may be sent now (F13)."""
        return policy.is_quiet(self.now, self.quiet, self.off)

    @property
    def sendable(self) -> datetime:
        """The first moment from now on at which something may be sent."""
        return policy.next_allowed(self.now, self.quiet, self.off)

    def topic(self, topic: Topic) -> TopicRules:
        """Return the rules of a topic."""
        return self.rules.topics[topic]

    def evening(self, day: date) -> datetime:
        """Return the last moment of a day at which something may be sent."""
        return datetime.combine(day, self.quiet.starts, tzinfo=ZONE) if self.quiet.nightly else end_of(day)

    def until(self, topic: Topic, first: date) -> datetime:
        """Return when a reminder that could be sent from `first` on is no longer worth sending."""
        return self.evening(first + timedelta(days=self.topic(topic).life))


def at(now: datetime) -> Moment:
    """Return the moment with the rules of its day."""
    local = civil(now)
    rules = rulebook.current().reminders(local.date())
    off: frozenset[date] = frozenset()
    if rules.workdays_only:
        off = calendar.days_off(
            local.date() - _REACH, local.date() + _REACH, also=rules.days_off, but=rules.workdays
        )
    return Moment(local, rules, Quiet(rules.quiet_from, rules.quiet_until, rules.workdays_only), off)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody to whom a topic applies now; `why` is given when the facts already speak against sending.

    `holes` fills the words; `about` is the member whom a secretary should look after. `branch` is whose
    business it is, which for a secretary may be another one than the own.
    """

    topic: Topic
    member: int
    branch: int
    period: str
    holes: Mapping[str, str]
    not_after: datetime
    why: SuppressedWhy | None = None
    about: int | None = None
    session: int | None = None


def push_period(day: date) -> str:
    """Return the period of what a secretary pushes on a day (R95).

    A day and not the month: who could not be told on one day, because the branch had arranged too little,
    may be told on another. That a topic is said once in a month is the judge's limit, not the key's.
    """
    return f"push-{day.isoformat()}"


def is_push(period: str) -> bool:
    """Whether a row was pushed; its `pushed_by` may be gone, when that person's data was deleted."""
    return _PUSHED.fullmatch(period) is not None


def ids(numbers: Iterable[int]) -> str:
    """Write ids for an IN list; an empty one matches nothing."""
    return ",".join(str(int(number)) for number in numbers) or "NULL"


def words(terms: Collection[str]) -> str:
    """Write words of our closed lists for an IN list."""
    return ",".join(f"'{term}'" for term in terms)


def true() -> str:
    """Write true as the database at hand does."""
    return "true" if database.obj.server else "1"


def active(day: date, member: str = "m") -> str:
    """Return the condition that a member belongs to the branch on a day."""
    return (
        f"{member}.active_from <= '{day.isoformat()}'"
        f" AND ({member}.active_to IS NULL OR {member}.active_to >= '{day.isoformat()}')"
    )


def rows(sql: str, *params: Any) -> list[Any]:
    """Run a query that was written out and return its rows."""
    found: list[Any] = run(sql, params).fetchall()
    return found


def end_of(day: date) -> datetime:
    """Return the instant at which a civil day ends."""
    return day_start(next_day(day))


def at_clock(day: date, clock: time) -> datetime:
    """Return the instant of a civil time of day."""
    return datetime.combine(day, clock, tzinfo=ZONE)
