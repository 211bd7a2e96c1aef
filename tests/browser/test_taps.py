"""What the usual tasks cost, in taps from 今天; typing is none, and nothing happens without one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from models import StudySession
from models.terms import ReportState, SessionState
from tests.browser.test_pages import House, house
from tests.browser.test_roll_offline import rows, sent, tap, twenty_two
from tests.fixtures_browser import PHONE, NewPage
from tests.service.test_desk import cycle, report

#: Naming it here is what makes the fixture of the other file one of this file's.
SHARED = (house,)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: The browser itself counts what a finger does; a click by a script is not trusted and is not counted.
COUNT = """addEventListener('click', event => {
  if (event.isTrusted) { sessionStorage.setItem('taps', Number(sessionStorage.getItem('taps')) + 1); }
}, true)"""


@contextmanager
def at_most(taps: int, page: Page) -> Iterator[None]:
    """Begin at 今天, and hold that what follows takes no more taps, each new page included."""
    page.goto(re.match(r"http://[^/]+", page.url)[0] + "/s")  # type: ignore[index]
    page.evaluate("sessionStorage.setItem('taps', 0)")
    loads: list[str] = []

    def note(frame: object) -> None:
        loads.append(page.url)

    page.on("framenavigated", note)
    yield
    page.remove_listener("framenavigated", note)
    used = page.evaluate("Number(sessionStorage.getItem('taps'))")
    # A page that comes by an address instead of a tap would be a tap that was hidden.
    assert len(loads) <= used <= taps, (used, loads)


def test_the_usual_tasks_of_a_secretary_take_few_taps(house: House, new_page: NewPage) -> None:
    key = twenty_two(house)
    report(cycle(house.world.branch), house.world.members["member"], ReportState.SUBMITTED)
    page = new_page(PHONE)
    page.add_init_script(COUNT)
    page.clock.set_fixed_time(house.world.clock())
    house.open(page, "secretary", "/s")

    with at_most(4, page):
        page.get_by_role("link", name="新建学习").tap()
        page.get_by_role("button", name="发布").tap()
        expect(page.get_by_role("status")).to_contain_text("已发布")

    with at_most(2, page):
        page.get_by_role("link", name="1 份述学待看").tap()
        page.get_by_role("button", name="收下").tap()
        expect(page.get_by_role("status")).to_contain_text("都办完了")

    # The roll is called name by name, up to the hours in the ledger.
    with at_most(25, page):
        page.get_by_role("link", name=re.compile("12月主题党日.*去点名")).tap()
        places = page.locator("#roll li[data-number]")
        expect(places).to_have_count(22)
        for number in [place.get_attribute("data-number") or "" for place in places.all()]:
            tap(page, number, "到会")
        sent(page)
        page.get_by_role("link", name="核对好了，去确认").tap()
        page.get_by_role("button", name="确认，记入学时").tap()
        expect(page.get_by_role("status").filter(has_text="已确认")).to_be_visible()
    assert len(rows(key)) == 22
    assert StudySession.get(StudySession.key == key).state is SessionState.CONFIRMED
