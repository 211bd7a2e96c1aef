"""Waking the jobs."""

from __future__ import annotations

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from models import database
from scheduler.jobs import Job, Tools, with_tools
from services import jobs
from services.clock import Clock

log = structlog.get_logger("scheduler")


def run_job(job: Job, clock: Clock) -> int | None:
    """Do a job's work if this process wins the present slot; None when another one has it."""
    now = clock()
    slot = jobs.slot_of(now, job.every)
    try:
        if not jobs.claim(job.name, slot, now):
            return None
        result = job.work(now)
        jobs.finish(job.name, slot, result, clock())
    except Exception:
        # A failed slot is logged and left; what was due is due again in the next one.
        log.exception("job_failed", job=job.name, slot=slot)
        return None
    finally:
        database.obj.release()
    if result:
        log.info("job_done", job=job.name, slot=slot, handled=result)
    return result


def start(clock: Clock, tools: Tools) -> BackgroundScheduler:
    """Wake each job at its interval, and once now: what fell due while nobody ran is caught up."""
    scheduler = BackgroundScheduler(timezone="UTC")
    for job in with_tools(tools):
        scheduler.add_job(
            run_job, "interval", seconds=min(job.every, 60), args=(job, clock), id=job.name, max_instances=1,
            coalesce=True, misfire_grace_time=None, next_run_time=clock(),
        )  # fmt: skip
    scheduler.start()
    return scheduler
