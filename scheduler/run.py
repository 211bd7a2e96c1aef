"""Waking the jobs. APScheduler only wakes: whose a slot is and what is due stands in the database (G7)."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from models import database
from scheduler.jobs import Job, Tools, with_tools
from scheduler.watch import ClockWatch
from services import jobs
from services.clock import Clock, moment, system_clock
from services.jobs import Held

#: Seconds between two looks at the slots: a job's slot is a minute at least, and none may be passed over.
LOOK = 20
#: So many jobs at once: most find their slot done, and each holds a connection of the database.
_AT_ONCE = 4
#: Seconds between two renewals of a claim, some times within its lease.
_RENEW = jobs.LEASE / 4

log = structlog.get_logger("scheduler")


def run_job(job: Job, clock: Clock, renew_every: float = _RENEW) -> int | None:
    """Do a job's work if this process wins the present slot; None when another one has it.

    What the job has missed, because nobody ran, is said once and caught up by the work itself, which asks the
    database what is due. A failed slot is tried again when its lease is over.
    """
    now = clock()
    slot = jobs.slot_of(now, job.every)
    try:
        held = jobs.claim(job.name, slot, now)
        if held is None:
            return None
        if missed := jobs.missed(job.name, slot, job.every):
            since = moment(slot - (missed + 1) * job.every)
            log.warning("job_caught_up", job=job.name, missed=missed, since=since.isoformat())
        with _kept(held, clock, renew_every):
            result = job.work(now)
        if not jobs.finish(held, result, clock()):
            log.warning("job_overtaken", job=job.name, slot=slot)
    except Exception:
        # A failed slot is logged and left; what was due is due again when it is tried the next time.
        log.exception("job_failed", job=job.name, slot=slot)
        return None
    finally:
        database.obj.release()
    if result:
        log.info("job_done", job=job.name, slot=slot, handled=result)
    return result


@contextmanager
def _kept(held: Held, clock: Clock, every: float) -> Iterator[None]:
    """Renew a claim while the work goes on, so that a long job is not taken for that of a dead process."""
    done = threading.Event()
    keeper = threading.Thread(target=_renew, args=(held, clock, every, done), name="keeper", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def _renew(held: Held, clock: Clock, every: float, done: threading.Event) -> None:
    while not done.wait(every):
        try:
            kept = jobs.renew(held, clock())
        except Exception:
            # The database is busy or away; the next renewal still comes before the lease is over.
            log.warning("job_not_renewed", job=held.job, slot=held.slot)
            kept = True
        finally:
            # The thread is short-lived and renews rarely, so it keeps no connection.
            database.obj.close()
        if not kept:
            return


class _Often(BaseTrigger):  # type: ignore[misc]
    """Fires every so often, whatever was missed: the slots say what is to be done."""

    def __init__(self, every: float) -> None:
        self._every = timedelta(seconds=every)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return when to look next."""
        return now if previous_fire_time is None else now + self._every


class _Waker(BackgroundScheduler):  # type: ignore[misc]
    """Goes on when the clock is set back, instead of waiting until the former time has come again."""

    def _process_jobs(self) -> Any:
        now = system_clock()
        for job in self.get_jobs():
            if job.next_run_time - now > timedelta(seconds=2 * LOOK):
                job.modify(next_run_time=now)
        return super()._process_jobs()


class Waking:
    """The timed jobs of one process. Any number of processes may have them."""

    def __init__(
        self,
        clock: Clock,
        jobs_: Iterable[Job],
        steady: Callable[[], float] = time.monotonic,
        look: float = LOOK,
        renew_every: float = _RENEW,
    ) -> None:
        """Prepare.

        Args:
            clock: the wall clock.
            jobs_: what is to be woken.
            steady: the seconds of a clock that nobody can set.
            look: seconds between two looks at a job's slot.
            renew_every: seconds between two renewals of a claim.
        """
        self._clock, self._jobs = clock, tuple(jobs_)
        self._look, self._renew_every = look, renew_every
        self._watch = ClockWatch(clock, steady)
        self._waker = _Waker(timezone="UTC", executors={"default": ThreadPoolExecutor(_AT_ONCE)})

    def start(self) -> None:
        """Look at each slot now, so that what fell due while nobody ran is caught up, and then often."""
        # That a job is still at work when it is looked at again is no news.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        for job in self._jobs:
            self._waker.add_job(
                self.run, _Often(self._look), args=(job,), id=job.name, max_instances=1, coalesce=True,
                misfire_grace_time=None, next_run_time=system_clock(),
            )  # fmt: skip
        self._waker.start()

    def run(self, job: Job) -> int | None:
        """Run a job's slot, unless the clock has just leapt or another process has it."""
        if not self._watch.believed():
            return None
        return run_job(job, self._clock, self._renew_every)

    def stop(self) -> None:
        """Begin no further slot and let those that are under way end (G11)."""
        self._waker.shutdown(wait=True)


def start(clock: Clock, tools: Tools) -> Waking:
    """Wake all jobs from now on."""
    waking = Waking(clock, with_tools(tools))
    waking.start()
    return waking
