"""A reminder on its way, and the count of what came of many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from models.terms import Channel, Topic


@dataclass(frozen=True, slots=True)
class Letter:
    """One claimed reminder with the way that was chosen for it.

    Attributes:
        id: of its row.
        key: what the platform is given as `client_msg_id`.
        claim: the batch that holds the row; whoever has lost it may not touch the row any more.
        claimed_at: when the batch was taken.
        member: the receiver's id.
        openid: the receiver's account.
        topic: what it is about.
        channel: TEMPLATE or SUBSCRIBE.
        template: the template's number at the account.
        fields: keyword → text.
        tries: calls made before this one.
    """

    id: int
    key: str
    claim: str
    claimed_at: datetime
    member: int
    openid: str
    topic: Topic
    channel: Channel
    template: str
    fields: Mapping[str, str]
    tries: int

    @property
    def path(self) -> str:
        """Return the page that a tap opens: what is said, the way that helps, and 不再提醒 (F13)."""
        return f"/m/notices/{self.key}"


@dataclass
class Tally:
    """What came of the calls: accepted, refused for good, failed for now or unknown. Threads may share it."""

    accepted: int = 0
    refused: int = 0
    failed: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def count(self, what: str) -> None:
        """Count one call under the name of a field."""
        with self._lock:
            setattr(self, what, getattr(self, what) + 1)

    @property
    def calls(self) -> int:
        """Return how many calls were counted."""
        return self.accepted + self.refused + self.failed
