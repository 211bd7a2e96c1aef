"""What an import answers: what it did, or every cell that stands in its way."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Rejection:
    """One cell that cannot be taken over.

    Attributes:
        sheet: 党组织 or 党员, also for a CSV file.
        row: the row in the file; 1 is the header.
        column: the header of the column.
        value: the cell's text as the file shows it, cut after 100 characters.
        reason: what is wrong and what to write instead, in Chinese.
    """

    sheet: str
    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class RosterResult:
    """The outcome of one import. The three counts are rows of the file, organizations and members together.

    When a cell is rejected nothing is applied and the counts are 0: they promise nothing.
    """

    applied: bool
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)
    ignored_sheets: list[str] = field(default_factory=list)
