"""Somebody who types and talks in the chat, pushed through the dedup to the router as the callback does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

from services import inbox
from services.clock import seconds
from tests.fakes import DirectRunner
from wechat import texts
from wechat.call import Call
from wechat.parse import Inbound
from wechat.router import route

_NUMBERS = count(1)
SITE = "https://x.example"


def inbound(openid: str, at: datetime, **fields: str) -> Inbound:
    """Return a push of an account; its key is new unless given."""
    values = {
        "kind": "text", "text": "", "event": "", "event_key": "", "scan_result": "", "msg_id": "",
        "ticket": "", "media_id": "", "status": "", "dedup_key": f"m:{next(_NUMBERS)}:",
    }  # fmt: skip
    return Inbound(account="gh_1", openid=openid, created=seconds(at), **(values | fields))


def answer(push: Inbound, now: datetime) -> str:
    """Return what a push is answered, once for all its copies."""
    call = Call(push, now, now, SITE)
    return inbox.answer_once(DirectRunner(), push.dedup_key, lambda: route(call), texts.refusal, now)


@dataclass
class Phone:
    """A phone with the chat open; its clock moves a second with each message."""

    openid: str
    now: datetime

    def says(self, words: str) -> str:
        """Type something."""
        return self._send(text=words)

    def speaks(self, media_id: str) -> str:
        """Send a voice."""
        return self._send(kind="voice", media_id=media_id)

    def clicks(self, key: str) -> str:
        """Press a button of the menu."""
        return self._send(kind="event", event="click", event_key=key)

    def waits(self, **by: float) -> Phone:
        """Let time pass."""
        self.now += timedelta(**by)
        return self

    def _send(self, **fields: str) -> str:
        self.now += timedelta(seconds=1)
        return answer(inbound(self.openid, self.now, **fields), self.now)


def again(push: Inbound, **fields: str) -> Inbound:
    """Return a copy of a push, perhaps altered on the way."""
    return replace(push, **fields)
