"""Ways that must rest: a banned template, a used-up quota, an account without the right (WECHAT part 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import ChannelPause
from models.terms import Channel
from services import audit
from services.actor import Actor
from services.clock import civil_day, day_start, next_day
from services.transaction import transaction

#: For so long a way rests after a fault of the set-up; then it is tried again.
ALERT_REST = timedelta(minutes=10)


@dataclass(frozen=True)
class Rest:
    """How long a way rests; None is until the operator wakes it."""

    until: datetime | None


@dataclass(frozen=True)
class Pauses:
    """The pauses in force at one moment, by channel and template; "" is the whole channel."""

    standing: Mapping[tuple[Channel, str], Rest]

    def of(self, channel: Channel, template: str) -> Rest | None:
        """Return the longer of the rests of a channel and of one template, None when the way is open."""
        found = [
            each
            for each in (self.standing.get((channel, "")), self.standing.get((channel, template)))
            if each is not None
        ]
        if not found:
            return None
        ends = [each.until for each in found if each.until is not None]
        return Rest(max(ends) if len(ends) == len(found) else None)


def in_force(now: datetime) -> Pauses:
    """Read the pauses in force."""
    rows = ChannelPause.select().where(ChannelPause.until.is_null() | (ChannelPause.until > now))
    return Pauses({(row.channel, row.template): Rest(row.until) for row in rows})


def midnight(now: datetime) -> datetime:
    """Return the next midnight of Beijing, when the platform's daily quotas begin anew."""
    return day_start(next_day(civil_day(now)))


def rest(channel: Channel, template: str, until: datetime | None, code: int, now: datetime) -> bool:
    """Let a way rest inside the caller's transaction; True when it did not rest so long already."""
    values = {"since": now, "until": until, "code": code}
    key = (ChannelPause.channel == channel) & (ChannelPause.template == template)
    standing = ChannelPause.get_or_none(key)
    if standing is None:
        fresh = ChannelPause.insert(channel=channel, template=template, **values).on_conflict_ignore()
        return bool(fresh.as_rowcount().execute())
    if standing.until is None or (until is not None and standing.until >= until):
        return False
    was_over = standing.until <= now
    ChannelPause.update(**values).where(key).execute()
    return bool(was_over or until is None)


def wake(actor: Actor, now: datetime) -> int:
    """Wake every way and return how many rested; for the operator who has mended the cause."""
    with transaction():
        gone = ChannelPause.delete().execute()
        if gone:
            audit.record(actor, now, "pauses.ended", "channel", "all", count=gone)
    return int(gone)
