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
    Queue.GAPS: ("{} 人学时有缺口", "提醒同志们", "push.show"),
    Queue.UNREACHED: ("{} 人没提醒到", "电话名单", "unreached.show"),
}
#: Lists in which one thing is decided after the other, so that the way leads to the first of them.
_IN_A_ROW = frozenset({Queue.REPORTS, Queue.CLAIMS, Queue.LEAVES, Queue.MAKE_UPS, Queue.EXTERNALS})
#: What is done there, where the line itself does not say it.
_ACTS = {Queue.GAPS: "提醒", Queue.UNREACHED: "电话"}
#: Lists of those who lead a branch, or look after those who do.
_LED = frozenset({Queue.GAPS, Queue.UNREACHED})


@dataclass(frozen=True)
class Way:
    """One line that leads on."""

    words: str
    way: str
    act: str = ""


def waiting(counts: dict[Queue, int]) -> list[Way]:
    """Return a line for each list in which something waits."""
    return [
        Way(_LISTS[queue][0].format(count), _first(queue), _ACTS.get(queue, ""))
        for queue, count in counts.items()
    ]


def others(counts: dict[Queue, int], *, leading: bool) -> list[Way]:
    """Return a way to each list to which nothing above leads: it holds what was done, and a button to begin.

    Where one thing is decided after the other, the line above leads to the first thing and not to the list.
    `leading` is whether the person leads a branch or looks after those who do, not a group alone.
    """
    rest = [queue for queue in _LISTS if queue not in counts or queue in _IN_A_ROW]
    return [Way(_LISTS[queue][1], _at(queue)) for queue in rest if leading or queue not in _LED]


def _first(queue: Queue) -> str:
    return url_for("row.first", queue=queue.value) if queue in _IN_A_ROW else _at(queue)


def _at(queue: Queue) -> str:
    return url_for(_LISTS[queue][2])
