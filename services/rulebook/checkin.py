"""rules/checkin.toml: the door, the codes, the binding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


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
    halves_from_minutes: int
    step_seconds: int
    grace_steps: int
    screen_tries_a_day: int
    screen_tries_all_a_day: int
    pending_scan_minutes: int
    tries_a_day: int
    code_hours: int
    card_days: int
    digit_tries_a_day: int


def build(raw: dict[str, Any]) -> CheckinRules:
    """Build one edition from its table; raises KeyError, ValueError or TypeError with what to write."""
    values: dict[str, int] = {}
    for block in ("window", "session", "code", "screen", "binding"):
        values |= {name: int(value) for name, value in raw[block].items()}
    if any(value < 0 for value in values.values()):
        raise ValueError("a negative number: write 0 or more")
    if not values["step_seconds"]:
        raise ValueError("code.step_seconds: write at least 1")
    if values["on_time"] > values["late_until"]:
        raise ValueError("window.late_until: write at least window.on_time")
    return CheckinRules(raw["name"], raw["source"], raw["effective_from"], **values)
