"""What every handler gets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from wechat.parse import Inbound


@dataclass(frozen=True)
class Call:
    """One push on its way to a handler.

    Attributes:
        inbound: the push.
        at: the moment by which a scan is judged (CreateTime, unless it strays from our clock).
        now: our clock.
        public_url: where our pages live, without a slash at the end.
        words: what was typed after the command, trimmed.
    """

    inbound: Inbound
    at: datetime
    now: datetime
    public_url: str
    words: str = ""

    @property
    def openid(self) -> str:
        """Return the account that the push comes from."""
        return self.inbound.openid
