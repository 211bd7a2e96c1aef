"""The roll call in a real browser without a network: kept, reloaded, sent once, merged with another phone."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from models import Attendance, Member, RollEntry
from models.terms import AttendanceSource, AttendanceStatus, RollOutcome
from services.actor import OPERATOR, member_actor
from services.clock import seconds
from services.roll import attendance
from services.study import sessions
from tests.browser.test_pages import SIDEWAYS, House, house
from tests.fixtures_browser import NARROW, PHONE, NewPage, axe_violations
from tests.web.world import JOINED, plan

#: Naming it here is what makes the fixture of the other file one of this file's.
SHARED = (house,)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAITING = "#waiting"
KEPT = "JSON.stringify(Object.keys(localStorage).filter(key => key.startsWith('roll:')))"
SHELVED = "#roll[data-kept='1']"
#: Seventeen more members, so that twenty-two are due.
SURNAMES = "赵钱孙周吴郑冯陈褚卫蒋沈韩杨朱秦许"


def twenty_two(house: House) -> str:
    """Let a branch of twenty-two meet and return the session's key."""
    known = Member.select().where(Member.branch == house.world.branch).count()
    for index in range(22 - known):
        Member.create(
            number=f"M2{index:02}",
            name=f"{SURNAMES[index]}同志",
            branch=house.world.branch,
            category="IN_SERVICE",
            joined_on=JOINED,
            full_on=JOINED,
            active_from=JOINED,
        )
    at = house.world.clock()
    return str(sessions.publish_new(OPERATOR, plan(house.world.branch, "12月主题党日", at), at).key)


def opened(house: House, page: Page, key: str, role: str = "secretary") -> Page:
    """Open the roll and wait until the phone has kept the page; its clock stands at the world's."""
    page.clock.set_fixed_time(house.world.clock())
    house.open(page, role, f"/s/sessions/{key}")
    expect(page.locator(SHELVED)).to_be_attached(timeout=10_000)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


def tap(page: Page, number: str, word: str) -> None:
    """Press one button of one row."""
    page.locator(f"#m-{number}").get_by_role("button", name=re.compile(f"：{word}$")).click()


def rows(key: str) -> list[tuple[str, AttendanceStatus, datetime]]:
    """Return everybody who was there, by number, with the true time."""
    found = (
        Attendance.select(Attendance, Member)
        .join(Member)
        .where(Attendance.session == sessions.find(key), Attendance.at.is_null(False))
        .order_by(Member.number)
    )
    return [(row.member.number, row.status, row.at) for row in found]


def sent(page: Page) -> None:
    """Wait until nothing is left on the phone."""
    expect(page.locator(WAITING)).to_be_hidden(timeout=15_000)
    assert page.evaluate(KEPT) == "[]"


def network(context: BrowserContext, on: bool) -> None:
    """Cut the network, for the worker too, or bring it back."""
    context.set_offline(not on)


def test_twenty_two_are_called_without_a_network_and_arrive_once_at_their_true_times(
    house: House, new_page: NewPage
) -> None:
    key = twenty_two(house)
    page = opened(house, new_page(PHONE), key)
    network(page.context, False)
    numbers = [row.get_attribute("data-number") or "" for row in page.locator("#roll li[data-number]").all()]
    assert len(numbers) == 22
    start = house.world.clock()
    taps = {}
    for index, number in enumerate(numbers):
        taps[number] = house.world.clock.move(seconds=7) or house.world.clock()
        page.clock.set_fixed_time(taps[number])
        tap(page, number, "迟到" if index == 21 else "到会")
    expect(page.locator(WAITING)).to_contain_text("待上传 22 条")
    assert RollEntry.select().count() == 0
    page.reload()
    expect(page.locator(WAITING)).to_contain_text("待上传 22 条")
    expect(page.locator("#count-present")).to_have_text("22")
    expect(page.locator(f"#m-{numbers[0]}")).to_contain_text("到会 10:00")
    assert axe_violations(page) == []
    page.locator("#q").fill("zhao")
    expect(page.locator("#roll li[data-number]:visible")).to_have_count(1)
    page.get_by_role("link", name="核对好了，去确认").click()
    expect(page.locator(WAITING)).to_contain_text("传上以后再确认")
    network(page.context, True)
    sent(page)
    assert {number: at for number, _status, at in rows(key)} == taps
    assert min(taps.values()) > start
    assert RollEntry.select().count() == 22
    assert [status for _number, status, _at in rows(key)].count(AttendanceStatus.LATE) == 1
    assert {row.source for row in Attendance.select().where(Attendance.session == sessions.find(key))} == {
        AttendanceSource.ROLL_CALL
    }
    page.reload()
    expect(page.locator("#count-present")).to_have_text("22")
    page.get_by_role("link", name="核对好了，去确认").click()
    page.get_by_role("button", name="确认，记入学时").click()
    expect(page.get_by_role("status").filter(has_text="已确认")).to_be_visible()
    # What was confirmed is no longer kept on the phone.
    page.wait_for_function("caches.open('roll-pages').then(p => p.keys()).then(k => k.length === 0)")


def test_two_phones_without_a_network_make_one_row_each_and_the_first_time_is_kept(
    house: House, new_page: NewPage
) -> None:
    key = twenty_two(house)
    first, second = opened(house, new_page(PHONE), key), opened(house, new_page(PHONE), key, "group_head")
    start = house.world.clock()
    for page, moves in ((first, (("M002", 60), ("M004", 300))), (second, (("M004", 120), ("M005", 180)))):
        network(page.context, False)
        for number, later in moves:
            house.world.clock.at = start
            house.world.clock.move(seconds=later)
            page.clock.set_fixed_time(house.world.clock())
            tap(page, number, "到会")
    house.world.clock.at = start
    house.world.clock.move(seconds=600)
    for page in (first, second):
        page.clock.set_fixed_time(house.world.clock())
        network(page.context, True)
        sent(page)
    assert [(number, seconds(at) - seconds(start)) for number, _status, at in rows(key)] == [
        ("M002", 60),
        ("M004", 120),
        ("M005", 180),
    ]
    assert RollEntry.select().where(RollEntry.outcome != RollOutcome.REFUSED).count() == 4
    first.reload()
    expect(first.locator("#count-present")).to_have_text("3")


def test_a_long_session_is_called_by_halves_and_a_group_by_one_tap(house: House, new_page: NewPage) -> None:
    start = house.world.clock()
    long = replace(plan(house.world.branch, "全天集中学习", start), minutes=240)
    key = str(sessions.publish_new(OPERATOR, long, start).key)
    page = opened(house, new_page(NARROW), key)
    assert (axe_violations(page), page.evaluate(SIDEWAYS) <= 0) == ([], True)
    network(page.context, False)
    tap(page, "M001", "上半场")
    expect(page.locator("#m-M001")).to_contain_text("上半场 10:00 待上传")
    page.get_by_role("button", name=re.compile("全组到场.*第一党小组")).click()
    expect(page.locator("#count-present")).to_have_text("4")
    tap(page, "M001", "下半场")
    expect(page.locator("#m-M001")).to_contain_text("到会 10:00")
    tap(page, "M003", "上半场")
    tap(page, "M005", "撤回")
    network(page.context, True)
    sent(page)
    places = {place.number: place for place in attendance.roll(key, start).places}
    assert [str(places[number].status) for number in ("M001", "M002", "M003", "M004", "M005")] == [
        "PRESENT",
        "PRESENT",
        "PARTIAL",
        "PRESENT",
        "EXPECTED",
    ]
    assert places["M003"].half == 1


def test_an_ended_login_loses_nothing_and_leaving_takes_the_page_along(
    house: House, phone_page: Page
) -> None:
    key = house.world.session.key
    page = opened(house, phone_page, key)
    cookies = page.context.cookies()
    page.context.clear_cookies(name="shuxue")
    tap(page, "M001", "到会")
    expect(page.locator(WAITING)).to_contain_text("待上传 1 条，登录过期了，记下的都在，请重新进入")
    page.context.add_cookies(cookies)
    page.reload()
    sent(page)
    assert [number for number, _status, _at in rows(key)] == ["M001", "M005"]
    # After the confirmation of another leader the entry is refused with words and stays in sight.
    network(page.context, False)
    tap(page, "M003", "到会")
    attendance.confirm(member_actor(house.world.members["secretary"].id), key, house.world.clock())
    network(page.context, True)
    expect(page.locator("#refused")).to_contain_text("张伟 到会 10:00：这次学习已确认")
    page.goto(f"{house.address}/m/settings")
    page.get_by_role("button", name="退出").first.click()
    expect(page.get_by_role("heading", name="已退出")).to_be_visible()
    # What could not be sent is not lost: it waits for its leader, and the page says so.
    expect(page.locator("#waiting")).to_contain_text("有 1 条点名还没有传上，留在这部手机上")
    page.wait_for_function("caches.keys().then(names => names.length === 0)")
    network(page.context, False)
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        page.goto(f"{house.address}/s/sessions/{key}")
