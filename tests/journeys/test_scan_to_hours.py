"""From scan to hours: what a branch does on a study day, over HTTP, in safe mode, on both databases."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.journeys.stage import Stage

ZONE = ZoneInfo("Asia/Shanghai")
BRANCH, OTHER_BRANCH = "ZB0001", "ZB0002"
SECRETARY, MEMBER, LATECOMER, UNBOUND, WITHOUT_PHONE, TYPIST = (
    "DY000001", "DY000006", "DY000007", "DY000008", "DY000010", "DY000009",
)  # fmt: skip
GUEST = "DY000026"
TITLE = "主题党日：重温入党誓词"


def _session(stage: Stage, minutes_ago: int, title: str = TITLE, minutes: int = 90) -> dict[str, Any]:
    start = datetime.now(ZONE) - timedelta(minutes=minutes_ago)
    made: dict[str, Any] = stage.run(
        "session", "create", "--branch", BRANCH, "--kind", "THEME_DAY", "--title", title,
        "--start", start.isoformat(timespec="seconds"), "--minutes", str(minutes),
        "--area", "THEORY", "TRADITION",
    )  # fmt: skip
    return made


def _place(document: dict[str, Any], number: str) -> dict[str, Any]:
    return next(place for place in document["attendance"] if place["member"] == number)


def _bound(stage: Stage, number: str) -> Any:
    person = stage.person(number)
    person.follow()
    answer = person.says(f"绑定 {stage.run('bind-code', number)['code']}")
    assert "绑定成功" in answer, answer
    return person


def test_a_study_day_from_the_first_scan_to_the_hours_in_the_ledger(stage: Stage) -> None:
    session = _session(stage, minutes_ago=5)
    assert session["state"] == "OPEN"
    assert session["credit_hours"] == "1.5"

    # A card binds by one scan: nothing is typed.
    card = stage.run("card", MEMBER)
    wang = stage.person("card holder")
    assert "绑定成功" in wang.follow(card["scene"])

    signed = wang.scans(session["scene"])
    assert "签到成功" in signed
    assert TITLE in signed
    assert "1.5 学时" in signed

    # Two scans within one second would carry the same CreateTime and be one push to everybody.
    time.sleep(1.1)
    again = wang.scans(session["scene"])
    assert "您已签到" in again
    assert TITLE in again
    assert "1.5" in again
    first = _place(stage.run("session", "show", session["id"]), MEMBER)
    assert (first["status"], first["source"]) == ("PRESENT", "QR")

    guest = _bound(stage, GUEST)
    welcome = guest.scans(session["scene"])
    assert "旁听" in welcome
    assert GUEST not in {
        place["member"] for place in stage.run("session", "show", session["id"])["attendance"]
    }

    # A scan before binding waits for its owner and keeps its time.
    stranger = stage.person("unbound")
    kept = stranger.follow(session["scene"])
    assert "已记下您" in kept
    assert "10 分钟" in kept
    bound = stranger.says(f"绑定 {stage.run('bind-code', UNBOUND)['code']}")
    assert "绑定成功" in bound
    assert "签到成功" in bound

    # The six digits of the meeting screen do the same as its code.
    typist = _bound(stage, TYPIST)
    assert "不对" in typist.says("000000" if session["code"] != "000000" else "000001")
    assert "签到成功" in typist.says(stage.run("session", "show", session["id"])["code"])

    roll = stage.run(
        "session",
        "roll-call",
        session["id"],
        "--actor",
        SECRETARY,
        "--status",
        "PRESENT",
        WITHOUT_PHONE,
        SECRETARY,
    )
    assert _place(roll, WITHOUT_PHONE)["source"] == "ROLL_CALL"
    stage.run(
        "session", "roll-call", session["id"], "--actor", GUEST, "--status", "PRESENT", "DY000011", code=1
    )

    confirmed = stage.run("session", "confirm", session["id"])
    assert confirmed["state"] == "CONFIRMED"
    assert confirmed["present"] == 5
    assert stage.run("session", "confirm", session["id"])["state"] == "CONFIRMED"
    for number in (MEMBER, UNBOUND, TYPIST, WITHOUT_PHONE, SECRETARY):
        assert stage.run("member", "show", number)["hours"]["credited"] == "1.5", number
    assert stage.run("member", "show", GUEST)["hours"]["credited"] == "0.0"

    hours = wang.says("学时")
    assert "1.5 / 32 学时" in hours
    assert "还差 30.5" in hours
    assert "1.5 / 32" in wang.says("我的")

    reopened = stage.run("session", "reopen", session["id"], "--reason", "漏登了一位同志")
    assert reopened["state"] == "REOPENED"
    assert stage.run("member", "show", MEMBER)["hours"]["credited"] == "0.0"
    stage.run("session", "roll-call", session["id"], "--status", "PRESENT", "DY000011")
    stage.run("session", "confirm", session["id"])
    shown = stage.run("member", "show", MEMBER)
    assert shown["hours"]["credited"] == "1.5"
    assert [entry["source"] for entry in shown["entries"]] == ["ATTENDANCE", "REVERSAL", "ATTENDANCE"]
    assert stage.run("member", "show", "DY000011")["hours"]["credited"] == "1.5"
    assert stage.run("verify")["ok"] is True


def test_the_door_says_why_it_is_shut_and_who_can_still_help(stage: Stage) -> None:
    late = _session(stage, minutes_ago=20, title="迟到也算")
    latecomer = _bound(stage, LATECOMER)
    answer = latecomer.scans(late["scene"])
    assert "签到成功" in answer
    assert "迟到" in answer
    assert _place(stage.run("session", "show", late["id"]), LATECOMER)["status"] == "LATE"

    over = _session(stage, minutes_ago=200, title="已经结束")
    refused = latecomer.scans(over["scene"])
    assert "已结束" in refused
    assert "点名" in refused

    early = _session(stage, minutes_ago=-120, title="还没开始")
    assert "开始" in latecomer.scans(early["scene"])
    assert stage.run("session", "show", early["id"])["state"] == "PUBLISHED"
    stage.run("session", "confirm", early["id"], code=1)

    cancelled = _session(stage, minutes_ago=1, title="临时取消")
    assert stage.run("session", "cancel", cancelled["id"])["state"] == "CANCELLED"
    assert "已取消" in latecomer.scans(cancelled["scene"])

    forged = late["scene"][:-1] + ("0" if late["scene"][-1] != "0" else "1")
    assert "签到码" in latecomer.scans(forged)

    # What was told to be refused left nothing behind.
    for session in (over, early, cancelled):
        places = stage.run("session", "show", session["id"])["attendance"]
        assert all(place["at"] is None for place in places)
    assert stage.run("verify")["ok"] is True


def test_every_word_of_the_help_is_answered(stage: Stage) -> None:
    member = _bound(stage, MEMBER)
    assert "没有看懂" in member.says("今天天气真好")
    for word in ("述学", "积分", "请假", "补学", "提醒 关", "提醒 开", "投诉 话筒坏了", "学时", "我的"):
        said = member.says(word)
        assert said, word
        assert "没有看懂" not in said, word
    assert "学时" in member.says("帮助")
    stranger = stage.person("stranger")
    stranger.follow()
    assert "绑定" in stranger.says("学时")
