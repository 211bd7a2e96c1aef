"""等您办 and the other ways of a leader, in words and with the way to each; nothing here decides."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from services.queues import Queue

#: Every list of a leader: what waits in it, its name as a way, and its endpoint.
_LISTS: dict[Queue, tuple[str, str, str]] = {
    Queue.REPORTS: ("{} 份述学待看", "述学", "shuxue_branch.show"),
    Queue.VOICES: ("{} 位同志的录音待整理", "录音整理", "voices.index"),
    Queue.CLAIMS: ("{} 份积分申报", "积分申报", "claims_desk.show"),
    Queue.LEAVES: ("{} 份请假", "请假", "leave_desk.show"),
    Queue.MAKE_UPS: ("{} 份补学", "补学", "make_ups_desk.show"),
    Queue.EXTERNALS: ("{} 份支部外学习", "支部外学习", "external_desk.show"),
    Queue.FEEDBACK: ("{} 条投诉建议", "投诉建议", "feedback_desk.show"),
    Queue.TRANSFERS: ("{} 位同志等转入", "组织关系转接", "transfers.show"),
    Queue.HOSTING: ("{} 位流动党员等接收", "流入的党员", "mobility.hosting"),
}


@dataclass(frozen=True)
class Way:
    """One line that leads on."""

    words: str
    way: str


def waiting(counts: dict[Queue, int]) -> list[Way]:
    """Return a line for each list in which something waits."""
    return [Way(_LISTS[queue][0].format(count), _at(queue)) for queue, count in counts.items()]


def others(counts: dict[Queue, int]) -> list[Way]:
    """Return a way to each list in which nothing waits: it holds what was done, and a button to begin."""
    return [Way(name, _at(queue)) for queue, (_, name, _) in _LISTS.items() if queue not in counts]


def _at(queue: Queue) -> str:
    return url_for(_LISTS[queue][2])
