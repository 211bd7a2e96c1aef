"""What may not be kept any longer goes, once an hour and everywhere at once (F20)."""

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
from services.clock import civil_day
from services.inbox import forget_old
from services.transaction import transaction
from services.upkeep import forgetting, traces


def sweep(now: datetime) -> int:
    """Remove what may not be kept any longer (F20) and return how many rows went.

    How long is long enough stands in `services/retention.py`. Afterwards the database really forgets
    them, unless somebody reads it at this moment: then in an hour.
    """
    gone = forget_old(now) + forgetting.forget_old(now) + forgetting.forget_console(now)
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
