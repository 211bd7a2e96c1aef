"""A branch's points of a points year by name, for the body that decides on them (F01, F02, R64, R67)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peewee import fn

from models import Member, PointEntry
from models.terms import PointSource
from services import rulebook, scope
from services.actor import Actor
from services.clock import civil_day
from services.points import taking_part


@dataclass(frozen=True)
class Points:
    """One member's points in hundredths: the sum of the lines (R110), and the year's word (R68).

    `begun` says that there is a line at all; before that 0 says nothing.
    """

    group: str | None
    name: str
    number: str
    score: int
    band: str | None
    begun: bool = True


@dataclass(frozen=True)
class PointsTable:
    """Those of a branch who take part in a points year, by group and name.

    `outside` holds (number, name) of the others, whom being out affects in nothing (R67).
    """

    branch: str
    year: int
    rows: tuple[Points, ...]
    outside: tuple[tuple[str, str], ...] = ()


def of_branch(actor: Actor, code: str | None, year: int | None, now: datetime) -> PointsTable:
    """Return the points of a branch that the actor runs in a points year, the present one without a wish.

    Raises:
        ServiceError: `not_found` for another branch.
    """
    today = civil_day(now)
    branch = scope.branch_of(actor, code, today)
    return table(branch, rulebook.current().point_years.year_of(today) if year is None else year, today)


def table(branch: Any, year: int, today: date) -> PointsTable:
    """Return a branch's table in a handful of queries whatever the number of its members."""
    years = rulebook.current().point_years
    people = list(
        scope.members(
            branch, *years.bounds(year), Member.id, scope.GROUP.name, Member.name, Member.number
        ).tuples()
    )
    ids = [row[0] for row in people]
    scores, begun = _scores(ids, year), _begun(ids, year)
    inside = {
        row.id
        for row in (taking_part.rows(ids, year, today) if ids else [])
        if taking_part.share(row, year, today, begun=row.id in begun) is not None
    }
    band = years.of_year(year).band
    rows = tuple(
        Points(group, name, number, scores.get(who, 0), band(scores.get(who, 0)), who in scores)
        for who, group, name, number in people
        if who in inside
    )
    outside = tuple((number, name) for who, _group, name, number in people if who not in inside)
    return PointsTable(branch.name, year, rows, outside)


def _scores(ids: list[int], year: int) -> dict[int, int]:
    query = (
        PointEntry.select(PointEntry.member, fn.SUM(PointEntry.points))
        .where(PointEntry.member.in_(ids), PointEntry.year == year)
        .group_by(PointEntry.member)
    )
    return {member: int(total) for member, total in query.tuples()}


def _begun(ids: list[int], year: int) -> set[int]:
    """Return those whose year was opened by a base that still stands."""
    undone = PointEntry.select(PointEntry.reverses).where(
        PointEntry.member.in_(ids), PointEntry.reverses.is_null(False)
    )
    query = PointEntry.select(PointEntry.member).where(
        PointEntry.member.in_(ids),
        PointEntry.year == year,
        PointEntry.source == PointSource.BASE,
        PointEntry.id.not_in(undone),
    )
    return {member for (member,) in query.tuples()}
