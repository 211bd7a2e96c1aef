"""session …: what CONTRACT promises, the refused beside the allowed."""

from __future__ import annotations

import pytest

from models import Attendance, StudySession


def test_a_published_session_answers_with_scene_code_and_everybody_due(desk):
    session = desk.create()
    assert session["state"] == "OPEN"
    assert session["credit_hours"] == "1.5"
    assert session["start"] == "2026-11-21T10:20:00+08:00"
    assert session["end"] == "2026-11-21T11:50:00+08:00"
    assert len(session["code"]) == 6
    assert session["scene"].startswith(f"S{session['id']}")
    # The member who is not required has a place and is not counted as due.
    assert session["due"] == 4
    assert {each["member"]: each["status"] for each in session["attendance"]}["DY04"] == "EXEMPT"
    assert session["rate"] == "0.00"
    assert session["screen"].startswith(f"/s/sessions/{session['id']}/screen?key=")


def test_a_session_shown_again_is_the_one_that_was_created(desk):
    session = desk.create()
    assert desk.json("session", "show", session["id"]) == session


def test_several_areas_are_kept_in_the_order_of_the_rules(desk):
    words = (
        "session create --branch ZB01 --kind 党课 --title 党课 --start 2026-11-21T10:20+08:00 --minutes 60"
    )
    areas = ("--area", "SKILLS", "THEORY", "--area", "党章党规党纪")
    session = desk.json(*words.split(), *areas, "--credit", "2", "--place", "会议室", "--scope", "COMMITTEE")
    stored = StudySession.get(StudySession.key == session["id"])
    assert stored.areas == "THEORY,RULES,SKILLS"
    assert session["credit_hours"] == "2.0"
    assert [each["member"] for each in session["attendance"]] == ["DY01"]


def test_a_start_with_another_offset_is_the_same_moment(desk):
    session = desk.create(start="2026-11-21T02:20:00Z")
    assert session["start"] == "2026-11-21T10:20:00+08:00"


def test_a_paper_record_of_last_year_is_entered_afterwards(desk, hours_of):
    session = desk.create(start="2025-12-31T23:00")
    desk.json("session", "roll-call", session["id"], "--status", "PRESENT", "DY02")
    assert desk.json("session", "confirm", session["id"])["state"] == "CONFIRMED"
    last_year = desk.json("member", "show", "DY02", "--year", "2025")
    assert last_year["hours"]["credited"] == "1.0"
    assert hours_of("DY02") == "0.5"


def test_a_roll_call_by_the_secretary_is_confirmed_and_credited(desk, hours_of):
    key = desk.create()["id"]
    words = ("session", "roll-call", key, "--actor", "DY01", "--status", "PRESENT", "DY02", "DY03")
    session = desk.json(*words)
    assert session["present"] == 2
    assert session["rate"] == "50.00"
    entered = {each["member"]: each for each in session["attendance"]}["DY02"]
    assert entered == {
        "member": "DY02",
        "status": "PRESENT",
        "source": "ROLL_CALL",
        "at": "2026-11-21T10:00:00+08:00",
    }
    confirmed = desk.json("session", "confirm", key)
    assert confirmed["state"] == "CONFIRMED"
    assert {each["status"] for each in confirmed["attendance"]} == {"PRESENT", "ABSENT", "EXEMPT"}
    assert hours_of("DY02") == "1.5"


def test_a_group_head_calls_the_own_group_and_nobody_else(desk):
    key = desk.create()["id"]
    call = ("session", "roll-call", key, "--actor", "DY06", "--status", "LATE")
    assert desk.json(*call, "DY02")["present"] == 1
    assert "DY01" in desk.refused(*call, "DY01", "DY03")
    # Nothing is written unless every number fits.
    assert Attendance.select().where(Attendance.status == "LATE").count() == 1


def test_a_member_without_a_role_cannot_call_the_roll(desk):
    key = desk.create()["id"]
    said = desk.refused("session", "roll-call", key, "--actor", "DY02", "--status", "PRESENT", "DY03")
    assert "没有找到这次学习" in said


def test_a_cancelled_session_gives_no_hours(desk):
    key = desk.create()["id"]
    assert desk.json("session", "cancel", key, "--reason", "停电")["state"] == "CANCELLED"
    assert desk.refused("session", "confirm", key)


def test_a_closed_session_is_closed_before_its_end(desk):
    key = desk.create()["id"]
    assert desk.json("session", "close", key)["state"] == "CLOSED"


def test_a_reopened_session_takes_its_hours_back_until_it_is_confirmed_again(desk, hours_of):
    key = desk.create()["id"]
    desk.json("session", "roll-call", key, "--status", "PRESENT", "DY02")
    desk.json("session", "confirm", key)
    assert desk.json("session", "reopen", key, "--reason", "漏登一人")["state"] == "REOPENED"
    assert hours_of("DY02") == "0.0"
    desk.json("session", "confirm", key)
    member = desk.json("member", "show", "DY02")
    assert [(each["hours"], each["source"]) for each in member["entries"]] == [
        ("1.5", "ATTENDANCE"),
        ("-1.5", "REVERSAL"),
        ("1.5", "ATTENDANCE"),
    ]
    assert member["entries"][1]["reason"] == "漏登一人"


def test_reopening_needs_a_reason(desk):
    key = desk.create()["id"]
    desk.json("session", "confirm", key)
    assert "还缺" in desk.refused("session", "reopen", key, code=2)
    assert "原因" in desk.refused("session", "reopen", key, "--reason", "  ")


def test_an_unknown_session_is_refused_by_every_verb(desk):
    for verb in ("show", "confirm", "cancel", "close"):
        assert "没有找到这次学习" in desk.refused("session", verb, "nosuchkey0")


@pytest.mark.parametrize(
    "minutes", ["１２", "1_000", "-1", "NaN", "1e3", "9223372036854775808", "", "14", "601"]
)
def test_odd_minutes_are_refused_and_nothing_is_written(desk, minutes):
    words = "session create --branch ZB01 --kind THEME_DAY --title 学习 --start 2026-11-21T10:20 --area RULES"
    code, out, err = desk.run(*words.split(), "--minutes", minutes, "--json")
    assert code in {1, 2}
    assert out == ""
    assert err.strip()
    assert StudySession.select().count() == 0


@pytest.mark.parametrize("credit", ["NaN", "Infinity", "1e999", "-1", "１", "1_0", "0.3", "25", "1,5"])
def test_odd_hours_are_refused_and_nothing_is_written(desk, credit):
    words = "session create --branch ZB01 --kind THEME_DAY --title 学习 --start 2026-11-21T10:20 --area RULES"
    code, out, err = desk.run(*words.split(), "--minutes", "60", "--credit", credit, "--json")
    assert code in {1, 2}
    assert out == ""
    assert "Traceback" not in err
    assert StudySession.select().count() == 0


ODD_STARTS = """2026-02-29T10:00 10000-01-01T00:00 26-11-21T10:00 20261121T1000 2026-11-21 明天 46347
9999-12-31T23:59-12:00 0001-01-01T00:00 2026-11-21T10:00+25:00 ２０２６-11-21T10:00 2028-01-01T10:00"""


@pytest.mark.parametrize("start", ODD_STARTS.split())
def test_an_odd_start_is_refused_and_nothing_is_written(desk, start):
    words = "session create --branch ZB01 --kind THEME_DAY --title 学习 --minutes 60 --area RULES"
    code, out, err = desk.run(*words.split(), "--start", start, "--json")
    assert code in {1, 2}
    assert out == ""
    assert "Traceback" not in err
    assert StudySession.select().count() == 0


def test_an_unknown_branch_kind_or_area_is_refused(desk):
    words = "session create --title 学习 --start 2026-11-21T10:20 --minutes 60"
    assert "代码" in desk.refused(
        *words.split(), "--branch", "ZB99", "--kind", "THEME_DAY", "--area", "RULES"
    )
    said = desk.refused(*words.split(), "--branch", "ZB01", "--kind", "PARTY", "--area", "RULES", code=2)
    assert "THEME_DAY（主题党日）" in said
    said = desk.refused(*words.split(), "--branch", "ZB01", "--kind", "THEME_DAY", "--area", "LAW", code=2)
    assert "RULES（党章党规党纪）" in said


def test_people_read_a_session_in_a_few_lines(desk):
    key = desk.create()["id"]
    code, out, _err = desk.run("session", "show", key)
    assert code == 0
    assert "主题党日（主题党日，签到中）" in out
    assert "DY02 李强 未到" in out


def test_a_session_is_moved_by_the_operator_or_by_its_secretary_and_by_nobody_else(desk):
    key = desk.create(start="2026-11-24T14:00", place="二楼会议室")["id"]
    moved = desk.json("session", "move", key, "--start", "2026-11-26T15:00", "--minutes", "120")
    assert (moved["start"], moved["end"]) == ("2026-11-26T15:00:00+08:00", "2026-11-26T17:00:00+08:00")
    assert moved["credit_hours"] == "2.0"
    words = ("session", "move", key, "--start", "2026-11-27T15:00", "--place", "报告厅")
    assert "没有找到" in desk.refused(*words, "--actor", "DY05")
    assert "支部书记" in desk.refused(*words, "--actor", "DY06")
    assert desk.json(*words, "--actor", "DY01")["start"] == "2026-11-27T15:00:00+08:00"
    assert StudySession.get(StudySession.key == key).place == "报告厅"
    assert "已经过了" in desk.refused("session", "move", key, "--start", "2026-11-20T15:00")
    odd = ("session", "move", key, "--start", "2026-11-28T15:00", "--minutes", "1_0")
    assert "整数" in desk.refused(*odd, code=2)
