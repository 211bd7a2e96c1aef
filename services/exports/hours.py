"""A branch's hours of a year by name: required, credited, online and on site apart, whose gap (R09, R16)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peewee import fn

from models import Attendance, HourEntry, MakeUp, Member, StudySession
from models.terms import EntrySource, HoursFlag, MakeUpMode, SessionKind, SessionState
from services import rulebook
from services.actor import Actor
from services.clock import civil_day, day_start
from services.exports import scope
from services.hours import credit_parts, required_from
from services.policy.amounts import hours as as_hours
from services.policy.amounts import hundredths
from services.policy.credit import counted
from services.policy.required import flag_of
from services.statement import run
from services.transaction import transaction

#: Rows of a member's roles and exemptions, as `hours.required_from` reads them.
Standing = dict[int, list[tuple[str, str, str, str | None]]]


@dataclass(frozen=True)
class Hours:
    """One member's year in hundredths of an hour; `required` is None when nothing is required (R04).

    `credited` is the sum of the ledger (R110) and always `online` + `on_site`.
    """

    group: str | None
    name: str
    number: str
    required: int | None
    credited: int
    online: int
    on_site: int
    flag: HoursFlag | None

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


def of_year(actor: Actor, code: str | None, year: int, now: datetime) -> HoursTable:
    """Return a branch's hours of a calendar year as they stand now.

    Raises:
        ServiceError: `not_found` for another branch.
    """
    today = civil_day(now)
    branch = scope.branch_of(actor, code, today)
    with transaction():
        found = HoursTable(branch.name, year, tuple(rows_of(branch, year, today)))
        scope.note(actor, now, "hours", branch, year=year)
    return found


def rows_of(branch: Any, year: int, today: date) -> list[Hours]:
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
    online, offered = _online(ids, year), _offered(ids, year)
    found = []
    for who, group, name, number, starts, ends in people:
        required = required_from(standing[who], starts, ends, year, today)
        total = credited.get(who, 0)
        flag = flag_of(
            None if required is None else as_hours(required), as_hours(total), as_hours(offered[who])
        )
        there = online.get(who, 0)
        found.append(Hours(group, name, number, required, total, there, total - there, flag))
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


def _offered(ids: Sequence[int], year: int) -> dict[int, int]:
    """Sum what the branch has held for each member (R09), by the same parts as the member's own page."""
    rules = rulebook.current().hours_of_year(year)
    first, after = day_start(date(year, 1, 1)), day_start(date(year + 1, 1, 1))
    query = (
        Attendance.select(
            Attendance.member,
            StudySession.starts_at,
            StudySession.ends_at,
            StudySession.credit,
            StudySession.credit_kind,
        )
        .join(StudySession)
        .where(
            Attendance.member.in_(ids),
            Attendance.due,
            StudySession.state == SessionState.CONFIRMED,
            StudySession.starts_at < after,
            StudySession.ends_at >= first,
        )
    )
    worth: dict[tuple[Any, ...], int] = {}
    offered: dict[int, int] = defaultdict(int)
    for member, *session in query.tuples():
        key = tuple(session)
        if key not in worth:
            starts_at, ends_at, credit, kind = session
            counts = hundredths(counted(as_hours(credit), rules.ratio[kind]))
            parts = credit_parts(starts_at, ends_at, counts, rules.step)
            worth[key] = sum(amount for day, amount in parts if day.year == year)
        offered[member] += worth[key]
    return offered


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
