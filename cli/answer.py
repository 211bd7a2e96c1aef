"""What a command hands back, and the faults that it may end with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DONE, REFUSED, WRONG_USE = 0, 1, 2


@dataclass(frozen=True)
class Answer:
    """A command's result: one document for programs, a short text for people.

    `note` goes to stderr, where a refusal that still has a document says why.
    """

    document: Mapping[str, Any]
    text: str
    code: int = DONE
    note: str = ""


class WrongUse(Exception):
    """The command line cannot be understood; the text says what to write instead."""
