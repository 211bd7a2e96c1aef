"""What the platform tells after a message: it arrived, was refused, a 订阅通知 was accepted or turned off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import structlog

from models import Reminder, ReminderAttempt, WechatBinding
from models.terms import Channel, ReminderState, Topic
from services import rulebook
from services.clock import civil_day
from services.delivery import credits
from services.delivery.outcomes import SAME_ID, TABLE, TRIES, Step, after, next_moment
from services.ports import Action
from services.transaction import transaction

#: What a receipt may still close.
_OPEN = (ReminderState.SENDING, ReminderState.ACCEPTED, ReminderState.UNKNOWN)
#: A receipt without a known number belongs to what was sent to this person so shortly before.
_RECENT = timedelta(hours=1)

log = structlog.get_logger("delivery")

Rows = Iterable[Mapping[str, str]]


def job_finished(openid: str, msgid: str, action: Action, now: datetime) -> bool:
    """Close a template message by its receipt (TEMPLATESENDJOBFINISH); False when it is none of ours.

    The receipt may be faster than our own note of the number: then the one message that is under way to this
    person is meant. With two under way nothing is guessed.
    """
    with transaction():
        found = _by_number(msgid) or _under_way(openid, Channel.TEMPLATE, now)
        if found is None:
            log.info("receipt_unmatched", channel="TEMPLATE")
            return False
        _close(found, action, now, msgid)
    return True


def credits_asked(openid: str, rows: Rows, now: datetime) -> int:
    """Note what a person accepted in the dialogue (subscribe_msg_popup_event); returns how many accepts."""
    count = 0
    with transaction():
        for row in rows:
            if row.get("SubscribeStatusString") == "accept" and _named(row):
                credits.grant(openid, row["TemplateId"], now)
                count += 1
    return count


def credits_changed(openid: str, rows: Rows) -> int:
    """Forget the accepts of templates that a person has turned off (subscribe_msg_change_event)."""
    with transaction():
        return sum(
            credits.withdraw(openid, row["TemplateId"])
            for row in rows
            if row.get("SubscribeStatusString") == "reject" and _named(row)
        )


def subscription_sent(openid: str, rows: Rows, now: datetime) -> int:
    """Close 订阅通知 by their receipts (subscribe_msg_sent_event); returns how many were ours."""
    closed = 0
    for row in rows:
        with transaction():
            found = _by_number(row.get("MsgID", "")) or _of_template(openid, row.get("TemplateId", ""), now)
            if found is None:
                log.info("receipt_unmatched", channel="SUBSCRIBE")
                continue
            _close(found, Action.DELIVERED if row.get("ErrorCode") == "0" else Action.REFUSED, now, "")
            closed += 1
    return closed


def follows(openid: str) -> None:
    """Note that an account follows again, after an answer of the platform had said that it does not."""
    WechatBinding.update(following=True).where(
        WechatBinding.openid == openid, WechatBinding.unbound_at.is_null(), ~WechatBinding.following
    ).execute()


def _named(row: Mapping[str, str]) -> bool:
    return 0 < len(row.get("TemplateId", "")) <= 64


def _by_number(msgid: str) -> Reminder | None:
    if not msgid or len(msgid) > 40:
        return None
    return Reminder.select().where(Reminder.msgid == msgid).first()


def _under_way(openid: str, channel: Channel, now: datetime) -> Reminder | None:
    """Return the one message under way to a person of which we hold no number, None when there are more."""
    found = list(
        Reminder.select(Reminder)
        .join(WechatBinding, on=(WechatBinding.member == Reminder.member))
        .join(ReminderAttempt, on=(ReminderAttempt.reminder == Reminder.id))
        .where(
            WechatBinding.openid == openid,
            WechatBinding.unbound_at.is_null(),
            Reminder.state.in_(_OPEN),
            Reminder.msgid.is_null(),
            ReminderAttempt.channel == channel,
            ReminderAttempt.state.in_(_OPEN),
            ReminderAttempt.at > now - _RECENT,
        )
        .distinct()
        .limit(20)
    )
    return found[0] if len(found) == 1 else None


def _of_template(openid: str, template: str, now: datetime) -> Reminder | None:
    """Return the latest open 订阅通知 of a template to a person: the platform names no number for them."""
    topics = rulebook.current().reminders(civil_day(now)).topics
    meant: list[Topic] = [
        topic for topic, rules in topics.items() if template and rules.subscribe == template
    ]
    return (
        Reminder.select(Reminder)
        .join(WechatBinding, on=(WechatBinding.member == Reminder.member))
        .where(
            WechatBinding.openid == openid,
            WechatBinding.unbound_at.is_null(),
            Reminder.topic.in_(meant),
            Reminder.channel == Channel.SUBSCRIBE,
            Reminder.state.in_(_OPEN),
        )
        .order_by(Reminder.sent_at.desc(), Reminder.id.desc())
        .first()
    )


def _close(reminder: Reminder, action: Action, now: datetime, msgid: str) -> None:
    """Write a receipt; one that comes twice, or after another, changes nothing."""
    line = TABLE[action]
    if reminder.state not in _OPEN or line.attempt is reminder.state:
        return
    channel = reminder.channel or Channel.TEMPLATE
    values: dict[str, object] = {"claim": None, "claimed_at": None, "msgid": msgid or reminder.msgid}
    values |= _after(reminder, line.step, channel, now)
    same = (Reminder.id == reminder.id) & (Reminder.state == reminder.state)
    if Reminder.update(values).where(same).execute():
        ReminderAttempt.insert(reminder=reminder.id, at=now, channel=channel, state=line.attempt).execute()


def _after(reminder: Reminder, step: Step, channel: Channel, now: datetime) -> dict[str, object]:
    """Return the columns of the row after a receipt."""
    if step is Step.DELIVERED:
        return {"state": ReminderState.DELIVERED, "closed_at": now, "sent_at": reminder.sent_at or now}
    if step is Step.NEXT_WAY:
        way = after(channel)
        state = ReminderState.INBOX if way is Channel.INBOX else ReminderState.DUE
        return {"state": state, "channel": way, "msgid": None, "code": 43101}
    if step is not Step.AGAIN:
        return {"state": ReminderState.UNKNOWN, "closed_at": now}
    if reminder.tries >= TRIES:
        return {"state": ReminderState.DEAD, "channel": Channel.INBOX, "closed_at": now}
    # The platform says that it has not arrived; a resend with the same id would be swallowed before.
    again = max(next_moment(now, reminder.tries), now + SAME_ID)
    return {"state": ReminderState.FAILED, "due_at": again, "msgid": None}
