"""What a branch owes itself in a month, a quarter and a year, and what of it is arranged (R15, R20).

Advice to the branch: nothing here names a member, compares branches or marks anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.terms import Area, SessionKind


class Every(StrEnum):
    """How often, by the civil calendar."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Whose(StrEnum):
    """Whose meeting it is."""

    BRANCH = "branch"
    COMMITTEE = "committee"
    GROUP = "group"


@dataclass(frozen=True)
class Meeting:
    """One rule: this kind, so many times in each period."""

    kind: SessionKind
    whose: Whose
    every: Every
    times: int


@dataclass(frozen=True)
class Shape:
    """What of a branch matters here.

    `groups` are (id, name) by name; `exempt` the kinds that this branch need not arrange.
    """

    has_committee: bool
    groups: tuple[tuple[int, str], ...] = ()
    exempt: frozenset[SessionKind] = frozenset()


@dataclass(frozen=True)
class Happening:
    """A session that was held or is published for a day to come; `group` is the id of a group's own one."""

    kind: SessionKind
    day: date
    held: bool
    areas: tuple[Area, ...] = ()
    group: int | None = None


@dataclass(frozen=True)
class Duty:
    """One thing to arrange in the present period; `whose` is the group's name, empty for the branch."""

    kind: SessionKind
    every: Every
    whose: str
    times: int
    held: int
    planned: int

    @property
    def lacking(self) -> int:
        """How many are still to be arranged."""
        return max(0, self.times - self.held - self.planned)


@dataclass(frozen=True)
class Task:
    """One of the seven areas in a year: sessions held and sessions still planned (R15)."""

    area: Area
    held: int
    planned: int


def period(every: Every, today: date) -> tuple[date, date]:
    """Return the first day of the present period, and the first day after it."""
    months = {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}[every]
    first = (today.month - 1) // months * months + 1
    after = first + months
    return date(today.year, first, 1), date(today.year + (after > 12), (after - 1) % 12 + 1, 1)


def duties(
    meetings: Sequence[Meeting], shape: Shape, happenings: Sequence[Happening], today: date
) -> tuple[Duty, ...]:
    """Return what the present month, quarter and year hold for a branch, in the order of the rules."""
    return tuple(
        _duty(meeting, group, name, happenings, today)
        for meeting in meetings
        if meeting.kind not in shape.exempt
        for group, name in _holders(meeting, shape)
    )


def _holders(meeting: Meeting, shape: Shape) -> tuple[tuple[int | None, str], ...]:
    if meeting.whose is Whose.GROUP:
        return shape.groups
    if meeting.whose is Whose.COMMITTEE and not shape.has_committee:
        return ()
    return ((None, ""),)


def _duty(
    meeting: Meeting, group: int | None, name: str, happenings: Sequence[Happening], today: date
) -> Duty:
    first, after = period(meeting.every, today)
    mine = [
        each
        for each in happenings
        if each.kind is meeting.kind and each.group == group and first <= each.day < after
    ]
    held = sum(each.held for each in mine)
    return Duty(meeting.kind, meeting.every, name, meeting.times, held, len(mine) - held)


def tasks(happenings: Sequence[Happening], year: int) -> tuple[Task, ...]:
    """Return the sessions of a year by area, the empty ones too; one session may serve several."""
    of_year = [each for each in happenings if each.day.year == year]
    return tuple(
        Task(
            area,
            sum(area in each.areas and each.held for each in of_year),
            sum(area in each.areas and not each.held for each in of_year),
        )
        for area in Area
    )


#: What stands in an organization's `exempt_from` when nothing is asked of it, and how people say so.
ALL, WHOLE = "ALL", "全部"


def exempted(stored: str | None) -> frozenset[SessionKind]:
    """Return the kinds of session that are not asked of an organization, from what its row holds (R20)."""
    named = {word.strip() for word in (stored or "").split(",")}
    return frozenset(kind for kind in SessionKind if ALL in named or kind in named)


def exempt_words(stored: str | None) -> tuple[str, ...]:
    """Return the same in words, in the order of the closed list; all of them are one word."""
    found = exempted(stored)
    if len(found) == len(SessionKind):
        return (WHOLE,)
    return tuple(kind.label for kind in SessionKind if kind in found)


def exempt_from(words: Iterable[str]) -> str | None:
    """Return what the row holds for such words; a word that names no kind is left out."""
    chosen = set(words)
    if WHOLE in chosen:
        return ALL
    return ",".join(kind.value for kind in SessionKind if kind.label in chosen) or None
