"""One message: what is written and committed before the call, and what after it (G6).

Before the call an attempt is committed; after a kill its row says that the message may have left. A row
without one has certainly not been sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from models import Reminder, WechatBinding
from models.terms import Channel, ReminderState
from services.clock import seconds
from services.delivery import credits, pauses
from services.delivery.letters import Letter
from services.delivery.outcomes import TABLE, TRIES, Rests, Row, Step, after, next_moment
from services.ports import Action, Messenger, PlatformError
from services.statement import run
from services.transaction import transaction

#: A letter that was not begun so long after its claim is given back and judged anew.
STALE = timedelta(seconds=60)
#: The code of a call that brought no answer of the platform's own (`services.ports.Busy`).
NO_ANSWER = -1

_BEGIN = (
    "UPDATE reminder SET tries = tries + 1 WHERE id = ? AND claim = ? AND state = 'SENDING'"
    " AND NOT EXISTS (SELECT 1 FROM outgoing_fence)"
    " AND EXISTS (SELECT 1 FROM wechat_binding w WHERE w.member_id = ? AND w.openid = ?"
    " AND w.unbound_at IS NULL AND w.following)"
    " AND NOT EXISTS (SELECT 1 FROM opt_out o WHERE o.member_id = ? AND o.topic = ?)"
    " AND NOT EXISTS (SELECT 1 FROM member_setting s WHERE s.member_id = ? AND NOT s.reminders)"
    " AND NOT EXISTS (SELECT 1 FROM channel_pause p WHERE p.channel = ? AND p.template IN ('', ?)"
    " AND (p.until IS NULL OR p.until > ?))"
)
_ATTEMPT = (
    "INSERT INTO reminder_attempt (reminder_id, at, channel, state) VALUES (?, ?, ?, 'SENDING') RETURNING id"
)
_CLOSE_ATTEMPT = "UPDATE reminder_attempt SET state = ?, code = ? WHERE id = ? AND state = 'SENDING'"
#: What most calls end with; a row that was given up as unknown meanwhile is taken back.
_ACCEPTED = (
    "UPDATE reminder SET state = 'ACCEPTED', channel = ?, msgid = ?, sent_at = ?, code = 0, claim = NULL,"
    " claimed_at = NULL WHERE id = ? AND claim = ? AND state IN ('SENDING', 'UNKNOWN')"
)
#: A row that was given up as unknown meanwhile, because the clock jumped, still learns what came of it.
_MINE = (Reminder.state == ReminderState.SENDING) | (Reminder.state == ReminderState.UNKNOWN)

log = structlog.get_logger("delivery")


@dataclass(frozen=True)
class Answer:
    """What came of a call: the action, the platform's code, and its number of the message if it gave one."""

    action: Action
    code: int = 0
    msgid: str = ""


def begin(letter: Letter, now: datetime) -> int | None:
    """Note that a call is about to be made, in a transaction, and return the attempt's id.

    None when the letter may not leave now: the claim is lost, the fence was raised, the member has unbound,
    opted out, or spent the credit, the way must rest, or too long a time has passed since it was judged.
    The row then stands in the queue again, and the next claim finds out what becomes of it.
    """
    with transaction():
        if now - letter.claimed_at > STALE or not _may_leave(letter, now):
            give_back(letter)
            return None
        at = (letter.id, seconds(now), letter.channel.value)
        return int(run(_ATTEMPT, at).fetchone()[0])


def _may_leave(letter: Letter, now: datetime) -> bool:
    person = (letter.member, letter.openid, letter.member, letter.topic.value, letter.member)
    way = (letter.channel.value, letter.template, seconds(now))
    if run(_BEGIN, (letter.id, letter.claim, *person, *way)).rowcount != 1:
        return False
    if letter.channel is not Channel.SUBSCRIBE:
        return True
    return credits.spend(letter.openid, letter.template, letter.id, now)


def give_back(letter: Letter) -> None:
    """Put a claimed row back into the queue, unsent, unless the claim is lost."""
    Reminder.update(state=ReminderState.DUE, claim=None, claimed_at=None, tries=letter.tries).where(
        Reminder.id == letter.id, Reminder.claim == letter.claim, Reminder.state == ReminderState.SENDING
    ).execute()


def call(letter: Letter, messenger: Messenger, public_url: str) -> Answer:
    """Make the call, outside any transaction; it takes 8 s at most (G10)."""
    url = public_url + letter.path
    try:
        if letter.channel is Channel.SUBSCRIBE:
            msgid = messenger.subscribe(letter.openid, letter.template, letter.fields, url)
        else:
            msgid = messenger.template(letter.openid, letter.template, letter.fields, letter.key, url)
    except PlatformError as error:
        return Answer(error.action, error.code)
    return Answer(Action.AWAIT_RECEIPT, 0, msgid)


def finish(letter: Letter, attempt: int, answer: Answer, now: datetime) -> Row:
    """Write what came of the call, in a transaction, and return the table's line."""
    line = TABLE[answer.action]
    with transaction():
        run(_CLOSE_ATTEMPT, (line.attempt.value, answer.code, attempt))
        if line.step is Step.ACCEPTED:
            sent = (letter.channel.value, answer.msgid or None, seconds(now))
            run(_ACCEPTED, (*sent, letter.id, letter.claim))
        else:
            Reminder.update(_after(letter, line.step, answer.code, now)).where(
                Reminder.id == letter.id, Reminder.claim == letter.claim, _MINE
            ).execute()
        if letter.channel is Channel.SUBSCRIBE:
            credits.settle(letter.openid, letter.template, letter.id, answer.action, now)
        if line.unfollowed:
            WechatBinding.update(following=False).where(
                WechatBinding.openid == letter.openid, WechatBinding.unbound_at.is_null()
            ).execute()
        fresh = _let_rest(letter, line.rests, answer.code, now)
    # Without an answer there is nothing to mend; that the platform is away, the deliverer says once.
    if line.alert and fresh and answer.code != NO_ANSWER:
        log.error("delivery_alert", action=str(answer.action), code=answer.code, reminder=letter.id,
                  channel=str(letter.channel), topic=str(letter.topic))  # fmt: skip
    return line


def _after(letter: Letter, step: Step, code: int, now: datetime) -> dict[str, object]:
    """Return the columns of the row after a call that was not accepted."""
    free: dict[str, object] = {"claim": None, "claimed_at": None}
    if step is Step.UNKNOWN:
        # The claim stays: should the answer come after all, its sender may still write it.
        sent = {"channel": letter.channel, "sent_at": now, "closed_at": now, "code": code}
        return {"state": ReminderState.UNKNOWN, **sent}
    if step is Step.TO_LIST or (step is Step.NEXT_WAY and after(letter.channel) is Channel.INBOX):
        return {"state": ReminderState.INBOX, "channel": Channel.INBOX, "code": code, **free}
    if step is Step.NEXT_WAY:
        way = after(letter.channel)
        return {"state": ReminderState.DUE, "channel": way, "code": code, **free}
    if step is Step.LATER:
        # The way rests now; this was no try of the message itself.
        return {"state": ReminderState.DUE, "tries": letter.tries, "code": code, **free}
    if letter.tries + 1 >= TRIES:
        return {"state": ReminderState.DEAD, "channel": Channel.INBOX, "closed_at": now,
                "code": code, **free}  # fmt: skip
    again = next_moment(now, letter.tries + 1)
    return {"state": ReminderState.FAILED, "due_at": again, "code": code, **free}


def _let_rest(letter: Letter, rests: Rests, code: int, now: datetime) -> bool:
    """Let the way rest as the table says; False when it rested already, so that one alert is enough."""
    if rests is Rests.NOTHING:
        return True
    template = letter.template if rests is Rests.TEMPLATE else ""
    until = {Rests.CHANNEL_TODAY: pauses.midnight(now), Rests.CHANNEL_SHORTLY: now + pauses.ALERT_REST}
    return pauses.rest(letter.channel, template, until.get(rests), code, now)
