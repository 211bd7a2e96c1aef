"""The pages in a real browser: readable, pressable, whole without a script, on every phone (G20, G21)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from waitress.server import create_server

from models import RebindRequest
from models.connection import connect, disconnect
from models.terms import AttendanceStatus
from services import login
from services.actor import member_actor
from services.arrival import codes
from services.roll import attendance
from tests.fixtures_browser import DESK, NARROW, PHONE, NewPage, axe_violations, running
from tests.web.world import OPENIDS, World, build

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: A phone that is asked to show more than its width zooms out, so its own width is what counts.
SIDEWAYS = "document.documentElement.scrollWidth - screen.width"


@dataclass
class House:
    """The world behind a running server."""

    world: World
    address: str

    def open(self, page: Page, role: str, path: str) -> Page:
        """Log a person in and go to a page."""
        if role in OPENIDS:
            token = login.start(OPENIDS[role], self.world.clock())
            page.context.add_cookies([{"name": "shuxue", "value": token, "url": self.address}])
        key = self.world.session.key
        page.goto(self.address + path.format(key=key, token=self.world.token(), k=codes.screen_key(key)))
        return page


@pytest.fixture
def house(sqlite_template: Path, tmp_path: Path, now: datetime) -> Iterator[House]:
    """Serve the small world, with form tokens and a little history, on a free port."""
    path = tmp_path / "pages.db"
    shutil.copy(sqlite_template, path)
    connect(f"sqlite:///{path}")
    world = build(now, csrf=True)
    world.app.config["PROPAGATE_EXCEPTIONS"] = False
    _history(world)
    server = create_server(world.app, host="127.0.0.1", port=0, threads=4)
    with running(server):
        yield House(world, f"http://127.0.0.1:{server.effective_port}")
    disconnect()


def _history(world: World) -> None:
    """Hold one session two weeks ago, confirm it, and let a new phone wait."""
    now = world.clock()
    secretary = member_actor(world.members["secretary"].id)
    earlier = world.new_session("11月集体学习 · 全会精神", now - timedelta(days=14))
    attendance.call_roll(secretary, earlier.key, AttendanceStatus.PRESENT, ["M001", "M003"], now)
    attendance.confirm(secretary, earlier.key, now)
    attendance.call_roll(secretary, world.session.key, AttendanceStatus.PRESENT, ["M005"], now)
    attendance.call_roll(secretary, world.session.key, AttendanceStatus.LEAVE, ["M004"], now)
    RebindRequest.create(member=world.members["elder"], openid="o-new-phone", asked_at=now)


def test_the_meeting_screen_can_be_read_on_every_phone(house: House, phone_page: Page) -> None:
    """The other pages are those of test_every_page.py."""
    page = house.open(phone_page, "anonymous", "/s/sessions/{key}/screen?k={k}")
    for size, scheme in ((PHONE, "light"), (NARROW, "dark")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        assert axe_violations(page) == []
        assert page.evaluate(SIDEWAYS) <= 0


def test_a_first_view_is_light_and_asks_nobody_else(house: House, phone_page: Page) -> None:
    """G21: at most 100 KB, nothing from another host."""
    sizes, hosts = [], set()

    def note(request: object) -> None:
        sizes.append(sum(request.sizes()[part] for part in ("responseBodySize", "responseHeadersSize")))  # type: ignore[attr-defined]
        hosts.add(re.match(r"\w+:(//[^/]+)?", request.url)[0])  # type: ignore[attr-defined]

    phone_page.on("requestfinished", note)
    house.open(phone_page, "member", "/m")
    phone_page.wait_for_load_state("networkidle")
    assert hosts <= {house.address, "data:"}
    assert 0 < sum(sizes) <= 100_000


def test_signing_in_needs_no_script(house: House, new_page: NewPage) -> None:
    page = house.open(new_page(NARROW, java_script_enabled=False), "member", "/c/{token}")
    page.get_by_role("button", name="签 到").click()
    expect(page.get_by_role("heading", name="签到成功")).to_be_visible()
    page.get_by_role("link", name="看我的学时").click()
    expect(page.get_by_text("已签到")).to_be_visible()


def test_the_roll_is_called_and_confirmed_without_a_script(house: House, new_page: NewPage) -> None:
    page = house.open(new_page(PHONE, java_script_enabled=False), "secretary", "/s")
    page.get_by_role("link", name="去点名").click()
    page.get_by_role("button", name="王芳：迟到").click()
    expect(page.locator("#m-M001")).to_contain_text("迟到 10:00")
    expect(page.locator("#m-M001")).to_be_in_viewport()
    page.get_by_role("button", name="全部到场").click()
    page.get_by_role("link", name="核对好了，去确认").click()
    page.get_by_role("button", name="确认，记入学时").click()
    expect(page.get_by_role("status")).to_contain_text("已确认")


def test_a_sheet_of_cards_can_be_read_on_every_phone(house: House, phone_page: Page) -> None:
    page = house.open(phone_page, "secretary", "/s/cards")
    page.get_by_role("button", name="做卡片").click()
    expect(page.get_by_text(re.compile("^绑定 [0-9a-z]{8}$")).first).to_be_visible()
    expect(page.get_by_role("img", name="𬱖祎的绑定二维码")).to_be_visible()
    for size, scheme in ((PHONE, "light"), (NARROW, "dark")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        assert axe_violations(page) == []
        assert page.evaluate(SIDEWAYS) <= 0


def test_a_session_is_published_and_the_hours_follow_the_minutes(house: House, phone_page: Page) -> None:
    page = house.open(phone_page, "secretary", "/s/sessions/new")
    page.get_by_label("多少分钟").fill("68")
    expect(page.locator("#credit-shown")).to_have_text("按时长计 1 学时")
    # The kind brings its usual content along; whoever takes it away is asked for another.
    usual = page.locator("input[name=areas]:checked")
    while usual.count():
        usual.first.uncheck()
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_text("请至少选一项学习内容")).to_be_visible()
    expect(page.get_by_label("多少分钟")).to_have_value("68")
    page.get_by_label("政治理论").check()
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_role("status")).to_contain_text("已发布")


def test_a_page_reaches_its_main_button_by_keyboard(house: House, desk_page: Page) -> None:
    page = house.open(desk_page, "member", "/c/{token}")
    for _ in range(3):
        page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert page.evaluate("document.activeElement.textContent.trim()") == "签 到"
    assert outline == "solid"


def test_the_screen_turns_its_code_and_counts_without_reloading(house: House, desk_page: Page) -> None:
    page = house.open(desk_page, "anonymous", "/s/sessions/{key}/screen?k={k}")
    expect(page.locator("#present")).to_have_text("1")
    expect(page.locator("#follow")).to_be_visible()
    digits, picture = page.locator("#digits").inner_text(), page.locator("#qr").get_attribute("src")
    house.world.clock.move(seconds=15)
    attendance.call_roll(
        member_actor(house.world.members["secretary"].id),
        house.world.session.key,
        AttendanceStatus.PRESENT,
        ["M001"],
        house.world.clock(),
    )
    expect(page.locator("#present")).to_have_text("2")
    expect(page.locator("#names")).to_contain_text("王芳")
    expect(page.locator("#digits")).not_to_have_text(digits)
    expect(page.locator("#qr")).not_to_have_attribute("src", picture or "")
    assert page.evaluate("document.documentElement.scrollHeight") <= DESK["height"]


def test_the_screen_says_that_the_network_is_gone_and_comes_back(house: House, desk_page: Page) -> None:
    """The last code stays while it is still taken, and no longer."""
    desk_page.clock.install()
    page = house.open(desk_page, "anonymous", "/s/sessions/{key}/screen?k={k}")
    page.context.set_offline(True)
    _let_ask_until(page, lambda: page.locator("#offline").is_visible())
    expect(page.locator("#open")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollHeight") <= DESK["height"]
    page.clock.fast_forward(45_000)
    expect(page.locator("#open")).to_be_hidden()
    page.context.set_offline(False)
    _let_ask_until(page, lambda: page.locator("#offline").is_hidden())
    expect(page.locator("#open")).to_be_visible()


def _let_ask_until(page: Page, seen: Callable[[], bool]) -> None:
    """Let the page's own clock run from one question to the next until something is seen."""
    for _ in range(10):
        page.clock.run_for(3000)
        page.wait_for_timeout(100)
        if seen():
            return
    raise AssertionError("ten questions were asked in vain")
