"""The phone and the desk in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.fixtures_browser import axe_violations
from tests.simulator.harness import Simulator
from tests.simulator.service import Service

pytestmark = pytest.mark.browser

MENU: dict[str, Any] = {
    "button": [
        {"type": "scancode_waitmsg", "name": "签到", "key": "CHECKIN"},
        {"name": "我的", "sub_button": [{"type": "click", "name": "学时", "key": "HOURS"}]},
    ]
}


@pytest.fixture
def scene(sim: Simulator) -> Simulator:
    """王芳 follows, 陈伟 does not and has a card; 李强 is the secretary of the meeting screen."""
    public = sim.world.settings.service_public
    sim.world.settings.scene.update(  # type: ignore[attr-defined]
        {
            "account": "述学通",
            "people": [
                {"openid": "oWang", "name": "王芳", "note": "党员", "follow": True},
                {"openid": "oLi", "name": "李强", "note": "书记", "follow": True},
                {"openid": "oFar", "name": "远人", "follow": True, "offered": False},
                {"openid": "oChen", "name": "陈伟", "note": "还没绑定", "card_scene": "B123"},
            ],
            "screens": [{"title": "会场屏", "url": f"{public}/screen", "qr": f"{public}/qr.png"}],
            "tabs": [{"title": "工作台", "url": f"{public}/m"}],
            "lines": ["换个人看看", {"words": "看看书记的页面", "tab": "工作台"}],
            "note": "这里什么时候都能试。",
            "menu_default": MENU,
        }
    )
    sim.control("reset")
    return sim


def become(page: Page, name: str) -> None:
    page.locator("#who").click()
    page.locator(".choice", has_text=name).click()
    expect(page.locator("#who-name")).to_contain_text(name)


def test_words_are_sent_and_answered(scene: Simulator, address: str, phone_page: Page) -> None:
    phone_page.goto(f"{address}/phone")
    phone_page.locator("#to-keyboard").click()
    phone_page.locator("#words").fill("学时")
    phone_page.keyboard.press("Enter")
    expect(phone_page.locator(".row.me .bubble")).to_have_text("学时")
    expect(phone_page.locator(".row:not(.me) .bubble")).to_have_text("收到 学时")


def test_the_phone_reads_the_code_of_the_meeting_screen(
    scene: Simulator, service: Service, address: str, desk_page: Page
) -> None:
    desk_page.goto(address)
    expect(desk_page.frame_locator("#screen").locator("h1")).to_have_text("会场屏")
    desk_page.locator("#scan").click()
    desk_page.get_by_text("对准会场屏").click()
    expect(desk_page.locator(".row:not(.me) .bubble")).to_have_text("收到 SCAN")
    assert service.pushes[0].findtext("EventKey") == "S1"


def test_the_menu_scans_clicks_and_folds(
    scene: Simulator, service: Service, address: str, phone_page: Page
) -> None:
    service.code = "https://x.cn/c/1"
    phone_page.goto(address)
    phone_page.locator("#menu").get_by_text("签到").click()
    phone_page.get_by_text("对准会场屏").click()
    expect(phone_page.locator(".bubble")).to_have_text("收到 scancode_waitmsg")
    assert service.pushes[0].findtext("ScanCodeInfo/ScanResult") == "https://x.cn/c/1"
    phone_page.locator("#menu").get_by_text("我的").click()
    phone_page.locator(".sub").get_by_text("学时").click()
    expect(phone_page.locator(".bubble").last).to_have_text("收到 CLICK")


def test_a_stranger_follows_by_the_card(
    scene: Simulator, service: Service, address: str, phone_page: Page
) -> None:
    phone_page.goto(address)
    become(phone_page, "陈伟")
    expect(phone_page.locator("#follow-button")).to_be_visible()
    phone_page.locator("#scan").click()
    phone_page.get_by_text("我的身份卡").click()
    expect(phone_page.locator("#dock")).to_be_visible()
    assert service.pushes[0].findtext("EventKey") == "qrscene_B123"


def test_a_card_opens_its_page_as_the_person_who_got_it(
    scene: Simulator, address: str, desk_page: Page
) -> None:
    scene.template("oWang", url=f"{scene.world.settings.service_public}/m")
    desk_page.goto(address)
    expect(desk_page.locator(".card dd").first).to_have_text("集体学习")
    desk_page.locator(".card h3").click()
    expect(desk_page.frame_locator("#page").locator("p")).to_have_text("page of oWang")
    desk_page.get_by_text("工作台").click()
    expect(desk_page.frame_locator("#screen").locator("p")).to_have_text("page of oLi")
    desk_page.locator("#page-close").click()
    expect(desk_page.locator("#webview")).to_be_hidden()


def test_a_line_above_the_desk_leads_to_its_tab(scene: Simulator, address: str, desk_page: Page) -> None:
    desk_page.goto(address)
    expect(desk_page.locator(".intro .note")).to_have_text("这里什么时候都能试。")
    expect(desk_page.locator(".lines li").first).to_have_text("换个人看看")
    desk_page.locator(".lines").get_by_role("button", name="看看书记的页面").click()
    expect(desk_page.frame_locator("#screen").locator("p")).to_have_text("page of oLi")
    expect(desk_page.get_by_role("tab", name="工作台")).to_have_attribute("aria-selected", "true")


def test_a_message_for_somebody_else_is_announced(scene: Simulator, address: str, phone_page: Page) -> None:
    phone_page.goto(address)
    expect(phone_page.locator("#who-name")).to_contain_text("王芳")
    scene.template("oLi")
    scene.template("oFar")
    expect(phone_page.locator("#who-badge")).to_have_text("1")
    expect(phone_page.locator("#news")).to_contain_text("李强的手机收到新消息")
    assert axe_violations(phone_page) == []
    phone_page.locator("#news").click()
    expect(phone_page.locator(".card h3")).to_have_text("学习提醒")
    expect(phone_page.locator("#who-badge")).to_be_hidden()


def test_the_pages_are_accessible_and_ask_nobody_outside(
    scene: Simulator, address: str, phone_page: Page, dark_phone_page: Page, desk_page: Page
) -> None:
    scene.template("oWang", url=f"{address}/m")
    scene.do("oWang", "text", content="学时")
    for page in (phone_page, dark_phone_page, desk_page):
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(address)
        expect(page.locator(".row.me .bubble")).to_be_visible()
        assert axe_violations(page) == []
        page.locator("#scan").click()
        assert axe_violations(page) == []
        assert [url for url in asked if not url.startswith((address, "data:"))] == []
