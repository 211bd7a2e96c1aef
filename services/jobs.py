"""Slots of timed jobs: whoever inserts the row has won the slot, the others go on sleeping (G7)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from models import (
    BindingCode,
    ChatState,
    JobClaim,
    LoginSession,
    OauthCode,
    PendingScan,
    RebindRequest,
    SceneTicket,
    StepUp,
    TryCount,
    WechatBinding,
)
from services import retention
from services.clock import civil_day, seconds
from services.inbox import forget_old
from services.privacy import traces
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
    """Remove what may not be kept any longer (F20, services/retention.py) and return how many rows went.

    Afterwards the database really forgets them, unless somebody reads it at this moment: then in an hour.
    """
    gone = forget_old(now)
    with transaction():
        for stale in _stale(now):
            gone += stale.execute()
    traces.cut_log()
    return int(gone)


def _stale(now: datetime) -> list[Any]:
    """Return the deletions, one a table; of an ended binding the account alone goes."""
    trace, code = now - retention.days(retention.TRACE_DAYS), now - retention.days(retention.CODE_DAYS)
    login = now - timedelta(minutes=retention.LOGIN_CODE_MINUTES)
    decided = now - retention.days(retention.REBIND_DAYS)
    forgotten = now - retention.days(retention.REBIND_FORGOTTEN_DAYS)
    return [
        OauthCode.delete().where(OauthCode.at < login),
        LoginSession.delete().where(LoginSession.expires_at < now),
        StepUp.delete().where(StepUp.expires_at < now),
        PendingScan.delete().where(PendingScan.at < trace),
        ChatState.delete().where(ChatState.changed_at < now - retention.days(retention.TALK_DAYS)),
        TryCount.delete().where(TryCount.day < civil_day(trace)),
        JobClaim.delete().where(JobClaim.slot < now - retention.days(retention.JOB_DAYS)),
        SceneTicket.delete().where(SceneTicket.expires_at < now),
        BindingCode.delete().where(BindingCode.expires_at < code),
        WechatBinding.update(openid="").where(
            WechatBinding.unbound_at < now - retention.days(retention.UNBOUND_DAYS),
            WechatBinding.openid != "",
        ),
        RebindRequest.delete().where(
            (RebindRequest.decided_at < decided) | (RebindRequest.asked_at < forgotten)
        ),
    ]
