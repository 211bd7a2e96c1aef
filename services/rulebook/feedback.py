"""rules/feedback.toml: how long a message may be, and how many a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class FeedbackRules:
    """One edition of rules/feedback.toml; `max_chars` is characters, the others messages on a civil day."""

    edition: str
    source: str
    effective_from: date
    max_chars: int
    named_a_day: int
    unnamed_a_day: int


def build(raw: dict[str, Any]) -> FeedbackRules:
    """Build one edition from its table; raises KeyError, ValueError or TypeError with what to write."""
    values = {name: int(value) for name, value in raw["limits"].items()}
    if any(value < 1 for value in values.values()):
        raise ValueError("limits: write at least 1")
    return FeedbackRules(raw["name"], raw["source"], raw["effective_from"], **values)
