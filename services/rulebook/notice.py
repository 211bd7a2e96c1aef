"""rules/notice.toml: what members are told about their data, in plain words, by edition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from services import retention

_LONGEST_NAME = 20


@dataclass(frozen=True)
class Part:
    """One heading of the notice and its sentences; `name` lets a page show this part alone."""

    name: str
    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Notice:
    """One edition of the notice. `brief` stands above the form for the code, `parts` is the whole."""

    edition: str
    source: str
    effective_from: date
    brief: tuple[str, ...]
    parts: tuple[Part, ...]

    def part(self, name: str) -> Part | None:
        """Return the part of this name, or None when the edition has none."""
        return next((part for part in self.parts if part.name == name), None)


def builder(voice_days: int) -> Callable[[dict[str, Any]], Notice]:
    """Return what builds an edition: sentences name the numbers that the service really forgets by."""
    numbers = retention.WORDS | {"voice_days": voice_days}
    return lambda raw: _build(raw, numbers)


def _build(raw: dict[str, Any], numbers: dict[str, int]) -> Notice:
    """Build one edition from its table; raises KeyError, ValueError or TypeError with what to write."""
    if len(raw["name"]) > _LONGEST_NAME:
        raise ValueError(f"name: write at most {_LONGEST_NAME} characters, a binding keeps it")
    parts = tuple(Part(each["name"], each["heading"], _lines(each["lines"], numbers)) for each in raw["part"])
    if not parts:
        raise ValueError("part: write at least one [[edition.part]]")
    return Notice(raw["name"], raw["source"], raw["effective_from"], _lines(raw["brief"], numbers), parts)


def _lines(raw: Any, numbers: dict[str, int]) -> tuple[str, ...]:
    if not (isinstance(raw, list) and raw and all(isinstance(line, str) and line.strip() for line in raw)):
        raise ValueError("brief and lines: write a list of sentences")
    try:
        return tuple(line.format_map(numbers) for line in raw)
    except (KeyError, IndexError) as error:
        known = ", ".join(numbers)
        raise ValueError(f"{{{error.args[0]}}} is not known in a sentence: write one of {known}") from error
