"""Workdays by the official calendar (F13): the one door to the library that knows the arrangements.

The arrangement of a year is made known in the autumn before it, and the library learns it with a new release.
Until then a year has its statutory holidays and its weekends; a unit may add days in rules/reminders.toml.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

#: The first day of the weekend, as `date.weekday` counts.
SATURDAY = 5


@lru_cache(maxsize=8)
def _of_year(year: int) -> frozenset[date]:
    # Its hundreds of countries take a while to load; commands that ask for no calendar start without them.
    import holidays

    # The library books a substituted day with the year whose holiday it belongs to.
    official = holidays.country_holidays("CN", years=(year - 1, year, year + 1))
    found, day = set(), date(year, 1, 1)
    while day.year == year:
        weekend = day.weekday() >= SATURDAY and day not in official.weekend_workdays
        if weekend or day in official:
            found.add(day)
        day += timedelta(days=1)
    return frozenset(found)


def days_off(
    first: date, last: date, *, also: frozenset[date] = frozenset(), but: frozenset[date] = frozenset()
) -> frozenset[date]:
    """Return the days off from `first` to `last`; `also` are further ones, `but` workdays."""
    official: set[date] = set()
    for year in range(first.year, last.year + 1):
        official |= _of_year(year)
    return frozenset(day for day in (official | also) - but if first <= day <= last)


def holiday(day: date) -> str:
    """Return the name of the statutory holiday that a day belongs to, empty for any other day."""
    return _names(day.year).get(day, "")


@lru_cache(maxsize=8)
def _names(year: int) -> dict[date, str]:
    import holidays

    # A day that only takes another's place is named in brackets; one name is enough for people.
    found = holidays.country_holidays("CN", years=(year - 1, year, year + 1), language="zh_CN")
    plain = {day: name.partition("（")[0].partition(";")[0] for day, name in found.items()}
    return {day: name for day, name in plain.items() if name != "休息日"}
