"""The table of timed jobs: name, interval, and the service verb that does the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services import jobs, points, reaching
from services.absence import make_ups
from services.delivery import upkeep
from services.points import summaries
from services.ports import MediaFetch
from services.reminders import overtaken, plan
from services.roll import attendance
from services.shuxue import cycles, opening, voices
from services.upkeep import sweep


@dataclass(frozen=True)
class Job:
    """A timed job: `every` seconds, `work(now)` returns how many things it handled."""

    name: str
    every: int
    work: Callable[[datetime], int]


#: The job that decides who is reminded; since when it was away is read from its slots.
REMIND = "remind"


def _confirm(now: datetime) -> int:
    return len(attendance.confirm_overdue(now))


def _remind(now: datetime) -> int:
    """Queue what is due, and close what has become too late while nobody looked."""
    overtaken.close(now, jobs.last_done(REMIND))
    return sum(len(part.due) for part in plan.remind_by_chunk(now))


JOBS: tuple[Job, ...] = (
    Job("confirm_overdue", 300, _confirm),
    Job("open_points_year", 3600, points.open_year),
    Job("freeze_points", 21600, summaries.freeze_due),
    Job("forget_voices", 3600, voices.forget_old),
    Job("open_cycles", 21600, opening.open_scheduled),
    Job("close_cycles", 3600, cycles.close_due),
    Job("expire_make_ups", 21600, make_ups.expire_due),
    Job("sweep", 3600, sweep.sweep),
    Job(REMIND, 600, _remind),
    Job("sweep_outbox", 60, upkeep.sweep),
    Job("settle_list", 3600, reaching.settle),
)


@dataclass(frozen=True)
class Tools:
    """What jobs are given from outside: the files that people sent in the chat."""

    media: MediaFetch


def with_tools(tools: Tools) -> tuple[Job, ...]:
    """Return all jobs: those above, and those that call the platform."""
    return (*JOBS, Job("fetch_voices", 60, lambda now: voices.fetch_due(tools.media, now)))
