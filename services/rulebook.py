"""Rules as data: editions read from rules/*.toml, chosen by the day they are needed for (R102)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from models.terms import CreditKind, SessionKind


class RulesFault(Exception):
    """A rule file cannot be used; the message names the file, the place and what to write."""


@dataclass(frozen=True)
class HourRules:
    """One edition of rules/hours.toml; hours are Decimals."""

    edition: str
    source: str
    effective_from: date
    member: Decimal
    committee: Decimal
    prorate: bool
    minutes_per_hour: int
    step: Decimal
    max_per_session: Decimal
    partial_share: Decimal
    ratio: dict[CreditKind, Decimal]
    credit_kind: dict[SessionKind, CreditKind]


@dataclass(frozen=True)
class CheckinRules:
    """One edition of rules/checkin.toml; times are minutes, hours, seconds or days as named."""

    edition: str
    source: str
    effective_from: date
    open_before: int
    on_time: int
    late_until: int
    auto_confirm_hours: int
    min_minutes: int
    max_minutes: int
    step_seconds: int
    grace_steps: int
    pending_scan_minutes: int
    tries_a_day: int
    code_hours: int
    card_days: int
    digit_tries_a_day: int


def _hours(raw: dict[str, Any]) -> HourRules:
    required, credit = raw["required"], raw["credit"]
    minutes = int(credit["minutes_per_hour"])
    if minutes not in (45, 50, 60):
        raise ValueError("credit.minutes_per_hour: write 45, 50 or 60")
    rules = HourRules(
        edition=raw["name"],
        source=raw["source"],
        effective_from=raw["effective_from"],
        member=Decimal(required["member"]),
        committee=Decimal(required["committee"]),
        prorate=bool(required["prorate"]),
        minutes_per_hour=minutes,
        step=Decimal(credit["step"]),
        max_per_session=Decimal(credit["max_per_session"]),
        partial_share=Decimal(credit["partial_share"]),
        ratio={kind: Decimal(raw["ratio"][kind]) for kind in CreditKind},
        credit_kind={kind: CreditKind(raw["credit_kind"][kind]) for kind in SessionKind},
    )
    amounts = [
        rules.member,
        rules.committee,
        rules.max_per_session,
        rules.partial_share,
        *rules.ratio.values(),
    ]
    if not all(amount.is_finite() and amount >= 0 for amount in amounts):
        raise ValueError("a negative number, or none at all: write 0 or more")
    if not (rules.step.is_finite() and rules.step > 0):
        raise ValueError('credit.step: write more than 0, such as "0.5"')
    if rules.partial_share > 1 or max(rules.ratio.values()) > 1:
        raise ValueError("credit.partial_share and ratio: write at most 1")
    return rules


def _checkin(raw: dict[str, Any]) -> CheckinRules:
    values: dict[str, int] = {}
    for block in ("window", "session", "code", "binding"):
        values |= {name: int(value) for name, value in raw[block].items()}
    if any(value < 0 for value in values.values()):
        raise ValueError("a negative number: write 0 or more")
    if not values["step_seconds"]:
        raise ValueError("code.step_seconds: write at least 1")
    if values["on_time"] > values["late_until"]:
        raise ValueError("window.late_until: write at least window.on_time")
    return CheckinRules(raw["name"], raw["source"], raw["effective_from"], **values)


class Rulebook:
    """All editions of all subjects of one folder, read and checked once."""

    def __init__(self, folder: Path) -> None:
        """Read the folder.

        Raises:
            RulesFault: when a file is missing or a value cannot be used.
        """
        self._hours = _load(folder / "hours.toml", _hours)
        self._checkin = _load(folder / "checkin.toml", _checkin)

    def hours(self, on: date) -> HourRules:
        """Return the hour rules in force on a civil day."""
        return _in_force(self._hours, on)

    def hour_editions(self) -> tuple[HourRules, ...]:
        """Return all editions of the hour rules, the oldest first."""
        return tuple(self._hours)

    def hours_of_year(self, year: int) -> HourRules:
        """Return the hour rules of a year: those in force on its last day."""
        return _in_force(self._hours, date(year, 12, 31))

    def checkin(self, on: date) -> CheckinRules:
        """Return the check-in rules in force on a civil day."""
        return _in_force(self._checkin, on)


def _load(path: Path, build: Any) -> list[Any]:
    try:
        editions = [build(raw) for raw in tomllib.loads(path.read_text("utf-8"))["edition"]]
    except FileNotFoundError as error:
        raise RulesFault(f"{path}: missing; copy it from the shipped rules") from error
    except KeyError as error:
        raise RulesFault(f"{path}: {error.args[0]} is missing") from error
    except (ValueError, InvalidOperation, TypeError, AttributeError) as error:
        raise RulesFault(f"{path}: {error}") from error
    if not editions:
        raise RulesFault(f"{path}: write at least one [[edition]]")
    if not all(type(edition.effective_from) is date for edition in editions):
        raise RulesFault(f"{path}: effective_from: write a day without quotes, such as 2026-01-01")
    if len({edition.edition for edition in editions}) < len(editions):
        raise RulesFault(f"{path}: two editions have the same name, so that an entry could not say its own")
    return sorted(editions, key=lambda edition: edition.effective_from)


def _in_force(editions: list[Any], on: date) -> Any:
    # A day before the first edition is judged by the first: paper records reach further back than rules.
    fitting = [edition for edition in editions if edition.effective_from <= on]
    return fitting[-1] if fitting else editions[0]


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
