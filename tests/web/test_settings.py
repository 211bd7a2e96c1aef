"""What a member chooses: reminders, and letting go of the phone (F13, R101)."""

from __future__ import annotations

from models import HourEntry, LoginSession, MemberSetting, WechatBinding
from services import binding, settings
from services.actor import OPERATOR
from tests.web.test_home import hold
from tests.web.world import World


def test_reminders_are_switched_off_and_on_by_the_member_alone(world: World) -> None:
    browser, member = world.client("member"), world.members["member"]
    assert "打了勾的会提醒您" in browser.get("/m/settings").text
    assert browser.post("/m/settings", data={"reminders": "off"}).location == "/m/settings?done=off"
    assert not settings.of_member(member).reminders
    assert settings.of_member(world.members["group_head"]).reminders
    assert "现在是关闭的" in browser.get("/m/settings").text
    browser.post("/m/settings", data={"reminders": "on"})
    assert settings.of_member(member).reminders
    assert MemberSetting.select().count() == 1


def test_an_unclear_wish_changes_nothing(world: World) -> None:
    assert world.client("member").post("/m/settings", data={"reminders": "maybe"}).status_code == 400
    assert not MemberSetting.select().exists()


def test_settings_say_who_sees_what(world: World) -> None:
    page = world.client("member").get("/m/settings").text
    for words in (
        "城东第一党支部的书记、支委",
        "第二党小组的组长",
        "其他党员",
        "不排名次",
    ):
        assert words in page


def test_unbinding_ends_the_login_and_keeps_every_record(world: World) -> None:
    hold(world, "党课", 5)
    browser, member = world.client("member"), world.members["member"]
    assert "一笔不少" in browser.get("/m/unbind").text
    assert WechatBinding.select().where(WechatBinding.unbound_at.is_null()).count() == 7
    answer = browser.post("/m/unbind")
    assert "已解除绑定" in answer.text
    assert browser.get("/m").location.startswith("/auth/login")
    assert not LoginSession.select().where(LoginSession.openid == "o-member").exists()
    assert not binding.is_bound(member)
    assert HourEntry.select().where(HourEntry.member == member).count() == 1
    assert binding.is_bound(world.members["secretary"])


def test_who_let_go_is_bound_again_by_a_new_code(world: World) -> None:
    world.client("member").post("/m/unbind")
    code = binding.issue_code(OPERATOR, "M001", world.clock()).code
    assert "绑定成功" in world.client("member").post("/m/bind", data={"code": code}).text
