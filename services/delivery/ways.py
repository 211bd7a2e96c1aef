"""The way of a reminder: template message, 订阅通知 with a credit, then page and list (WECHAT part 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models.terms import Channel
from services.delivery.pauses import Pauses
from services.rulebook.reminders import TopicRules


@dataclass(frozen=True)
class Way:
    """How a reminder goes now. With `wait` it stays in the queue until then; INBOX is the end of sending."""

    channel: Channel
    template: str = ""
    wait: datetime | None = None


def choose(start: Channel, rules: TopicRules, pauses: Pauses, credit: bool, not_after: datetime) -> Way:
    """Return the first open way from `start` on.

    Args:
        start: the first way that may still be tried.
        rules: of the topic, with the templates' numbers; a way without one is no way.
        pauses: in force now.
        credit: whether the member has accepted one 订阅通知 of the topic's template that is not used yet.
        not_after: a way that wakes later than this is no way.
    """
    templates = {Channel.TEMPLATE: rules.template, Channel.SUBSCRIBE: rules.subscribe}
    order = (Channel.TEMPLATE, Channel.SUBSCRIBE)
    waiting: Way | None = None
    for channel in order if start is Channel.TEMPLATE else order[1:]:
        template = templates[channel]
        if not template or (channel is Channel.SUBSCRIBE and not credit):
            continue
        rest = pauses.of(channel, template)
        if rest is None:
            return Way(channel, template)
        if waiting is None and rest.until is not None and rest.until <= not_after:
            waiting = Way(channel, template, rest.until)
    return waiting or Way(Channel.INBOX)
