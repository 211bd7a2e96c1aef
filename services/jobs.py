"""Slots of timed jobs: whoever inserts the row has won the slot, the others go on sleeping (G7).

Who works at a slot renews its claim; a claim that nobody renews is that of a dead process, and another one
takes it over. The time of the last renewal tells the two apart, so the dead one, should it wake up, writes
nothing any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models import JobClaim
from services.clock import seconds
from services.statement import run
from services.transaction import transaction

#: What is marked as done once stands among the slots under names of its own.
_ONCE = "once:"
#: Seconds after which a claim that was not renewed is that of a dead process.
LEASE = 120


def slot_of(now: datetime, every: int) -> int:
    """Return the start of the slot that a moment lies in; `every` is the job's interval in seconds."""
    return seconds(now) // every * every


@dataclass
class Held:
    """A slot that this process works at; `since` is when it was claimed or last renewed, in seconds."""

    job: str
    slot: int
    since: int


def claim(job: str, slot: int, now: datetime) -> Held | None:
    """Win a slot: an insert that only one process can make, or the claim of one that is dead.

    Most wakings find the slot done: then nothing is locked for writing.
    """
    at = seconds(now)
    mine = (JobClaim.job == job) & (JobClaim.slot == slot)
    standing = JobClaim.get_or_none(mine)
    if standing is not None and (standing.done_at is not None or seconds(standing.claimed_at) >= at - LEASE):
        return None
    with transaction():
        if standing is None:
            won = JobClaim.insert(job=job, slot=slot, claimed_at=now).on_conflict_ignore().as_rowcount()
        else:
            dead = JobClaim.done_at.is_null() & (JobClaim.claimed_at == standing.claimed_at)
            won = JobClaim.update(claimed_at=now).where(mine, dead)
        return Held(job, slot, at) if won.execute() else None


def renew(held: Held, now: datetime) -> bool:
    """Say that the work still goes on; False when the slot was taken over."""
    with transaction():
        kept = JobClaim.update(claimed_at=now).where(_own(held)).execute()
    if kept:
        held.since = seconds(now)
    return bool(kept)


def finish(held: Held, result: int, now: datetime) -> bool:
    """Note when a slot's work was done and how many things it handled; False when it was taken over."""
    with transaction():
        return bool(JobClaim.update(done_at=now, result=result).where(_own(held)).execute())


def _own(held: Held) -> Any:
    own = (JobClaim.job == held.job) & (JobClaim.slot == held.slot)
    return own & (JobClaim.claimed_at == held.since) & JobClaim.done_at.is_null()


def last_done(job: str, before: int | None = None) -> int | None:
    """Return the latest slot of a job that was finished, of those before a slot if one is given."""
    finished = "SELECT MAX(slot) FROM job_claim WHERE job = ? AND done_at IS NOT NULL"
    if before is None:
        [found] = run(finished, (job,)).fetchone()
    else:
        [found] = run(f"{finished} AND slot < ?", (job, before)).fetchone()
    return None if found is None else int(found)


def missed(job: str, slot: int, every: int) -> int:
    """Return how many slots went by unfinished before this one, since the last that was finished (G7)."""
    done = last_done(job, slot)
    return 0 if done is None else max((slot - done) // every - 1, 0)


def ages(now: datetime) -> dict[str, float]:
    """Return for each job that was ever finished how many seconds ago it was."""
    rows = run(
        "SELECT job, MAX(done_at) FROM job_claim WHERE done_at IS NOT NULL GROUP BY job", ()
    ).fetchall()
    return {job: max(0.0, float(seconds(now) - at)) for job, at in rows if not job.startswith(_ONCE)}


def mark_done(what: str, slot: int, now: datetime) -> None:
    """Note that something is done once and for all, such as the scan of a checkpoint; it is no job's slot."""
    with transaction():
        JobClaim.insert(
            job=_ONCE + what, slot=slot, claimed_at=now, done_at=now
        ).on_conflict_ignore().execute()


def is_done(what: str, slot: int) -> bool:
    """Whether something was marked as done."""
    return bool(JobClaim.select().where(JobClaim.job == _ONCE + what, JobClaim.slot == slot).exists())
