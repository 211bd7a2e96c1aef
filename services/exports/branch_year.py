"""A branch's year in figures, for the report that the office writes around them (R15, R20)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peewee import fn

from models import Attendance, Member, Organization, StudySession
from models.terms import Area, SessionKind, SessionState
from services import scope
from services.actor import Actor
from services.branch_hours import Hours, rows_of
from services.clock import civil_day, day_start
from services.policy.rates import THERE, rate
from services.transaction import transaction


@dataclass(frozen=True)
class Held:
    """What was held of one kind or one content area; `hours` is the sum of the sessions' credit."""

    label: str
    sessions: int
    visits: int
    hours: int
    quarters: tuple[int, int, int, int]


@dataclass(frozen=True)
class BranchYear:
    """A branch's confirmed sessions of a year; amounts are hundredths.

    `visits` counts person-times (人次), `reached` the members who came at least once, `expected` those of
    whom hours are required and `done` those of them who have them. `coverage` is in per cent, None without
    members. Kinds and areas come in the order of the closed lists; an area without a session has 0 (R15).
    """

    branch: str
    above: str
    year: int
    members: int
    sessions: int
    visits: int
    hours: int
    per_head: int
    reached: int
    coverage: object
    expected: int
    done: int
    kinds: tuple[Held, ...]
    areas: tuple[Held, ...]


@dataclass(frozen=True)
class _Session:
    """One confirmed session; `visits` are the branch's members who were there."""

    kind: SessionKind
    areas: frozenset[str]
    quarter: int
    credit: int
    visits: int


def of_year(actor: Actor, code: str | None, year: int, now: datetime) -> BranchYear:
    """Return a branch's year as it stands now.

    Raises:
        ServiceError: `not_found` for another branch.
    """
    today = civil_day(now)
    branch = scope.branch_of(actor, code, today)
    with transaction():
        people = rows_of(branch, year, now)
        held, reached = _sessions(branch, year)
        found = _put_together(branch, year, people, held, reached)
        scope.note(actor, now, "branch_year", branch, year=year)
    return found


def _put_together(
    branch: Organization, year: int, people: list[Hours], held: list[_Session], reached: int
) -> BranchYear:
    credited = sum(row.credited for row in people)
    due = [row for row in people if row.required is not None]
    return BranchYear(
        branch=branch.name,
        above=branch.parent.name if branch.parent_id else "",
        year=year,
        members=len(people),
        sessions=len(held),
        visits=sum(each.visits for each in held),
        hours=sum(each.credit for each in held),
        # Half of a hundredth is rounded as people do.
        per_head=(2 * credited + len(people)) // (2 * len(people)) if people else 0,
        reached=reached,
        coverage=rate(reached, len(people)),
        expected=len(due),
        done=sum(not row.lacking for row in due),
        kinds=tuple(
            _held(kind.label, [each for each in held if each.kind is kind])
            for kind in SessionKind
            if any(each.kind is kind for each in held)
        ),
        areas=tuple(_held(area.label, [each for each in held if area.value in each.areas]) for area in Area),
    )


def _held(label: str, held: list[_Session]) -> Held:
    quarters: dict[int, int] = defaultdict(int)
    for each in held:
        quarters[each.quarter] += 1
    visits, hours = sum(each.visits for each in held), sum(each.credit for each in held)
    return Held(label, len(held), visits, hours, (quarters[1], quarters[2], quarters[3], quarters[4]))


def _sessions(branch: Organization, year: int) -> tuple[list[_Session], int]:
    """Return the confirmed sessions of the branch and its groups, and how many members came to any."""
    first, after = day_start(date(year, 1, 1)), day_start(date(year + 1, 1, 1))
    rows = list(
        StudySession.select(
            StudySession.id,
            StudySession.kind,
            StudySession.areas,
            StudySession.starts_at,
            StudySession.credit,
        )
        .join(Organization)
        .where(
            Organization.path.startswith(branch.path),
            StudySession.state == SessionState.CONFIRMED,
            StudySession.starts_at >= first,
            StudySession.starts_at < after,
        )
        .order_by(StudySession.starts_at, StudySession.id)
        .tuples()
    )
    came = _came(branch, [row[0] for row in rows])
    visits = dict(
        came.group_by(Attendance.session).select(Attendance.session, fn.COUNT(Attendance.id)).tuples()
    )
    reached = came.select(fn.COUNT(Attendance.member.distinct())).scalar() or 0
    held = [
        _Session(
            kind, frozenset(areas.split(",")), (civil_day(at).month + 2) // 3, credit, visits.get(which, 0)
        )
        for which, kind, areas, at, credit in rows
    ]
    return held, int(reached)


def _came(branch: Organization, sessions: list[int]) -> Any:
    return (
        Attendance.select()
        .join(Member, on=(Attendance.member == Member.id))
        .where(Attendance.session.in_(sessions), Attendance.status.in_(THERE), Member.branch == branch)
    )
