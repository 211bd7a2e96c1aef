"""A voice of a phone is heard in a real browser (F07); how its page looks stands in test_every_page.py."""

from __future__ import annotations

from datetime import date

import pytest

from models.terms import CycleType, View
from services.actor import OPERATOR
from services.shuxue import cycles, voices
from services.shuxue.cycles import CyclePlan
from simulator.voice import VOICE
from tests.browser.test_pages import House, house
from tests.fixtures_browser import PHONE, NewPage

__all__ = ["house"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
_LENGTH = """
async () => { const sound = document.querySelector('audio');
  if (!sound.duration) { await new Promise((done, fail) => {
    sound.onloadedmetadata = done; sound.onerror = () => fail(sound.error.message); sound.load(); }); }
  return sound.duration; }
"""


class _Media:
    """A platform that gives the simulator's voice."""

    def media(self, _media_id: str) -> tuple[str, bytes]:
        return "audio/amr", VOICE


def test_a_voice_of_a_phone_plays(house: House, new_page: NewPage) -> None:
    world = house.world
    now = world.clock()
    plan = CyclePlan("ZB1", CycleType.QUARTER, now.year, date(now.year, 12, 20), 4)
    cycle = cycles.open_cycle(OPERATOR, plan, now).key
    key = voices.receive(world.members["member"], cycle, View.GAINS, "media-1", now).key
    voices.fetch_due(_Media(), now)
    page = house.open(new_page(PHONE), "secretary", f"/s/voices/{key}")
    assert 4 < page.evaluate(_LENGTH) < 8
