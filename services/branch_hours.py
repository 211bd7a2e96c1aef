"""A branch's hours of a year by name: required, credited, offered, planned, and whose gap it is (R09, R16).

The one place where this is worked out for many members at once; `services/hours.py` does it for one, by the
same parts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import fn

from models import Attendance, HourEntry, MakeUp, Member, StudySession
from models.terms import EntrySource, HoursFlag, MakeUpMode, SessionKind, SessionState
from services import rulebook, scope
from services.actor import Actor
from services.clock import civil_day
from services.hours import Held, held_in, lies_ahead, required_from, worth_in
from services.policy.amounts import hours as as_hours
from services.policy.required import flag_of
from services.statement import run

#: Rows of a member's roles and exemptions, as `hours.required_from` reads them.
Standing = dict[int, list[tuple[str, str, str, str | None]]]


@dataclass(frozen=True)
class Hours:
    """One member's year in hundredths of an hour; `required` is None when nothing is required (R04).

    `credited` is the sum of the ledger (R110) and always `online` + `on_site`. `offered` is what the branch
    has held for the member, `planned` what still lies ahead.
    """

    group: str | None
    name: str
    number: str
    required: int | None
    credited: int
    online: int
    on_site: int
    flag: HoursFlag | None
    offered: int = 0
    planned: int = 0

    @property
    def lacking(self) -> int | None:
        """Return what is still missing, None when nothing is required."""
        return None if self.required is None else max(self.required - self.credited, 0)


@dataclass(frozen=True)
class HoursTable:
    """The members of a branch in a year, by group and name."""

    branch: str
    year: int
    rows: tuple[Hours, ...]


def of_branch(actor: Actor, code: str | None, year: int, now: datetime) -> HoursTable:
    """Return the hours of a branch that the actor runs, for the page of the desk.

    Raises:
        ServiceError: `not_found` for another branch.
    """
    branch = scope.branch_of(actor, code, civil_day(now))
    return HoursTable(branch.name, year, tuple(rows_of(branch, year, now)))


def rows_of(branch: Any, year: int, now: datetime) -> list[Hours]:
    """Return the rows of a branch's members, in a handful of queries whatever their number."""
    people = list(
        scope.members(
            branch,
            *scope.year_bounds(year),
            Member.id,
            scope.GROUP.name,
            Member.name,
            Member.number,
            Member.active_from,
            Member.active_to,
        ).tuples()
    )
    ids = [row[0] for row in people]
    standing, credited = _standing(ids), _credited(ids, year)
    online, ahead = _online(ids, year), _offered_and_planned(ids, year, now)
    found = []
    for who, group, name, number, starts, ends in people:
        required = required_from(standing[who], starts, ends, year, civil_day(now))
        total, (offered, planned) = credited.get(who, 0), ahead[who]
        flag = flag_of(None if required is None else as_hours(required), as_hours(total), as_hours(offered))
        there = online.get(who, 0)
        found.append(
            Hours(group, name, number, required, total, there, total - there, flag, offered, planned)
        )
    return found


def _credited(ids: Sequence[int], year: int) -> dict[int, int]:
    query = (
        HourEntry.select(HourEntry.member, fn.SUM(HourEntry.hours))
        .where(HourEntry.member.in_(ids), HourEntry.year == year)
        .group_by(HourEntry.member)
    )
    return {member: int(total) for member, total in query.tuples()}


def _online(ids: Sequence[int], year: int) -> dict[int, int]:
    """Sum what was learnt at a distance: remote sessions, and what was made up online; reversals included."""
    undone = HourEntry.alias()
    makes_up = (HourEntry.source == EntrySource.MAKE_UP) | (undone.source == EntrySource.MAKE_UP)
    remote = (StudySession.kind == SessionKind.REMOTE) & (undone.id.is_null() | ~makes_up)
    remote &= HourEntry.source != EntrySource.MAKE_UP
    query = (
        HourEntry.select(HourEntry.member, fn.SUM(HourEntry.hours))
        .join(StudySession, on=(HourEntry.session == StudySession.id))
        .switch(HourEntry)
        .left_outer_join(undone, on=(HourEntry.reverses == undone.id))
        .switch(HourEntry)
        .left_outer_join(
            MakeUp, on=((MakeUp.session == HourEntry.session) & (MakeUp.member == HourEntry.member))
        )
        .where(
            HourEntry.member.in_(ids),
            HourEntry.year == year,
            remote | (makes_up & (MakeUp.mode == MakeUpMode.ONLINE)),
        )
        .group_by(HourEntry.member)
    )
    return {member: int(total) for member, total in query.tuples()}


def _offered_and_planned(ids: Sequence[int], year: int, now: datetime) -> dict[int, tuple[int, int]]:
    """Sum what the branch has held for each member, and what still lies ahead of each (R09)."""
    rules = rulebook.current().hours_of_year(year)
    query = held_in(year, Attendance.member, Attendance.due, Attendance.status)
    worth: dict[Held, int] = {}
    found: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for member, due, status, *session in query.where(Attendance.member.in_(ids)).tuples():
        held = Held(*session)
        if held not in worth:
            worth[held] = worth_in(held, year, rules)
        offered, planned = found[member]
        if held.state is SessionState.CONFIRMED:
            found[member] = offered + (worth[held] if due else 0), planned
        elif lies_ahead(held, due, status, now):
            found[member] = offered, planned + worth[held]
    return found


def _standing(ids: Sequence[int]) -> Standing:
    """Return the role periods and exemptions of many members in one statement."""
    found: Standing = defaultdict(list)
    marks = ", ".join("?" * len(ids)) or "NULL"
    sql = (
        f"SELECT member_id, 'role', role, starts, ends FROM role_period WHERE member_id IN ({marks})"  # noqa: S608 - question marks
        f" UNION ALL SELECT member_id, 'exemption', kind, starts, ends FROM exemption"
        f" WHERE member_id IN ({marks})"
    )
    for member, *row in run(sql, (*ids, *ids)).fetchall():
        found[member].append(tuple(row))
    return found
