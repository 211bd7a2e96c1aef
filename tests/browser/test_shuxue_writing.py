"""Writing a 述学 in a real browser: network gone, page killed, two phones at once, and no word is lost."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Page, Route, expect

from models import Member, ShuxueText
from models.terms import CycleType, ReportChannel, View
from services.actor import OPERATOR
from services.shuxue import cycles, writing
from services.shuxue.cycles import CyclePlan
from tests.browser.test_pages import House, house
from tests.fixtures_browser import PHONE, NewPage

#: Naming it here is what makes the fixture of the other file one of this file's.
SHARED = (house,)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FIRST, SECOND = "<script>第一句</script> ]]> {{7*7}} =1+1。", "第二句，𬱖 \u202eאב\u202c。"
AWAY = "没有网络，已存在这部手机上"
#: The page's pauses pass ten times as fast.
QUICK = "(wait => { window.setTimeout = (act, ms) => wait(act, ms / 10); })(window.setTimeout)"
KEPT = "Object.keys(localStorage).filter(key => key.startsWith('shuxue:'))"


def round_of(house: House) -> str:
    """Open a round for the branch and return its key."""
    plan = CyclePlan("ZB1", CycleType.QUARTER, 2026, date(2026, 12, 20), 4)
    return str(cycles.open_cycle(OPERATOR, plan, house.world.clock()).key)


def stored(view: View = View.UNDERSTANDING) -> str | None:
    """Return what the server has of a view."""
    row = ShuxueText.get_or_none(ShuxueText.view == str(view))
    return row.body if row else None


def elsewhere(house: House, cycle: str, text: str) -> None:
    """Write the first view from another phone."""
    member: Member = house.world.members["member"]
    now = house.world.clock()
    writing.write(member, cycle, View.UNDERSTANDING, text, None, ReportChannel.SELF_PAGE, now)


def opened(house: House, page: Page, cycle: str, view: str = "understanding") -> Page:
    """Open a view as the member."""
    page.add_init_script(QUICK)
    return house.open(page, "member", f"/m/shuxue/{cycle}/{view}")


def test_no_word_is_lost_when_the_network_goes_and_the_page_is_killed(
    house: House, new_page: NewPage
) -> None:
    cycle = round_of(house)
    page = opened(house, new_page(PHONE), cycle)
    box = page.locator("#text")
    box.press_sequentially(FIRST)
    expect(page.get_by_role("status")).to_have_text("已存 10:00")
    assert stored() == FIRST
    page.context.set_offline(True)
    box.press_sequentially(SECOND)
    expect(page.get_by_role("status")).to_have_text(AWAY)
    page.get_by_role("button", name="下一段").click()
    expect(page.get_by_role("status")).to_have_text(AWAY)
    context = page.context
    page.close()
    assert stored() == FIRST
    context.set_offline(False)
    page = opened(house, context.new_page(), cycle)
    expect(page.locator("#text")).to_have_value(FIRST + SECOND)
    # The killed page's last words may have arrived by themselves, or this page sends them now.
    page.wait_for_function(f"{KEPT}.length === 0")
    assert stored() == FIRST + SECOND
    page.reload()
    expect(page.locator("#text")).to_have_value(FIRST + SECOND)


def test_what_is_typed_is_sent_by_itself_when_the_network_is_back(house: House, phone_page: Page) -> None:
    cycle = round_of(house)
    page = opened(house, phone_page, cycle)
    page.context.set_offline(True)
    page.locator("#text").press_sequentially(FIRST)
    page.context.set_offline(False)
    expect(page.get_by_role("status")).to_have_text("已存 10:00")
    page.get_by_role("button", name="下一段").click()
    expect(page.get_by_role("heading", name="见精神状态")).to_be_visible()
    assert stored() == FIRST


def test_leaving_at_once_sends_what_was_typed_last(house: House, phone_page: Page) -> None:
    cycle = round_of(house)
    page = opened(house, phone_page, cycle)
    page.locator("#text").press_sequentially(FIRST)
    page.goto(f"{house.address}/m")
    # Whatever of it did not arrive is brought by the overview, before anything can be handed in.
    page.goto(f"{house.address}/m/shuxue/{cycle}")
    expect(page.get_by_text(f"写了 {len(FIRST)} 字")).to_be_visible()
    assert stored() == FIRST


def test_an_answer_that_was_lost_on_the_way_makes_no_second_text(house: House, phone_page: Page) -> None:
    cycle = round_of(house)
    page = opened(house, phone_page, cycle)
    lost = []

    def lose(route: Route) -> None:
        # The first one reaches the server, the answer does not come back; then nothing gets through.
        if not lost:
            route.fetch()
            lost.append(route.request.url)
        route.abort()

    page.route("**/draft", lose)
    box = page.locator("#text")
    # In one go: on a slow machine a pause between two keys would save half of it first.
    box.focus()
    page.keyboard.insert_text(FIRST)
    expect(page.get_by_role("status")).to_have_text(AWAY)
    assert (stored(), len(lost)) == (FIRST, 1)
    box.press_sequentially(SECOND)
    page.unroute("**/draft")
    expect(page.get_by_role("status")).to_have_text("已存 10:00")
    expect(page.locator("#twofold")).to_be_hidden()
    assert stored() == FIRST + SECOND


def test_two_phones_never_overwrite_each_other_unseen(house: House, phone_page: Page) -> None:
    cycle = round_of(house)
    page = opened(house, phone_page, cycle)
    elsewhere(house, cycle, SECOND)
    page.locator("#text").press_sequentially(FIRST)
    expect(page.locator("#theirs")).to_have_text(SECOND)
    expect(page.locator("#text")).to_have_value(FIRST)
    assert stored() == SECOND
    page.get_by_role("button", name="用别处存的").click()
    expect(page.locator("#text")).to_have_value(SECOND)
    expect(page.locator("#theirs")).to_have_text(FIRST)
    page.get_by_role("button", name="换回我写的").click()
    expect(page.get_by_role("status")).to_have_text("已存 10:00")
    assert stored() == FIRST
    elsewhere(house, cycle, SECOND)
    page.locator("#text").press_sequentially("！")
    page.get_by_role("button", name="用我这里写的").click()
    expect(page.get_by_role("status")).to_have_text("已存 10:00")
    assert stored() == FIRST + "！"


def test_the_next_person_on_the_phone_finds_nothing(house: House, phone_page: Page) -> None:
    cycle = round_of(house)
    page = opened(house, phone_page, cycle)
    page.route("**/draft", lambda route: route.abort())
    page.locator("#text").press_sequentially(FIRST)
    assert len(page.evaluate(KEPT)) == 1
    house.open(page, "secretary", f"/m/shuxue/{cycle}/understanding")
    expect(page.locator("#text")).to_have_value("")
    assert page.evaluate(KEPT) == []


def test_writing_needs_no_script(house: House, new_page: NewPage) -> None:
    cycle = round_of(house)
    page = opened(house, new_page(PHONE, java_script_enabled=False), cycle)
    elsewhere(house, cycle, SECOND)
    page.locator("#text").fill(FIRST)
    page.get_by_role("button", name="下一段").click()
    expect(page.get_by_role("heading", name="两边都改过")).to_be_visible()
    expect(page.get_by_text(SECOND)).to_be_visible()
    page.get_by_role("button", name="用我刚才写的").click()
    expect(page.get_by_role("status")).to_have_text("已存 10:00")
    for name in ("understanding", "spirit", "goals", "gains", "methods"):
        page.locator("#text").fill(f"{name}，写好了。")
        page.locator("#go-next").click()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("status")).to_contain_text("已提交")
