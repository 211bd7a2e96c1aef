"""Rounds of 述学 that open by themselves, when the rules say so (R40). As shipped, somebody opens them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models import Organization, ReportCycle
from models.terms import CycleType, OrgKind
from services import rulebook
from services.actor import SYSTEM
from services.clock import civil_day
from services.errors import ServiceError
from services.rulebook import AutoRules
from services.shuxue.cycles import CyclePlan, open_cycle

#: The month before which a year's last day belongs to the year after.
_HALF = 7


@dataclass(frozen=True)
class _Round:
    """A round that is to be open now."""

    type: CycleType
    year: int
    quarter: int
    due: date


def open_scheduled(now: datetime) -> int:
    """Open the rounds whose time has come for each topmost organization, and return how many.

    Where the same round stands already, open or closed, for the organization or any below it, nothing is
    opened: the branches have it in their own hands. So it may run as often as one likes.
    """
    today = civil_day(now)
    rules = rulebook.current().shuxue(today).auto
    opened = 0
    for each in _due(rules, today):
        for root in _without(each):
            opened += _opened(root, each, now)
    return opened


def _due(rules: AutoRules, today: date) -> Iterator[_Round]:
    """Yield the rounds of last year and this year that are to be open on a day."""
    for year in (today.year - 1, today.year):
        for found in _of_year(rules, year):
            if found.type in rules.cycles and found.due - timedelta(days=rules.days) <= today <= found.due:
                yield found


def _of_year(rules: AutoRules, year: int) -> Iterator[_Round]:
    for quarter, (month, day) in enumerate(rules.quarter_due, start=1):
        after = month < 3 * quarter - 2
        yield _Round(CycleType.QUARTER, year, quarter, date(year + after, month, day))
    month, day = rules.annual_due
    yield _Round(CycleType.ANNUAL, year, 0, date(year + (month < _HALF), month, day))


def _without(wanted: _Round) -> list[Organization]:
    """Return the topmost organizations on whose line the round does not stand yet."""
    same = (
        ReportCycle.select(Organization.path)
        .join(Organization)
        .where(
            ReportCycle.type == wanted.type,
            ReportCycle.year == wanted.year,
            ReportCycle.quarter == wanted.quarter,
        )
        .tuples()
    )
    taken = {path.split(".")[0] for (path,) in same}
    roots = Organization.select().where(Organization.parent.is_null(), Organization.kind != OrgKind.GROUP)
    return [root for root in roots.order_by(Organization.id) if root.path.split(".")[0] not in taken]


def _opened(root: Organization, wanted: _Round, now: datetime) -> bool:
    plan = CyclePlan(root.code, wanted.type, wanted.year, wanted.due, wanted.quarter)
    try:
        open_cycle(SYSTEM, plan, now)
    except ServiceError as refusal:
        if refusal.code != "exists":
            raise
        # Somebody has opened it this very moment.
        return False
    return True
