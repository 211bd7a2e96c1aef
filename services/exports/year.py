"""A member's year on one sheet: the same facts as the member's own page, for paper (R100, R111)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models import Member
from services import hours, points, scope
from services.actor import Actor
from services.clock import civil_day
from services.errors import not_found
from services.hours import HoursView
from services.shuxue import cycles
from services.study import agenda
from services.study.agenda import Attended
from services.transaction import transaction


@dataclass(frozen=True)
class YearSheet:
    """A member's year. `score` is in hundredths and None for a year without a line of points.

    `places` come by time, `reports` hold (title, state) of the 述学 that were begun, by their days.
    """

    member: Member
    year: int
    hours: HoursView
    places: tuple[Attended, ...]
    score: int | None
    band: str | None
    reports: tuple[tuple[str, str], ...]


def own(member: Member, year: int, now: datetime) -> YearSheet:
    """Return a member's own year."""
    seen = points.view(member, year, now)
    mine = [each for each in cycles.of_member(member, now) if each.cycle.year == year and each.report]
    return YearSheet(
        member,
        year,
        hours.view(member, year, now),
        tuple(reversed(agenda.of_year(member, year, now))),
        seen.score if seen.lines else None,
        seen.band if seen.lines else None,
        tuple((each.cycle.title, each.report.state.label) for each in reversed(mine) if each.report),
    )


def require(actor: Actor, number: str, now: datetime) -> Member:
    """Return a member of a branch that the actor runs.

    Raises:
        ServiceError: `not_found` as in `of_member`.
    """
    led = [branch.id for branch in scope.branches(actor, civil_day(now))]
    member = Member.get_or_none(Member.number == number) if number.isprintable() else None
    if member is None or member.branch_id not in led:
        raise not_found("这位党员")
    return member


def of_member(actor: Actor, number: str, year: int, now: datetime) -> YearSheet:
    """Return the year of a member of a branch that the actor runs (F01).

    Raises:
        ServiceError: `not_found` for an unknown number and for another branch's member: both read alike.
    """
    member = require(actor, number, now)
    with transaction():
        sheet = own(member, year, now)
        scope.note(actor, now, "year", member.branch, year=year, member=member.id)
    return sheet
