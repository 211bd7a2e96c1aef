"""What those who lead see and do: today, a new session, the roll, the steps of a session."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import Attendance, HourEntry, Member, RolePeriod, StudySession
from models.terms import AttendanceStatus, MemberCategory, SessionState
from services.actor import OPERATOR
from services.study import sessions
from tests.web.world import World, plan

GOOD = {
    "organization": "ZB1", "kind": "THEME_DAY", "title": "12月主题党日", "day": "2026-12-01", "time": "14:00",
    "minutes": "90", "place": "二楼会议室", "areas": ["THEORY", "RULES"],
}  # fmt: skip


def statuses(world: World) -> dict[str, AttendanceStatus]:
    """Return the status of everybody in the world's session."""
    rows = Attendance.select().where(Attendance.session == world.session)
    return {row.member.number: row.status for row in rows}


def add_member(world: World, number: str, name: str) -> None:
    """Let somebody join the branch today."""
    Member.create(
        number=number,
        name=name,
        branch=world.branch,
        category=MemberCategory.OTHER,
        joined_on="2015-07-01",
        active_from="2015-07-01",
    )


def mark(world: World, role: str, wish: str) -> int:
    """Press a button of the roll."""
    return world.client(role).post(f"/s/sessions/{world.session.key}/roll", data={"mark": wish}).status_code


def test_today_tells_what_to_do_next(world: World) -> None:
    page = world.client("secretary").get("/s").text
    assert "去点名" in page
    assert "到场 0 / 应到 5" in page
    world.clock.move(hours=3)
    assert "去确认" in world.client("secretary").get("/s").text


def test_a_group_head_sees_no_number_of_the_whole_branch(world: World) -> None:
    page = world.client("group_head").get("/s").text
    assert "去点名" in page
    assert "应到" not in page


def test_another_branch_sees_nothing_of_it(world: World) -> None:
    page = world.client("other_secretary").get("/s").text
    assert "11月主题党日" not in page
    assert "今天没有要办的" in page


def test_a_short_form_publishes_a_session_with_the_computed_hours(world: World) -> None:
    answer = world.client("secretary").post("/s/sessions/new", data=GOOD)
    session = StudySession.get(StudySession.title == "12月主题党日")
    assert answer.location == f"/s/sessions/{session.key}?done=published"
    assert (session.credit, session.areas, session.place) == (150, "THEORY,RULES", "二楼会议室")
    assert session.state is SessionState.PUBLISHED
    assert session.created_by == world.members["secretary"]


def test_a_second_tap_finds_the_first_session(world: World) -> None:
    browser = world.client("secretary")
    browser.post("/s/sessions/new", data=GOOD)
    assert browser.post("/s/sessions/new", data=GOOD).location.endswith("done=twin")
    assert StudySession.select().where(StudySession.title == "12月主题党日").count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": " "}, "请填写标题"),
        ({"title": "长" * 61}, "标题太长了"),
        ({"place": "长" * 51}, "地点太长了"),
        ({"areas": []}, "请至少选一项学习内容"),
        ({"areas": ["<b>"]}, "请至少选一项学习内容"),
        ({"kind": "ROLE"}, "请选一种学习形式"),
        ({"day": "2026-02-29"}, "请选日期"),
        ({"day": "10000-01-01"}, "请选日期"),
        ({"day": "1900-01-01"}, "开始时间不对"),
        ({"time": "25:00"}, "请选时间"),
        ({"minutes": "９０"}, "请填分钟数"),
        ({"minutes": "-5"}, "请填分钟数"),
        ({"minutes": "601"}, "15 到 600 分钟"),
        ({"credit": "NaN"}, "请填学时数"),
        ({"credit": "1e3"}, "请填学时数"),
        ({"credit": "0.3"}, "0.5 的整数倍"),
        ({"credit": "25"}, "0 到 24"),
    ],
)
def test_a_fault_stands_at_its_field_and_nothing_typed_is_lost(
    world: World, change: dict[str, object], words: str
) -> None:
    before = StudySession.select().count()
    answer = world.client("secretary").post("/s/sessions/new", data=GOOD | change)
    assert answer.status_code == 400
    assert words in answer.text
    for name in {"title", "place", "minutes"} - set(change):
        assert f'value="{GOOD[name]}"' in answer.text
    assert StudySession.select().count() == before


def test_the_form_takes_known_fields_only(world: World) -> None:
    world.client("secretary").post("/s/sessions/new", data=GOOD | {"state": "CONFIRMED", "role": "secretary"})
    assert StudySession.get(StudySession.title == "12月主题党日").state is SessionState.PUBLISHED


def test_the_roll_writes_one_row_and_takes_it_back(world: World) -> None:
    assert mark(world, "secretary", "PRESENT:M005") == 303
    assert statuses(world)["M005"] is AttendanceStatus.PRESENT
    page = world.client("secretary").get(f"/s/sessions/{world.session.key}").text
    assert "𬱖祎" in page
    assert "撤回" in page
    mark(world, "secretary", "LATE:M005")
    assert statuses(world)["M005"] is AttendanceStatus.LATE
    mark(world, "secretary", "EXPECTED:M005")
    assert statuses(world)["M005"] is AttendanceStatus.EXPECTED


def test_all_present_leaves_those_on_leave_alone(world: World) -> None:
    mark(world, "secretary", "LEAVE:M005")
    assert mark(world, "secretary", "all") == 303
    found = statuses(world)
    assert found.pop("M005") is AttendanceStatus.LEAVE
    assert set(found.values()) == {AttendanceStatus.PRESENT}
    assert mark(world, "secretary", "all") == 400


def test_a_group_head_sees_and_calls_the_own_group_alone(world: World) -> None:
    page = world.client("group_head").get(f"/s/sessions/{world.session.key}").text
    assert "李强" in page
    assert "王芳" not in page
    assert "/ 应到 3" in page
    assert "去确认" not in page
    mark(world, "group_head", "all")
    assert {number for number, status in statuses(world).items() if status is AttendanceStatus.PRESENT} == {
        "M002", "M004", "M005",
    }  # fmt: skip


@pytest.mark.parametrize("wish", ["", "PRESENT", "EXEMPT:M005", "ABSENT", ":M005", "king:M005"])
def test_a_wish_that_makes_no_sense_changes_nothing(world: World, wish: str) -> None:
    before = statuses(world)
    assert mark(world, "secretary", wish) == 400
    assert statuses(world) == before


def test_before_the_door_opens_only_leave_can_be_written(world: World) -> None:
    session = world.new_session("下周学习", world.clock() + timedelta(days=3))
    page = world.client("secretary").get(f"/s/sessions/{session.key}").text
    assert 'value="LEAVE:M005"' in page
    assert 'value="PRESENT:M005"' not in page
    assert "全部到场" not in page


def test_confirming_shows_the_sums_first_and_posts_once(world: World) -> None:
    mark(world, "secretary", "PRESENT:M001")
    path = f"/s/sessions/{world.session.key}/confirm"
    asked = world.client("secretary").get(path).text
    assert "每人记 <strong>1.5</strong> 学时" in asked
    assert "李强" in asked
    assert HourEntry.select().count() == 0
    browser = world.client("secretary")
    assert browser.post(path).status_code == 303
    assert browser.post(path).status_code == 303
    assert HourEntry.select().count() == 1
    assert statuses(world)["M005"] is AttendanceStatus.ABSENT


def test_closing_and_cancelling_ask_first(world: World) -> None:
    base = f"/s/sessions/{world.session.key}"
    browser = world.client("secretary")
    assert "不能恢复" in browser.get(base + "/cancel").text
    assert sessions.find(world.session.key).state is SessionState.PUBLISHED
    browser.post(base + "/close")
    assert sessions.state_of(sessions.find(world.session.key), world.clock()) is SessionState.CLOSED
    assert browser.post(base + "/cancel").status_code == 409


def test_reopening_wants_a_reason_and_keeps_both_lines(world: World) -> None:
    mark(world, "secretary", "PRESENT:M001")
    base = f"/s/sessions/{world.session.key}"
    world.client("secretary").post(base + "/confirm")
    officer = world.client("officer")
    assert officer.post(base + "/reopen", data={"reason": " "}).status_code == 400
    assert officer.post(base + "/reopen", data={"reason": "漏登"}).status_code == 303
    assert HourEntry.select().count() == 2


def test_a_secretary_who_left_is_refused_at_the_next_request(world: World) -> None:
    """G16, R113: rights are looked up anew each time."""
    browser = world.client("secretary")
    assert browser.get("/s").status_code == 200
    RolePeriod.update(ends="2026-11-20").where(RolePeriod.member == world.members["secretary"]).execute()
    assert browser.get("/s").status_code == 403
    assert browser.get(f"/s/sessions/{world.session.key}").status_code == 404


def test_refusing_a_phone_leaves_the_old_one(world: World) -> None:
    browser = world.client("secretary", proved=True)
    assert browser.post("/s/rebind", data={"member": "M001", "answer": "perhaps"}).status_code == 400
    assert browser.post("/s/rebind", data={"member": "M101", "answer": "approve"}).status_code == 404
    assert world.client("member").get("/m").status_code == 200


def test_a_long_roll_is_turned_in_pages_and_searched_by_name(world: World) -> None:
    for number in range(120):
        add_member(world, f"X{number:03d}", f"党员{number:03d}")
    session = world.new_session("全体大会", world.clock() + timedelta(minutes=5))
    browser = world.client("secretary")
    first = browser.get(f"/s/sessions/{session.key}").text
    assert first.count('<li id="m-') == 100
    assert "第 1 / 2 页" in first
    assert browser.get(f"/s/sessions/{session.key}?p=2").text.count('<li id="m-') == 25
    assert browser.get(f"/s/sessions/{session.key}?p=９").text.count('<li id="m-') == 100
    found = browser.get(f"/s/sessions/{session.key}", query_string={"q": "王芳"}).text
    assert found.count('<li id="m-') == 1
    assert "没有找到「无此人」" in browser.get(f"/s/sessions/{session.key}?q=无此人").text


def test_somebody_who_is_not_on_the_list_can_be_written_down(world: World) -> None:
    add_member(world, "M900", "新来的")
    browser = world.client("secretary")
    page = browser.get(f"/s/sessions/{world.session.key}").text
    assert '<option value="M900">新来的</option>' in page
    answer = browser.post(f"/s/sessions/{world.session.key}/roll", data={"mark": "PRESENT", "member": "M900"})
    assert answer.status_code == 303
    assert statuses(world)["M900"] is AttendanceStatus.PRESENT


def test_a_group_head_publishes_for_the_own_group_and_nobody_else(world: World) -> None:
    browser = world.client("group_head")
    form = browser.get("/s/sessions/new").text
    assert 'name="organization" value="ZB1-1"' in form
    answer = browser.post("/s/sessions/new", data=GOOD | {"organization": "ZB1-1", "kind": "GROUP_MEETING"})
    assert answer.status_code == 303
    session = StudySession.get(StudySession.title == GOOD["title"])
    numbers = {row.member.number for row in Attendance.select().where(Attendance.session == session)}
    assert numbers == {"M002", "M004", "M005"}


def test_a_draft_is_published_after_a_question(world: World) -> None:
    draft = sessions.create(OPERATOR, plan(world.branch, "草拟的学习", world.clock()), world.clock())
    browser = world.client("secretary")
    assert "发布" in browser.get(f"/s/sessions/{draft.key}/publish").text
    assert browser.post(f"/s/sessions/{draft.key}/publish").status_code == 303
    assert sessions.find(draft.key).state is SessionState.PUBLISHED
