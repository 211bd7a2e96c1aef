"""What a run of reminders decides, in the shape that is shown and written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from models.terms import Channel, ReminderState, SuppressedWhy, Topic


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder that will be sent. `number` is the member's; `fresh` False: its row stands, planned."""

    member: int
    number: str
    branch: int
    topic: Topic
    period: str
    channel: Channel
    fields: Mapping[str, str]
    words: str
    way: str
    due_at: datetime
    not_after: datetime
    about: int | None = None
    session: int | None = None
    fresh: bool = True
    state: ClassVar[ReminderState] = ReminderState.DUE
    why: ClassVar[SuppressedWhy | None] = None


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A reminder that will not be sent now, and why; `state` is what its row says (R94).

    INBOX stands on the secretary's list, PLANNED comes again after the quiet hours. `fresh` False means that
    its row stands already.
    """

    member: int
    number: str
    branch: int
    topic: Topic
    period: str
    why: SuppressedWhy
    state: ReminderState
    words: str
    fields: Mapping[str, str]
    way: str
    due_at: datetime
    not_after: datetime
    about: int | None = None
    session: int | None = None
    fresh: bool = True

    @property
    def channel(self) -> Channel | None:
        """The way by which the person hears of it after all."""
        return Channel.INBOX if self.state is ReminderState.INBOX else None


@dataclass
class Decided:
    """All that a run has decided."""

    due: list[Due] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)

    def add(self, other: Decided) -> None:
        """Take another part of the run in."""
        self.due += other.due
        self.suppressed += other.suppressed
