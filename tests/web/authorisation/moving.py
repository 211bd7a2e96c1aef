"""Another time or place for a session: who runs it, and nobody else."""

from __future__ import annotations

from datetime import timedelta

from tests.web.authorisation.entry import RUNNERS, RUNS, Entry
from tests.web.world import World

_RULE, _PATH = "/s/sessions/<key>/move", "/s/sessions/{ahead}/move"
_FORM = {"day": "2026-11-28", "time": "14:00", "minutes": "90", "place": "二楼会议室"}


def prepare(world: World) -> dict[str, str]:
    """Publish a session of the secretary's branch for the week to come."""
    return {"ahead": world.new_session("下周学习", world.clock() + timedelta(days=3)).key}


ENTRIES = [
    Entry("GET", _RULE, _PATH, RUNNERS),
    Entry("POST", _RULE, _PATH, RUNS, _FORM),
    Entry("POST", _RULE, _PATH, (401, 303, 404, 404, 403, 400, 404, 400, 404), _FORM | {"day": "2026-11-31"}),
    Entry("GET", _RULE, "/s/sessions/0000000000/move", (302, 302, *(404,) * 7)),
]
