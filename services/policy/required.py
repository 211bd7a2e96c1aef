"""How many hours a member needs in a year, and what it means to be short (R01, R02, R04, R09, R10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from models.terms import ExemptionKind, HoursFlag, Role
from services.policy.amounts import ceil_to

#: Roles whose holders need the hours of the committee (R02).
COMMITTEE_ROLES = frozenset({Role.SECRETARY, Role.DEPUTY, Role.COMMITTEE})


@dataclass(frozen=True)
class Period:
    """A civil period, both ends included; an open end is None."""

    starts: date
    ends: date | None = None

    def covers(self, day: date) -> bool:
        """Whether a day lies inside."""
        return self.starts <= day and (self.ends is None or day <= self.ends)

    def touches_month(self, year: int, month: int) -> bool:
        """Whether any day of a month lies inside: the starting month counts in full (R10).

        A role that was given and taken on one day has its end before its start, and no day at all.
        """
        first = date(year, month, 1)
        after = date(year + month // 12, month % 12 + 1, 1)
        return self.starts < after and (self.ends is None or self.ends >= max(first, self.starts))


@dataclass(frozen=True)
class Standing:
    """What decides a member's required hours: membership, committee periods, NOT_REQUIRED periods."""

    active: Period
    committee: tuple[Period, ...] = ()
    not_required: tuple[Period, ...] = ()


@dataclass(frozen=True)
class Requirement:
    """The yearly hours of one edition: for members, for the committee, prorated or not, and the step."""

    member: Decimal
    committee: Decimal
    prorate: bool
    step: Decimal


def standing_of(
    active: Period, roles: Iterable[tuple[str, Period]], exemptions: Iterable[tuple[str, Period]]
) -> Standing:
    """Sort a member's role periods and exemptions into what counts for the required hours."""
    return Standing(
        active=active,
        committee=tuple(period for role, period in roles if role in COMMITTEE_ROLES),
        not_required=tuple(period for kind, period in exemptions if kind == ExemptionKind.NOT_REQUIRED),
    )


def required_hours(standing: Standing, year: int, on: date, rules: Requirement) -> Decimal | None:
    """Return the hours required in `year`, or None for a member who is not required (R04).

    `on` is the day of asking, clipped to the year: an exemption in force then lifts the whole
    requirement. Otherwise each month of membership counts a twelfth of the member's or the
    committee's hours, months under an exemption count nothing, and the sum is rounded up (R10).
    Without proration the highest requirement of the year holds in full.
    """
    day = min(max(on, date(year, 1, 1)), date(year, 12, 31))
    if any(period.covers(day) for period in standing.not_required):
        return None
    months = [month for month in range(1, 13) if standing.active.touches_month(year, month)]
    yearly = [_yearly(standing, year, month, rules) for month in months]
    if not rules.prorate:
        return max(yearly, default=Decimal(0))
    return ceil_to(sum(yearly, Decimal(0)) / 12, rules.step)


def _yearly(standing: Standing, year: int, month: int, rules: Requirement) -> Decimal:
    """Return the yearly hours by which one month is measured."""
    if any(_whole_month(period, year, month) for period in standing.not_required):
        return Decimal(0)
    if any(period.touches_month(year, month) for period in standing.committee):
        return rules.committee
    return rules.member


def _whole_month(period: Period, year: int, month: int) -> bool:
    after = date(year + month // 12, month % 12 + 1, 1)
    last = date.fromordinal(after.toordinal() - 1)
    return period.covers(date(year, month, 1)) and period.covers(last)


def flag_of(required: Decimal | None, credited: Decimal, offered: Decimal) -> HoursFlag | None:
    """Say whose gap it is (R09): the member's only when the branch offered enough."""
    if required is None or credited >= required:
        return None
    return HoursFlag.HOURS_SHORT if offered >= required else HoursFlag.BRANCH_SHORT
