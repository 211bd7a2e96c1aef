"""The secretary's pages of reminding: chosen, seen, sent with one press, and the list for the telephone."""

from __future__ import annotations

import pytest

from models import Member, ReachNote, Reminder
from models.terms import ReminderState, Topic
from services import keyring
from tests.outbox import queued
from tests.web.test_home import hold
from tests.web.world import World


@pytest.fixture
def owing(world: World) -> World:
    """A world in which everybody but one member has something to make good; it is Monday morning."""
    hold(world, "上周的学习", 5)
    world.clock.move(days=2)
    return world


def test_two_presses_lead_from_today_to_a_line_for_each_person(owing: World) -> None:
    browser = owing.client("secretary")
    page = browser.get("/s/push?tick=*").text
    assert 'value="M002" checked' in page
    assert "M001" not in page
    chosen = {"topic": "MAKE_UP", "member": ["M002", "M005", "M001"]}
    seen = browser.post("/s/push/preview", data=chosen).text
    assert "发给 1 位同志" in seen
    assert "有 1 次学习可以补：上周的学习" in seen
    assert "放进电话名单（1 位）" in seen
    assert "微信还收不到消息" in seen
    assert "没有要补的学习，不用提醒" in seen
    assert Reminder.select().count() == 0
    sent = browser.post("/s/push", data=chosen)
    assert (sent.status_code, sent.location) == (303, "/s/push/2026-11-23")
    result = browser.get(sent.location).text
    assert "正在发" in result
    assert "在电话名单上" in result
    Reminder.update(state=ReminderState.DELIVERED).where(Reminder.state == ReminderState.DUE).execute()
    assert "已送到" in browser.get(sent.location).text
    assert "今天已经提醒过" in browser.post("/s/push/preview", data=chosen).text
    assert "1 人没提醒到" in browser.get("/s").text


def test_nobody_chosen_is_said_on_the_list(owing: World) -> None:
    answer = owing.client("secretary").post("/s/push/preview", data={"topic": "MAKE_UP"})
    assert answer.status_code == 400
    assert "还没有选人" in answer.text
    assert 'value="M002"' in answer.text


def test_in_the_quiet_hours_the_page_says_when_it_goes_out(owing: World) -> None:
    owing.clock.move(hours=12)
    chosen = {"topic": "MAKE_UP", "member": "M002"}
    assert "明天 8:00 后自动发出" in owing.client("secretary").post("/s/push/preview", data=chosen).text
    sent = owing.client("secretary").post("/s/push", data=chosen)
    assert sent.location == "/s/push/2026-11-24"
    assert "明天 8:00 后发" in owing.client("secretary").get(sent.location).text


def test_the_number_is_masked_in_the_list_and_dialled_from_the_page_of_the_person(world: World) -> None:
    elder, browser = world.members["elder"], world.client("secretary")
    Member.update(phone=keyring.current().seal("13812345678")).where(Member.id == elder.id).execute()
    queued(elder, world.clock(), state=ReminderState.INBOX, topic=Topic.MAKE_UP)
    page = browser.get("/s/unreached").text
    assert "138****5678" in page
    assert "13812345678" not in page
    assert 'href="tel:13812345678"' in browser.get("/s/unreached/M005").text
    assert "13812345678" in browser.get("/s/unreached/print").text
    kept = {"kind": "CALLED", "day": "2026-12-01", "words": "说周四来"}
    answer = browser.post("/s/unreached/M005", data=kept)
    assert answer.status_code == 400
    assert "请选今天，或者以前的一天" in answer.text
    assert "说周四来" in answer.text
    done = browser.post("/s/unreached/M005", data=kept | {"day": "2026-11-21"})
    assert done.location == "/s/unreached?done=CALLED"
    assert "已记下，打过电话了。" in browser.get(done.location).text
    assert ReachNote.select().count() == 1
    assert "13812345678" not in browser.get("/s/unreached/M005").text


def test_empty_lists_say_what_will_stand_there(world: World) -> None:
    browser = world.client("secretary")
    assert "现在没有要提醒的同志" in browser.get("/s/push").text
    assert "现在没有要打电话的同志" in browser.get("/s/unreached").text
    assert "没有发过提醒" in browser.get("/s/push/2026-11-23").text
    assert "提醒同志们" in browser.get("/s").text
    assert "提醒同志们" not in world.client("group_head").get("/s").text
