"""What a session is worth, and to whom (R03, R05, R06, R07)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from services.policy.amounts import floor_to


def default_credit(minutes: int, minutes_per_hour: int, step: Decimal) -> Decimal:
    """Return the hours that a session of `minutes` gives unless the branch says otherwise (R06).

    90 minutes are 1.5 at 60 and 2.0 at 45; 22 minutes are 0.
    """
    return floor_to(Decimal(minutes) / Decimal(minutes_per_hour), step)


def partial_credit(credit: Decimal, share: Decimal, step: Decimal) -> Decimal:
    """Return what PARTIAL earns when the branch set nothing else (R07), rounded down to a step."""
    return floor_to(credit * share, step)


def counted(stated: Decimal, ratio: Decimal) -> Decimal:
    """Return what counts of the stated hours, by the ratio of their kind (R03)."""
    return stated * ratio


def split_by_year(
    spans: list[tuple[date, int]], credit: Decimal, step: Decimal
) -> list[tuple[date, Decimal]]:
    """Split a session's credit by calendar year (R05).

    Args:
        spans: the civil days of the session and the minutes on each, in order.
        credit: the hours of the whole session.
        step: the smallest part of an hour that is credited.

    Returns:
        One (day, hours) per year: the first day in that year, and its share by minutes, rounded
        down to a step; the last year takes the rest, so that nothing is lost or made.
    """
    years: dict[int, tuple[date, int]] = {}
    for day, minutes in spans:
        first, so_far = years.get(day.year, (day, 0))
        years[day.year] = (first, so_far + minutes)
    total = sum(minutes for _, minutes in spans)
    parts = list(years.values())
    left, result = credit, []
    for first, minutes in parts[:-1]:
        share = floor_to(credit * minutes / total, step)
        result.append((first, share))
        left -= share
    result.append((parts[-1][0], left))
    return [(day, part) for day, part in result if part or len(parts) == 1]
