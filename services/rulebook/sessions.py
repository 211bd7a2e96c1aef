"""rules/sessions.toml: what the form of a new session suggests for each kind, and who is due at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Any

from models.terms import Area, DueScope, SessionKind

#: A suggested title fits the column with its month written in.
_LONGEST_TITLE = 50


@dataclass(frozen=True)
class KindRules:
    """What a kind of session usually is: its title, start, length in minutes, areas, and who is due."""

    title: str
    time: time
    minutes: int
    areas: tuple[Area, ...]
    due_scope: DueScope

    def title_of(self, day: date) -> str:
        """Return the title for a session on a day."""
        return self.title.replace("{month}", str(day.month))


@dataclass(frozen=True)
class SessionRules:
    """One edition of rules/sessions.toml; `again_days` are days, `*_minutes` lengths, other limits counts."""

    edition: str
    source: str
    effective_from: date
    repeat_most: int
    invites_most: int
    again_days: int
    half_day_minutes: int
    day_minutes: int
    kinds: dict[SessionKind, KindRules]

    def of(self, kind: SessionKind) -> KindRules:
        """Return what stands for one kind."""
        return self.kinds[kind]


def build(raw: dict[str, Any]) -> SessionRules:
    """Build one edition from its table; raises KeyError, ValueError or TypeError with what to write."""
    limits = {name: int(value) for name, value in raw["limits"].items()}
    if not 1 <= limits["repeat_most"] <= 12:
        raise ValueError("limits.repeat_most: write 1 to 12")
    if min(limits.values()) < 1:
        raise ValueError("limits: write at least 1")
    unknown = sorted(set(raw["kind"]) - set(SessionKind))
    if unknown:
        raise ValueError(f"kind.{unknown[0]}: there is no such kind of session")
    return SessionRules(
        edition=raw["name"],
        source=raw["source"],
        effective_from=raw["effective_from"],
        kinds={kind: _kind(kind, raw["kind"][kind]) for kind in SessionKind},
        **limits,
    )


def _kind(kind: SessionKind, raw: dict[str, Any]) -> KindRules:
    rules = KindRules(
        title=str(raw["title"]),
        time=time.fromisoformat(raw["time"]),
        minutes=int(raw["minutes"]),
        areas=tuple(Area(area) for area in raw["areas"]),
        due_scope=DueScope(raw["due_scope"]),
    )
    if not 1 <= len(rules.title) <= _LONGEST_TITLE:
        raise ValueError(f"kind.{kind}.title: write 1 to {_LONGEST_TITLE} characters")
    if not 15 <= rules.minutes <= 600:
        raise ValueError(f"kind.{kind}.minutes: write 15 to 600")
    if not rules.areas:
        raise ValueError(f"kind.{kind}.areas: write at least one")
    if rules.due_scope is DueScope.GROUP:
        raise ValueError(f"kind.{kind}.due_scope: write ALL, COMMITTEE or LIST")
    return rules
