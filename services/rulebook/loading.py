"""Reading a file of editions: what is wrong is said with the file, the place and what to write."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import InvalidOperation
from pathlib import Path
from typing import Any


class RulesFault(Exception):
    """A rule file cannot be used; the message names the file, the place and what to write."""


def load(path: Path, build: Any) -> list[Any]:
    """Read all editions of a file, the oldest first; `build` makes one from its table.

    Raises:
        RulesFault: when the file is missing or a value cannot be used.
    """
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


def in_force(editions: list[Any], on: date) -> Any:
    """Return the edition that holds on a civil day."""
    # A day before the first edition is judged by the first: paper records reach further back than rules.
    fitting = [edition for edition in editions if edition.effective_from <= on]
    return fitting[-1] if fitting else editions[0]
