"""Slots of timed jobs: whoever inserts the row has won the slot, the others go on sleeping (G7)."""

from __future__ import annotations

from datetime import datetime, timedelta

from models import JobClaim, LoginSession, OauthCode, PendingScan, TryCount
from services.clock import civil_day, seconds
from services.inbox import forget_old
from services.transaction import transaction


def slot_of(now: datetime, every: int) -> int:
    """Return the start of the slot that a moment lies in; `every` is the job's interval in seconds."""
    return seconds(now) // every * every


def claim(job: str, slot: int, now: datetime) -> bool:
    """Win a slot: an insert that only one process can make."""
    with transaction():
        inserted = (
            JobClaim.insert(job=job, slot=slot, claimed_at=now).on_conflict_ignore().as_rowcount().execute()
        )
    return bool(inserted)


def finish(job: str, slot: int, result: int, now: datetime) -> None:
    """Note when a slot's work was done and how many things it handled."""
    with transaction():
        JobClaim.update(done_at=now, result=result).where(
            JobClaim.job == job, JobClaim.slot == slot
        ).execute()


def is_done(job: str, slot: int) -> bool:
    """Whether somebody has finished a slot's work."""
    mine = (JobClaim.job == job) & (JobClaim.slot == slot)
    return bool(JobClaim.select().where(mine, JobClaim.done_at.is_null(False)).exists())


def sweep(now: datetime) -> int:
    """Remove what may not be kept any longer (F20) and return how many rows went.

    Pushes after 7 days, login codes after 10 minutes, expired logins, scans that nobody claimed and
    counters of past days after a day, claims of slots after 30 days.
    """
    day_ago = now - timedelta(days=1)
    gone = forget_old(now)
    with transaction():
        gone += OauthCode.delete().where(OauthCode.at < now - timedelta(minutes=10)).execute()
        gone += LoginSession.delete().where(LoginSession.expires_at < now).execute()
        gone += PendingScan.delete().where(PendingScan.at < day_ago).execute()
        gone += TryCount.delete().where(TryCount.day < civil_day(day_ago)).execute()
        gone += JobClaim.delete().where(JobClaim.slot < now - timedelta(days=30)).execute()
    return int(gone)
