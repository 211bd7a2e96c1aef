"""What every closed list is made of."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Term(StrEnum):
    """A word of the field: its value is the identifier, `label` the Chinese a person reads."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """Build a member from its identifier and its Chinese; calling the class finds it again."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def of_label(cls, label: str) -> Self | None:
        """Return the term that people call `label`, or None."""
        return next((term for term in cls if term.label == label), None)
