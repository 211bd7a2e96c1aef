"""What was said to the member: the own list, one notice with its switch, the topics; nobody else's."""

from __future__ import annotations

from datetime import timedelta

from models import Reminder
from models.terms import Channel, ReminderState, Topic
from tests.web.authorisation.entry import MEMBERS, Entry
from tests.web.world import World

#: The member's alone: an unknown key and somebody else's read alike.
_OWN = (302, 302, 200, *(404,) * 6)
_CHOOSES = (401, 303, 303, *(404,) * 6)
_UNKNOWN = (302, 302, *(404,) * 7)
_ONE = "/m/notices/<key>"


def prepare(world: World) -> dict[str, str]:
    """Say something to the member."""
    now, member = world.clock(), world.members["member"]
    Reminder.create(
        key="n" * 20, branch=world.branch, member=member, topic=Topic.MAKE_UP, period="2026-11-30",
        state=ReminderState.DELIVERED, channel=Channel.TEMPLATE, fields="{}", words="有 1 次学习可以补。",
        way="/m/make-ups", edition="2026版", due_at=now, not_after=now + timedelta(days=9), created_at=now,
    )  # fmt: skip
    return {"notice": "n" * 20}


ENTRIES = [
    Entry("GET", "/m/notices", "/m/notices", MEMBERS),
    Entry("GET", _ONE, "/m/notices/{notice}", _OWN),
    Entry("GET", _ONE, "/m/notices/unknown", _UNKNOWN),
    Entry("POST", _ONE, "/m/notices/{notice}", _CHOOSES, {"wish": "leave"}),
    Entry(
        "POST", "/m/settings/topics", "/m/settings/topics", (401, *(303,) * 8),
        {"offered": "MAKE_UP", "topic": "MAKE_UP"},
    ),
]  # fmt: skip
