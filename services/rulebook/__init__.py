"""Rules as data: editions read from rules/, chosen by the day they are needed for (R102).

One file of this package per file of rules/: a frozen dataclass, and `build`, which refuses bad values.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from services.rulebook import (
    cadence,
    checkin,
    feedback,
    hours,
    leave,
    mobile,
    notice,
    point_years,
    reminders,
    sessions,
    shuxue,
)
from services.rulebook.cadence import CadenceRules
from services.rulebook.checkin import CheckinRules
from services.rulebook.feedback import FeedbackRules
from services.rulebook.hours import HourRules
from services.rulebook.leave import LeaveRules
from services.rulebook.loading import RulesFault, in_force, load
from services.rulebook.mobile import MobileRules
from services.rulebook.notice import Notice
from services.rulebook.point_years import PointYears
from services.rulebook.points import PointRules
from services.rulebook.reminders import ReminderRules
from services.rulebook.sessions import SessionRules
from services.rulebook.shuxue import AutoRules, ShuxueForm, ShuxueRules

__all__ = [
    "AutoRules",
    "CadenceRules",
    "CheckinRules",
    "FeedbackRules",
    "HourRules",
    "LeaveRules",
    "MobileRules",
    "Notice",
    "PointRules",
    "PointYears",
    "ReminderRules",
    "Rulebook",
    "RulesFault",
    "SessionRules",
    "ShuxueForm",
    "ShuxueRules",
    "current",
    "use",
]


class Rulebook:
    """All editions of all subjects of one folder, read and checked once."""

    def __init__(self, folder: Path) -> None:
        """Read the folder.

        Raises:
            RulesFault: when a file is missing or a value cannot be used.
        """
        self._hours = load(folder / "hours.toml", hours.build)
        self._checkin = load(folder / "checkin.toml", checkin.build)
        self._shuxue = load(folder / "shuxue.toml", shuxue.build)
        self._forms = shuxue.load_forms(folder / "shuxue", {rules.form for rules in self._shuxue})
        self._notice = load(folder / "notice.toml", notice.builder(self._shuxue[-1].voice_days))
        self._leave = load(folder / "leave.toml", leave.build)
        self._mobile = load(folder / "mobile.toml", mobile.build)
        self._feedback = load(folder / "feedback.toml", feedback.build)
        self._point_years = point_years.read(folder / "points.toml")
        self._reminders = load(folder / "reminders.toml", reminders.build)
        self._cadence = load(folder / "cadence.toml", cadence.build)
        self._sessions = load(folder / "sessions.toml", sessions.build)

    def points(self, on: date) -> PointRules:
        """Return the point rules of the points year that a civil day lies in."""
        return self._point_years.of_year(self._point_years.year_of(on))

    @property
    def point_years(self) -> PointYears:
        """Return the points years and their editions."""
        return self._point_years

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

    def cadence(self, on: date) -> CadenceRules:
        """Return the rules of a branch's cadence, plan and small tools in force on a civil day."""
        return in_force(self._cadence, on)

    def sessions(self, on: date) -> SessionRules:
        """Return the rules of new sessions in force on a civil day."""
        return in_force(self._sessions, on)

    def checkin(self, on: date) -> CheckinRules:
        """Return the check-in rules in force on a civil day."""
        return in_force(self._checkin, on)

    def feedback(self, on: date) -> FeedbackRules:
        """Return the rules of 投诉建议 in force on a civil day."""
        return in_force(self._feedback, on)

    def leave(self, on: date) -> LeaveRules:
        """Return the rules of leave, make-up and study elsewhere in force on a civil day."""
        return in_force(self._leave, on)

    def mobile(self, on: date) -> MobileRules:
        """Return the rules of mobile members in force on a civil day."""
        return in_force(self._mobile, on)

    def shuxue(self, on: date) -> ShuxueRules:
        """Return the rules of 述学 in force on a civil day."""
        return in_force(self._shuxue, on)

    def forms(self) -> tuple[str, ...]:
        """Return the names of all forms of 述学."""
        return tuple(sorted(self._forms))

    def form(self, name: str, on: date | None = None) -> ShuxueForm:
        """Return a form of 述学 as it is on a civil day, its newest edition when no day is given.

        Raises:
            KeyError: when there is no form of this name.
        """
        editions = self._forms[name]
        return editions[-1] if on is None else in_force(editions, on)

    def form_edition(self, name: str, edition: str) -> ShuxueForm:
        """Return the edition of a form that a round was opened with.

        An edition that somebody has removed gives way to the form's newest, and a form that is gone to the
        default one: a round goes on, with questions that are near enough.
        """
        editions = self._forms.get(name) or self._forms[self._shuxue[-1].form]
        return next((form for form in editions if form.edition == edition), editions[-1])

    def notice(self, on: date) -> Notice:
        """Return the privacy notice in force on a civil day."""
        return in_force(self._notice, on)


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
