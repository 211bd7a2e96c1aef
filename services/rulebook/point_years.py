"""The points year: which days lie in it, its quarters, and the edition that holds for it (R61, R102)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from services.rulebook.loading import RulesFault, load
from services.rulebook.points import PointRules, build


class PointYears:
    """The editions of the point rules along the calendar; a points year may begin in another month (cfg)."""

    def __init__(self, editions: Sequence[PointRules]) -> None:
        """Take the editions, the oldest first.

        Raises:
            ValueError: when they disagree about when a year begins: a day would lie in two years, or in none.
        """
        if len({rules.year_starts_month for rules in editions}) > 1:
            raise ValueError("score.year_starts_month: write the same month in every edition")
        self.editions = tuple(editions)
        self._month = editions[0].year_starts_month

    @property
    def first(self) -> int:
        """Return the first points year; nothing earlier is counted."""
        return self.year_of(self.editions[0].effective_from)

    def year_of(self, day: date) -> int:
        """Return the points year of a civil day, named by the calendar year in which it begins."""
        return day.year if day.month >= self._month else day.year - 1

    def quarter_of(self, day: date) -> int:
        """Return the quarter of its points year, 1 to 4."""
        return (day.month - self._month) % 12 // 3 + 1

    def bounds(self, year: int) -> tuple[date, date]:
        """Return the first and the last day of a points year."""
        return date(year, self._month, 1), date(year + 1, self._month, 1) - timedelta(days=1)

    def last_day(self, year: int, quarter: int) -> date:
        """Return the last day of a quarter, for 0 that of the year."""
        if quarter in {0, 4}:
            return self.bounds(year)[1]
        months = self._month - 1 + quarter * 3
        return date(year + months // 12, months % 12 + 1, 1) - timedelta(days=1)

    def of_year(self, year: int) -> PointRules:
        """Return the edition of a points year: the one in force on its last day holds for all of it."""
        last = self.bounds(year)[1]
        fitting = [rules for rules in self.editions if rules.effective_from <= last]
        return fitting[-1] if fitting else self.editions[0]

    def named(self, edition: str) -> PointRules | None:
        """Return an edition by its name."""
        return next((rules for rules in self.editions if rules.edition == edition), None)


def read(path: Path) -> PointYears:
    """Read rules/points.toml.

    Raises:
        RulesFault: when a value cannot be used.
    """
    try:
        return PointYears(load(path, build))
    except ValueError as error:
        raise RulesFault(f"{path}: {error}") from error
