"""A branch's points of a points year by name, for the body that decides on them (F01, R64, R67)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from peewee import fn

from models import Member, PointEntry
from models.terms import PointSource
from services import rulebook
from services.actor import Actor
from services.clock import civil_day
from services.exports import scope
from services.points import taking_part
from services.transaction import transaction


@dataclass(frozen=True)
class Points:
    """One member's points in hundredths: the sum of the lines (R110), and the year's word (R68)."""

    group: str | None
    name: str
    number: str
    score: int
    band: str | None


@dataclass(frozen=True)
class PointsTable:
    """Those of a branch who take part in a points year, by group and name."""

    branch: str
    year: int
    rows: tuple[Points, ...]


def of_year(actor: Actor, code: str | None, year: int | None, now: datetime) -> PointsTable:
    """Return the points of a points year, the present one without a wish, as they stand now.

    Who does not take part is not in the table: being out has no effect on anybody (R67).

    Raises:
        ServiceError: `not_found` for another branch.
    """
    today, years = civil_day(now), rulebook.current().point_years
    branch = scope.branch_of(actor, code, today)
    chosen = years.year_of(today) if year is None else year
    with transaction():
        people = list(
            scope.members(
                branch, *years.bounds(chosen), Member.id, scope.GROUP.name, Member.name, Member.number
            ).tuples()
        )
        ids = [row[0] for row in people]
        scores, begun = _scores(ids, chosen), _begun(ids, chosen)
        shares = {
            row.id: taking_part.share(row, chosen, today, begun=row.id in begun)
            for row in (taking_part.rows(ids, chosen, today) if ids else [])
        }
        band = years.of_year(chosen).band
        rows = tuple(
            Points(group, name, number, scores.get(who, 0), band(scores.get(who, 0)))
            for who, group, name, number in people
            if shares[who] is not None
        )
        scope.note(actor, now, "points", branch, year=chosen)
    return PointsTable(branch.name, chosen, rows)


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
