"""What a run of `verify` looked at, and what it found."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Verdict:
    """What was looked at (rows by check) and what is wrong (one sentence each)."""

    checked: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    def look(self, name: str, rows: int) -> None:
        """Add to what a check has looked at, which may go year by year."""
        self.checked[name] = self.checked.get(name, 0) + rows
