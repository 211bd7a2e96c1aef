"""What an answer of the platform does to a reminder: the action table of WECHAT part 2, in one place."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from models.terms import Channel, ReminderState
from services.ports import Action


class Step(Enum):
    """Where a reminder goes after a call."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    NEXT_WAY = "next way"
    AGAIN = "again"
    LATER = "later"
    UNKNOWN = "unknown"
    TO_LIST = "to the list"


class Rests(Enum):
    """What must rest after an answer."""

    NOTHING = "nothing"
    TEMPLATE = "this template, until the operator wakes it"
    CHANNEL = "the channel, until the operator wakes it"
    CHANNEL_TODAY = "the channel, until midnight in Beijing"
    CHANNEL_SHORTLY = "the channel, for some minutes"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        step: where the reminder goes.
        counts: the field of the tally: accepted, refused or failed.
        attempt: what stands on the attempt.
        rests: what must rest.
        unfollowed: whether the account is marked as not following.
        alert: whether the operator has to do something.
    """

    step: Step
    counts: str
    attempt: ReminderState
    rests: Rests = Rests.NOTHING
    unfollowed: bool = False
    alert: bool = False


_S = ReminderState

TABLE: Final[dict[Action, Row]] = {
    Action.AWAIT_RECEIPT: Row(Step.ACCEPTED, "accepted", _S.ACCEPTED),
    Action.DELIVERED: Row(Step.DELIVERED, "accepted", _S.DELIVERED),
    Action.RETRY: Row(Step.AGAIN, "failed", _S.FAILED),
    Action.RENEW_TOKEN: Row(Step.AGAIN, "failed", _S.FAILED),
    Action.UNFOLLOWED: Row(Step.NEXT_WAY, "refused", _S.REFUSED, unfollowed=True),
    Action.REFUSED: Row(Step.NEXT_WAY, "refused", _S.REFUSED),
    Action.NEXT_CHANNEL: Row(Step.NEXT_WAY, "refused", _S.REFUSED),
    # The same way is chosen anew: while it rests, the next one that is open, or a wait in the queue.
    Action.PAUSE_TEMPLATE: Row(Step.LATER, "failed", _S.FAILED, Rests.TEMPLATE, alert=True),
    Action.PAUSE_UNTIL_MIDNIGHT: Row(Step.LATER, "failed", _S.FAILED, Rests.CHANNEL_TODAY, alert=True),
    Action.SWITCH_OFF: Row(Step.LATER, "failed", _S.FAILED, Rests.CHANNEL, alert=True),
    Action.ALERT: Row(Step.LATER, "failed", _S.FAILED, Rests.CHANNEL_SHORTLY, alert=True),
    Action.SPREAD: Row(Step.AGAIN, "failed", _S.FAILED),
    Action.OUR_FAULT: Row(Step.TO_LIST, "failed", _S.FAILED, alert=True),
    Action.LOGIN_AGAIN: Row(Step.UNKNOWN, "failed", _S.UNKNOWN, alert=True),
    Action.UNKNOWN: Row(Step.UNKNOWN, "failed", _S.UNKNOWN, alert=True),
}
"""Action → what happens. Every action has its line; a test holds it."""

#: So often is a reminder tried; the last failure makes it DEAD and puts it on the list.
TRIES: Final = 10
_FIRST = timedelta(minutes=1)
_LONGEST = timedelta(hours=1)
#: Within ten minutes the platform delivers one id once, so a resend after a failed delivery must come later.
SAME_ID: Final = timedelta(minutes=11)


def next_moment(now: datetime, tries: int) -> datetime:
    """Return when to try again: each wait twice the last, an hour at most, spread by up to a half of it."""
    wait = min(_FIRST * 2 ** min(max(tries - 1, 0), 10), _LONGEST)
    return now + wait + timedelta(seconds=secrets.randbelow(int(wait.total_seconds()) // 2 + 1))


def after(channel: Channel) -> Channel:
    """Return the way that comes after one."""
    return Channel.SUBSCRIBE if channel is Channel.TEMPLATE else Channel.INBOX
