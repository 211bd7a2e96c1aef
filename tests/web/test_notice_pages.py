"""The member's reminders on the pages: words, the one button that helps, 不再提醒 in one tap (F13)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from models import OptOut, Reminder
from models.terms import Channel, ReminderState, SuppressedWhy, Topic
from services import settings
from tests.web.test_home import queries
from tests.web.world import World


def said(world: World, who: str = "member", **columns: Any) -> Reminder:
    now, count = world.clock(), Reminder.select().count()
    values: dict[str, Any] = {
        "key": f"notice-{count}", "branch": world.branch, "member": world.members[who],
        "topic": Topic.HOURS_GAP, "period": f"p{count}", "state": ReminderState.DELIVERED,
        "channel": Channel.TEMPLATE, "fields": "{}", "words": "今年已有 21.5 学时，还差 10.5。",
        "way": "/m/hours", "edition": "2026版", "due_at": now, "not_after": now + timedelta(days=9),
        "created_at": now,
    }  # fmt: skip
    return Reminder.create(**(values | columns))


def test_a_notice_shows_its_words_the_way_and_the_switch(world: World) -> None:
    notice = said(world, pushed_by=world.members["secretary"])
    page = world.client("member").get(f"/m/notices/{notice.key}").text
    for words in ("学时还差一些", "还差 10.5", "张伟发的", 'href="/m/hours">看看怎么补', "不再提醒这类事"):
        assert words in page
    assert page.count("weui-btn_primary") == 1


def test_one_tap_ends_a_topic_and_says_how_to_hear_of_it_again(world: World) -> None:
    notice, waiting = said(world), said(world, state=ReminderState.DUE)
    browser, address = world.client("member"), f"/m/notices/{notice.key}"
    answer = browser.post(address, data={"wish": "leave"})
    assert (answer.status_code, answer.location) == (303, f"{address}?done=leave")
    page = browser.get(answer.location).text
    assert "以后不再提醒您「学时还差一些」这类事" in page
    assert "到「设置」里选" in page
    assert Reminder.get_by_id(waiting.id).why is SuppressedWhy.OPTED_OUT
    page = browser.get(browser.post(address, data={"wish": "take"}).location).text
    assert "再提醒您" in page
    assert not OptOut.select().exists()
    assert browser.post(address, data={"wish": "?"}).status_code == 400


def test_somebody_elses_notice_can_neither_be_read_nor_switched(world: World) -> None:
    notice = said(world)
    browser = world.client("group_head")
    assert browser.get(f"/m/notices/{notice.key}").status_code == 404
    assert browser.post(f"/m/notices/{notice.key}", data={"wish": "leave"}).status_code == 404
    assert not OptOut.select().exists()
    asked = world.client("anonymous").get(f"/m/notices/{notice.key}")
    assert asked.location.startswith(f"/auth/login?next=/m/notices/{notice.key}")


def test_the_inbox_says_what_will_stand_there_and_lists_what_was_said(world: World) -> None:
    browser = world.client("member")
    assert "微信里没收到的也看得到" in browser.get("/m/notices").text
    said(world, state=ReminderState.INBOX, words="您有 1 次学习可以补。", topic=Topic.MAKE_UP)
    said(world, not_after=world.clock() - timedelta(days=1))
    with queries() as asked:
        page = browser.get("/m/notices").text
    assert len(asked) <= 5, asked
    for words in ("可以补学", "您有 1 次学习可以补。", "已经过去", "您看没看，不作记录"):
        assert words in page
    assert "可以补学" not in world.client("group_head").get("/m/notices").text


def test_words_that_are_forgotten_leave_the_page_and_its_way(world: World) -> None:
    notice = said(world, words="")
    page = world.client("member").get(f"/m/notices/{notice.key}").text
    assert "说过的话不再保留" in page


def test_the_home_holds_the_newest_that_is_still_of_use(world: World) -> None:
    browser = world.client("member")
    assert 'id="said"' not in browser.get("/m").text
    said(world)
    notice = said(
        world, topic=Topic.NEW_MEMBER, words="新党员的集中培训", due_at=world.clock() + timedelta(0, 9)
    )
    page = browser.get("/m").text
    assert f'href="/m/notices/{notice.key}"' in page
    assert "新党员的集中培训" in page
    assert "今天 10:00</time> 说的" in page
    assert "还有 1 条" in page
    assert 'id="said"' not in world.client("group_head").get("/m").text


def test_settings_offer_a_tick_for_each_topic_and_keep_what_did_not_stand_there(world: World) -> None:
    browser, member = world.client("member"), world.members["member"]
    page = browser.get("/m/settings").text
    assert 'value="HOURS_GAP" checked' in page
    assert "请联系关心" not in page
    assert "请联系关心" in world.client("secretary").get("/m/settings").text
    settings.leave_topic(member, Topic.CARE, world.clock())
    form = {"offered": ["HOURS_GAP", "MAKE_UP"], "topic": ["MAKE_UP"]}
    assert browser.post("/m/settings/topics", data=form).location == "/m/settings?done=topics"
    assert settings.of_member(member).left == {Topic.CARE, Topic.HOURS_GAP}
    page = browser.get("/m/settings?done=topics").text
    assert 'value="HOURS_GAP">' in page
    assert "已经照您选的办" in page
    for wrong in ({"offered": ["X"]}, {"offered": ["MAKE_UP"], "topic": ["<b>\x00"]}):
        assert browser.post("/m/settings/topics", data=wrong).status_code == 400


def test_with_everything_off_the_pages_say_so_and_lead_to_the_switch(world: World) -> None:
    notice, browser = said(world), world.client("member")
    browser.post("/m/settings", data={"reminders": "off"})
    assert "什么都不会发" in browser.get("/m/settings?done=off").text
    assert 'name="topic"' not in browser.get("/m/settings").text
    assert "不会有新的" in browser.get("/m/notices").text
    page = browser.get(f"/m/notices/{notice.key}").text
    assert "提醒全部关闭着，去打开" in page
    assert "不再提醒这类事" not in page
