"""The ledger of 订阅通知: one accept is good for one message, and is used once (WECHAT part 1)."""

from __future__ import annotations

from datetime import datetime

from models import SubscribeCredit, database
from services.clock import seconds
from services.ports import Action
from services.statement import run

_SPEND = (
    "UPDATE subscribe_credit SET used_at = ?, reminder_id = ? WHERE id = ("
    "SELECT id FROM subscribe_credit WHERE openid = ? AND template = ? AND used_at IS NULL"
    " ORDER BY granted_at, id LIMIT 1) AND used_at IS NULL"
)
_SPEND_AMONG_MANY = _SPEND.replace(" LIMIT 1)", " LIMIT 1 FOR UPDATE SKIP LOCKED)")
#: After these answers the message has certainly not been sent, so the accept is still there.
_KEPT = frozenset(
    {
        Action.RETRY,
        Action.RENEW_TOKEN,
        Action.SPREAD,
        Action.ALERT,
        Action.PAUSE_TEMPLATE,
        Action.PAUSE_UNTIL_MIDNIGHT,
        Action.SWITCH_OFF,
        Action.OUR_FAULT,
    }
)


def grant(openid: str, template: str, now: datetime) -> None:
    """Note that somebody has accepted one message of a template."""
    SubscribeCredit.insert(openid=openid, template=template, granted_at=now).execute()


def withdraw(openid: str, template: str | None = None) -> int:
    """Forget what somebody has accepted and not got yet: of one template, or of all."""
    query = SubscribeCredit.delete().where(
        SubscribeCredit.openid == openid, SubscribeCredit.used_at.is_null()
    )
    if template is not None:
        query = query.where(SubscribeCredit.template == template)
    return int(query.execute())


def spend(openid: str, template: str, reminder: int, now: datetime) -> bool:
    """Use up the oldest accept for a reminder; False when none is left."""
    statement = _SPEND_AMONG_MANY if database.obj.server else _SPEND
    return bool(run(statement, (seconds(now), reminder, openid, template)).rowcount == 1)


def settle(openid: str, template: str, reminder: int, action: Action, now: datetime) -> None:
    """Put the accept back when the message has certainly not been sent.

    When the platform says that none stands (43101), those that the ledger still holds are used up as well.
    """
    mine = (SubscribeCredit.openid == openid) & (SubscribeCredit.template == template)
    if action in _KEPT:
        SubscribeCredit.update(used_at=None, reminder=None).where(
            mine, SubscribeCredit.reminder == reminder
        ).execute()
    elif action is Action.REFUSED:
        SubscribeCredit.update(used_at=now).where(mine, SubscribeCredit.used_at.is_null()).execute()
