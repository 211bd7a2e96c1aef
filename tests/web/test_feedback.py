"""投诉建议 on every page and 「有疑问」 beside each line, from the form to the answer (F16, R111)."""

from __future__ import annotations

from models import Feedback, HourEntry
from tests.web.test_home import hold
from tests.web.world import World


def test_a_member_writes_and_reads_the_answer(world: World) -> None:
    browser, desk = world.client("member"), world.client("secretary")
    assert browser.post("/feedback", data={"words": "话筒坏了"}).location == "/feedback?done=named"
    assert "等回复" in browser.get("/feedback").text
    page = desk.get("/s/feedback").text
    assert "王芳" in page
    key = Feedback.get().key
    assert "话筒坏了" in desk.get(f"/s/feedback/{key}").text
    assert desk.post(f"/s/feedback/{key}", data={"words": "已经换了"}).status_code == 303
    assert "已经换了" in browser.get("/feedback").text
    assert "已经换了" not in world.client("group_head").get("/feedback").text
    assert "有了回复" in browser.get("/m").text
    assert desk.post(f"/s/feedback/{key}", data={"words": "再说"}).status_code == 409


def test_no_name_means_that_no_page_shows_one(world: World) -> None:
    browser = world.client("member")
    answer = browser.post("/feedback", data={"words": "会太长", "unnamed": "1", "to": "ABOVE"})
    assert answer.location == "/feedback?done=unnamed"
    assert "会太长" not in browser.get("/feedback").text
    assert "会太长" not in world.client("secretary").get("/s/feedback").text
    page = world.client("officer").get("/s/feedback").text
    assert "没有写名字" in page
    assert "王芳" not in page


def test_who_is_not_logged_in_may_write_too(world: World) -> None:
    browser = world.client("anonymous")
    assert "不带名字" in browser.get("/feedback").text
    assert browser.post("/feedback", data={"words": "门口没有标识"}).location == "/feedback?done=unnamed"
    assert Feedback.get().member_id is None


def test_what_was_typed_stays_when_it_cannot_be_taken(world: World) -> None:
    browser = world.client("member")
    long = "<b>党" * 400
    answer = browser.post("/feedback", data={"words": long, "to": "ABOVE", "unnamed": "1"})
    assert answer.status_code == 400
    assert "&lt;b&gt;党" * 400 in answer.text
    assert 'value="ABOVE" checked' in answer.text
    assert 'name="unnamed" value="1" checked' in answer.text
    assert browser.post("/feedback", data={"words": "  "}).status_code == 400
    assert not Feedback.select().exists()


def test_beside_each_line_of_hours_stands_a_way_to_ask(world: World) -> None:
    hold(world, "党课", 5)
    browser = world.client("member")
    line = HourEntry.get(HourEntry.member == world.members["member"])
    way = f"/m/ask/hours/{line.id}"
    assert f'href="{way}"' in browser.get("/m/hours").text
    assert "+1.5 学时" in browser.get(way).text
    assert browser.post(way, data={"words": "我那天晚到了"}).location == f"{way}?done=asked"
    assert "我那天晚到了" in browser.get(way).text
    answer = browser.post(way, data={"words": "怎么还不回"})
    assert (answer.status_code, "怎么还不回" in answer.text) == (400, True)
    key = Feedback.get().key
    page = world.client("secretary").get(f"/s/feedback/{key}").text
    assert "党课，+1.5 学时" in page
    assert world.client("group_head").get(way).status_code == 404
    assert world.client("other_secretary").get(f"/s/feedback/{key}").status_code == 404
