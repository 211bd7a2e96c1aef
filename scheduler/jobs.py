"""The table of timed jobs: name, interval, and the service verb that does the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services import attendance, jobs
from services.delivery import upkeep


@dataclass(frozen=True)
class Job:
    """A timed job: `every` seconds, `work(now)` returns how many things it handled."""

    name: str
    every: int
    work: Callable[[datetime], int]


def _confirm(now: datetime) -> int:
    return len(attendance.confirm_overdue(now))


JOBS: tuple[Job, ...] = (
    Job("confirm_overdue", 300, _confirm),
    Job("sweep", 3600, jobs.sweep),
    Job("sweep_outbox", 60, upkeep.sweep),
)
