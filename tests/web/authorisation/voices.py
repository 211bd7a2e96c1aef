"""Voices on pages: the member's own, and those who listen and write down."""

from __future__ import annotations

from datetime import date

from models.terms import CycleType, View
from services.actor import OPERATOR
from services.shuxue import cycles, oral, voices
from services.shuxue.cycles import CyclePlan
from tests.web.authorisation.entry import MEMBERS, Entry
from tests.web.authorisation.shuxue import HELPING
from tests.web.world import World

#: M001's voice is heard by the leaders of the branch; M002 heads another group, M004 leads no more.
HEARS = (302, 302, 403, 403, 404, 200, 404, 403, 403)
WRITES = (401, 401, 403, 403, 404, 303, 404, 403, 403)
NOBODYS = (302, 302, 403, 403, 404, 404, 404, 403, 403)
#: M004 was asked to help in the branch of M001.
HELPED = (302, 302, 403, 403, 404, 200, 404, 403, 200)
OWN = (302, 302, 200, *(404,) * 6)
DECIDES = (401, 303, 303, *(404,) * 6)


class _Media:
    """A platform that gives a second of a real voice."""

    def media(self, _media_id: str) -> tuple[str, bytes]:
        """Return one frame, fifty times."""
        return "audio/amr", b"#!AMR\n" + (bytes([0x3C]) + bytes(31)) * 50


def prepare(world: World) -> dict[str, str]:
    """Let M001 send a voice that was fetched, and one that was written down."""
    now = world.clock()
    plan = CyclePlan("ZB1", CycleType.QUARTER, now.year, date(2026, 12, 20), 4)
    cycle = cycles.open_cycle(OPERATOR, plan, now).key
    heard = voices.receive(world.members["member"], cycle, View.GOALS, "media-1", now).key
    written = voices.receive(world.members["member"], cycle, View.GAINS, "media-2", now).key
    voices.fetch_due(_Media(), now)
    voices.write_down(OPERATOR, written, "记住了一句话", now)
    return {"voice": heard, "written": written, "seen": str(int(now.timestamp()))}


def helped(world: World) -> dict[str, str]:
    """As above, and M004 was asked to help."""
    made = prepare(world)
    oral.appoint(OPERATOR, "M004", "ZB1", world.clock(), date(2026, 12, 31))
    return made


ENTRIES = [
    Entry("GET", "/s/voices", "/s/voices", HELPING),
    Entry("GET", "/s/voices", "/s/voices", (*HELPING[:-1], 200), prepare=helped),
    Entry("GET", "/s/voices/<key>", "/s/voices/{voice}", HEARS),
    Entry("GET", "/s/voices/<key>", "/s/voices/{voice}", HELPED, prepare=helped),
    Entry("GET", "/s/voices/<key>", "/s/voices/aaaaaaaaaaaaaaaaaaaa", NOBODYS),
    Entry("POST", "/s/voices/<key>", "/s/voices/{voice}", WRITES, {"text": "听到的话"}),
    Entry("GET", "/s/voices/<key>/sound", "/s/voices/{voice}/sound", HEARS),
    Entry("GET", "/s/voices/<key>/sound", "/s/voices/{voice}/sound", HELPED, prepare=helped),
    Entry("GET", "/m/voices", "/m/voices", MEMBERS),
    Entry("GET", "/m/voices/<key>", "/m/voices/{written}", OWN),
    Entry("POST", "/m/voices/<key>", "/m/voices/{written}", DECIDES, {"answer": "confirm", "seen": "{seen}"}),
    Entry("POST", "/m/voices/<key>", "/m/voices/{voice}", DECIDES, {"answer": "drop"}),
]  # fmt: skip
