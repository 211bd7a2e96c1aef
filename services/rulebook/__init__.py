"""Rules as data: editions read from rules/, chosen by the day they are needed for (R102).

One file of this package per file of rules/: a frozen dataclass, and `build`, which refuses bad values.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from services.rulebook import checkin, hours, reminders
from services.rulebook.checkin import CheckinRules
from services.rulebook.hours import HourRules
from services.rulebook.loading import RulesFault, in_force, load
from services.rulebook.reminders import ReminderRules

__all__ = ["CheckinRules", "HourRules", "ReminderRules", "Rulebook", "RulesFault", "current", "use"]


class Rulebook:
    """All editions of all subjects of one folder, read and checked once."""

    def __init__(self, folder: Path) -> None:
        """Read the folder.

        Raises:
            RulesFault: when a file is missing or a value cannot be used.
        """
        self._hours = load(folder / "hours.toml", hours.build)
        self._checkin = load(folder / "checkin.toml", checkin.build)
        self._reminders = load(folder / "reminders.toml", reminders.build)

    def hours(self, on: date) -> HourRules:
        """Return the hour rules in force on a civil day."""
        return in_force(self._hours, on)

    def hour_editions(self) -> tuple[HourRules, ...]:
        """Return all editions of the hour rules, the oldest first."""
        return tuple(self._hours)

    def hours_of_year(self, year: int) -> HourRules:
        """Return the hour rules of a year: those in force on its last day."""
        return in_force(self._hours, date(year, 12, 31))

    def reminders(self, on: date) -> ReminderRules:
        """Return the rules of reminders in force on a civil day."""
        return in_force(self._reminders, on)

    def checkin(self, on: date) -> CheckinRules:
        """Return the check-in rules in force on a civil day."""
        return in_force(self._checkin, on)


_current: Rulebook | None = None


def use(rulebook: Rulebook) -> None:
    """Set the rulebook of this process; called once by the composition root and by tests."""
    global _current
    _current = rulebook


def current() -> Rulebook:
    """Return the rulebook of this process."""
    if _current is None:
        raise RulesFault("no rules loaded: the composition root calls rulebook.use first")
    return _current
