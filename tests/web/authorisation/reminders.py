"""Reminding and the phone list: who leads the person's branch, nobody else's people, no group head."""

from __future__ import annotations

from models.terms import ReminderState
from tests.outbox import queued
from tests.web.authorisation.entry import Entry
from tests.web.world import World

#: The pages themselves; one's own people, of whom an officer above has only those who lead.
LED = (302, 302, 403, 403, 403, 200, 200, 200, 403)
OWN, OWN_POST = (302, 302, 403, 403, 403, 200, 404, 404, 403), (401, 303, 403, 403, 403, 303, 404, 404, 403)
SHOWN = (401, 303, 403, 403, 403, 200, 404, 404, 403)
NONE = (302, 302, 403, 403, 403, 404, 404, 404, 403)

_CHOSEN = {"topic": "HOURS_GAP", "member": "M001"}


def prepare(world: World) -> dict[str, str]:
    """Let one member stand on the list."""
    queued(world.members["elder"], world.clock(), state=ReminderState.INBOX)
    return {}


ENTRIES = [
    Entry("GET", "/s/push", "/s/push", LED),
    Entry("GET", "/s/push", "/s/push?topic=MAKE_UP&all=1", LED),
    Entry("GET", "/s/push", "/s/push?topic=CARE", NONE),
    Entry("POST", "/s/push/preview", "/s/push/preview", SHOWN, _CHOSEN),
    Entry("POST", "/s/push", "/s/push", OWN_POST, _CHOSEN),
    Entry("GET", "/s/push/<day>", "/s/push/2026-11-23", LED),
    Entry("GET", "/s/push/<day>", "/s/push/preview", NONE),
    Entry("GET", "/s/unreached", "/s/unreached", LED),
    Entry("GET", "/s/unreached/print", "/s/unreached/print", LED),
    Entry("GET", "/s/unreached/<number>", "/s/unreached/M005", OWN),
    Entry("GET", "/s/unreached/<number>", "/s/unreached/nobody", NONE),
    Entry(
        "POST", "/s/unreached/<number>", "/s/unreached/M005", OWN_POST,
        {"kind": "CALLED", "day": "2026-11-20", "words": "说周四来"},
    ),
]  # fmt: skip
