"""The table of timed jobs: name, interval, and the service verb that does the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services import attendance, jobs, make_ups, points
from services.delivery import upkeep
from services.points import summaries
from services.ports import MediaFetch
from services.shuxue import cycles, voices


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
    Job("open_points_year", 3600, points.open_year),
    Job("freeze_points", 21600, summaries.freeze_due),
    Job("forget_voices", 3600, voices.forget_old),
    Job("close_cycles", 3600, cycles.close_due),
    Job("expire_make_ups", 21600, make_ups.expire_due),
    Job("sweep", 3600, jobs.sweep),
    Job("sweep_outbox", 60, upkeep.sweep),
)


@dataclass(frozen=True)
class Tools:
    """What jobs are given from outside: the files that people sent in the chat."""

    media: MediaFetch


def with_tools(tools: Tools) -> tuple[Job, ...]:
    """Return all jobs: those above, and those that call the platform."""
    return (*JOBS, Job("fetch_voices", 60, lambda now: voices.fetch_due(tools.media, now)))
