"""Where an account stands in a guided talk, so that it goes on days later; never what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from models import ChatState
from services.transaction import transaction

SHUXUE = "SHUXUE"
#: After so long somebody may have forgotten where the talk stood, so an answer names the place.
PAUSE = timedelta(minutes=30)
#: After so long a text may be meant for anything: nothing is taken for the talk's without asking.
REST = timedelta(hours=24)
_LEFT = "-"


@dataclass(frozen=True)
class Talk:
    """A talk of one account.

    Attributes:
        subject: what it is about, such as the key of a round.
        step: where it stands in it, such as the key of a view.
        changed_at: when the account last said something in it.
        left: whether the person has left it; the place is kept for coming back.
    """

    subject: str
    step: str
    changed_at: datetime
    left: bool = False

    def idle(self, now: datetime) -> timedelta:
        """Return how long nothing has been said in it."""
        return now - self.changed_at


def current(openid: str, topic: str = SHUXUE) -> Talk | None:
    """Return where an account stands, None when it has no talk of this topic."""
    row = ChatState.get_or_none(ChatState.openid == openid, ChatState.topic == topic)
    if row is None:
        return None
    return Talk(row.subject, row.step.removeprefix(_LEFT), row.changed_at, row.step.startswith(_LEFT))


def move(openid: str, subject: str, step: str, now: datetime, topic: str = SHUXUE) -> None:
    """Begin a talk, or go to a place in it; an account is in one talk at a time."""
    with transaction():
        ChatState.insert(openid=openid, topic=topic, subject=subject, step=step, changed_at=now).on_conflict(
            conflict_target=[ChatState.openid],
            preserve=[ChatState.topic, ChatState.subject, ChatState.step, ChatState.changed_at],
        ).execute()


def leave(openid: str, now: datetime, topic: str = SHUXUE) -> bool:
    """Leave a talk and keep the place; False when there is none, or it was left before."""
    with transaction():
        talk = current(openid, topic)
        if talk is None or talk.left:
            return False
        move(openid, talk.subject, _LEFT + talk.step, now, topic)
    return True


def forget(openid: str) -> None:
    """Forget the account's talk; `accounts.forget` does it when the account goes, the sweep after long."""
    with transaction():
        ChatState.delete().where(ChatState.openid == openid).execute()
