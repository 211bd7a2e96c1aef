"""请假: who files, who decides, what it does to the place, and that nobody decides for oneself (R29, R30)."""

from __future__ import annotations

import pytest

from models import Attendance, AuditLog, Leave
from models.terms import AttendanceStatus, LeaveKind, LeaveState, Role, SessionState
from services.absence import leave_lists, leaves
from services.actor import member_actor
from services.roll import attendance
from services.study import sessions
from tests.builders import (
    BEFORE,
    START,
    District,
    bound,
    confirmed,
    district,
    member,
    minutes,
    place_of,
    places,
    published,
    refused,
    role,
    scan,
    sound,
)

pytestmark = pytest.mark.usefixtures("db")

HEALTH = LeaveKind.HEALTH
AFTER = minutes(100)
EXPECTED, PRESENT, ON_LEAVE = AttendanceStatus.EXPECTED, AttendanceStatus.PRESENT, AttendanceStatus.LEAVE


@pytest.fixture
def field() -> District:
    return district()


@pytest.fixture
def key(field: District) -> str:
    return published(field.branch)


def state_of(leave: Leave) -> LeaveState:
    found: LeaveState = Leave.get_by_id(leave.id).state
    return found


def test_a_leave_is_filed_approved_and_marks_the_place(field: District, key: str) -> None:
    leave = leaves.file(field.zhang, key, HEALTH, " 要去复查 ", BEFORE)
    assert (leave.kind, leave.words, leave.late, leave.state) == (HEALTH, "要去复查", False, "SUBMITTED")
    assert places(key)["M1"] is EXPECTED
    (waiting,) = leave_lists.waiting(field.leader, BEFORE)
    assert (waiting.number, waiting.group, waiting.title, waiting.words) == (
        "M1", "党组织ZB1X1", "学习党章", "要去复查",
    )  # fmt: skip
    leaves.approve(field.headman, leave.key, BEFORE)
    assert places(key)["M1"] is ON_LEAVE
    assert leave_lists.waiting(field.leader, BEFORE) == []
    (mine,) = leave_lists.of_member(field.zhang, BEFORE)
    assert (mine.state, mine.decided_by, mine.may_withdraw) == (LeaveState.APPROVED, "党员H1", True)
    assert [row.action for row in AuditLog.select().where(AuditLog.subject == leave.key)] == [
        "leave.filed", "leave.approved",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("at", "late"), [(BEFORE, False), (minutes(-1), False), (START, True), (AFTER, True)]
)
def test_after_the_start_leave_is_still_filed_and_marked_late(
    field: District, key: str, at: object, late: bool
) -> None:
    assert leaves.file(field.zhang, key, HEALTH, None, at).late is late  # type: ignore[arg-type]


def test_once_the_session_is_confirmed_no_leave_is_filed(field: District) -> None:
    with refused("confirmed"):
        leaves.file(field.zhang, confirmed(field.branch, []), HEALTH, None, AFTER)


def test_a_second_tap_finds_the_leave_and_other_words_are_told_that_one_stands(
    field: District, key: str
) -> None:
    first = leaves.file(field.zhang, key, HEALTH, None, BEFORE)
    assert leaves.file(field.zhang, key, HEALTH, None, AFTER) == first
    with refused("already_filed"):
        leaves.file(field.zhang, key, LeaveKind.DUTY, None, BEFORE)
    assert Leave.select().count() == 1


@pytest.mark.parametrize("kind", ["", "SICK", "身体原因", "HEALTH\x00"])
def test_an_unknown_ground_is_refused_before_anything_is_kept(field: District, key: str, kind: str) -> None:
    with refused("kind"):
        leaves.file(field.zhang, key, kind, None, BEFORE)
    assert Leave.select().count() == 0


@pytest.mark.parametrize("words", ["长" * 201, "\ud800"])
def test_words_that_cannot_be_kept_are_refused(field: District, key: str, words: str) -> None:
    with refused("text"):
        leaves.file(field.zhang, key, HEALTH, words, BEFORE)
    assert leaves.file(field.zhang, key, HEALTH, "a\x00b" * 100, BEFORE).words == "ab" * 100


def test_a_session_without_a_place_reads_like_an_unknown_one(field: District, key: str) -> None:
    for who, where in ((field.stranger, key), (field.zhang, "0000000000"), (field.zhang, "\x00")):
        with refused("not_found"):
            leaves.file(who, where, HEALTH, None, BEFORE)


def test_who_came_or_need_not_come_or_is_noted_already_needs_no_leave(field: District, key: str) -> None:
    attendance.call_roll(field.leader, key, PRESENT, ["M1"], START)
    attendance.call_roll(field.leader, key, ON_LEAVE, ["M2"], START)
    for who, code in ((field.zhang, "already_there"), (field.li, "already_filed"), (field.old, "not_due")):
        with refused(code):
            leaves.file(who, key, HEALTH, None, START)


def test_a_cancelled_session_lets_its_leaves_lapse(field: District, key: str) -> None:
    leave = leaves.file(field.zhang, key, HEALTH, None, BEFORE)
    sessions.cancel(field.leader, key, BEFORE)
    assert state_of(leave) is LeaveState.VOID
    (mine,) = leave_lists.of_member(field.zhang, BEFORE)
    assert (mine.cancelled, mine.may_withdraw) == (True, False)
    assert leave_lists.waiting(field.leader, BEFORE) == []
    with refused("cancelled"):
        leaves.file(field.li, key, HEALTH, None, BEFORE)


# ---- who decides


@pytest.mark.parametrize(
    ("who", "code"), [("outsider", "not_found"), ("above", "not_found"), ("headman", "not_found")]
)
def test_nobody_decides_beyond_the_own_people(field: District, key: str, who: str, code: str) -> None:
    leave = leaves.file(field.wang, key, HEALTH, None, BEFORE)
    assert leave_lists.waiting(getattr(field, who), BEFORE) == []
    for act in (leaves.approve, leave_lists.find):
        with refused(code):
            act(getattr(field, who), leave.key, BEFORE)
    with refused(code):
        leaves.refuse(getattr(field, who), leave.key, "不行", BEFORE)
    assert state_of(leave) is LeaveState.SUBMITTED


def test_the_secretarys_own_leave_is_decided_by_a_colleague_or_from_above(field: District, key: str) -> None:
    leave = leaves.file(field.secretary, key, HEALTH, None, BEFORE)
    assert leave_lists.waiting(field.leader, BEFORE) == []
    with refused("own"):
        leaves.approve(field.leader, leave.key, BEFORE)
    assert [row.number for row in leave_lists.waiting(field.above, BEFORE)] == ["S1"]
    deputy = member("D1", field.branch)
    role(deputy, Role.DEPUTY, field.branch)
    assert [row.number for row in leave_lists.waiting(member_actor(deputy.id), BEFORE)] == ["S1"]
    leaves.approve(field.above, leave.key, BEFORE)
    assert places(key)["S1"] is ON_LEAVE


def test_a_group_head_does_not_decide_the_own_leave(field: District, key: str) -> None:
    leave = leaves.file(field.head, key, HEALTH, None, BEFORE)
    assert leave_lists.waiting(field.headman, BEFORE) == []
    with refused("own"):
        leaves.approve(field.headman, leave.key, BEFORE)


def test_deciding_twice_changes_nothing_and_deciding_otherwise_is_refused(field: District, key: str) -> None:
    leave = leaves.file(field.zhang, key, HEALTH, None, BEFORE)
    leaves.approve(field.leader, leave.key, BEFORE)
    assert leaves.approve(field.headman, leave.key, AFTER).decided_by == field.secretary
    with refused("wrong_state"):
        leaves.refuse(field.leader, leave.key, "不行", AFTER)


def test_a_refusal_needs_a_reason_which_the_member_reads_and_may_file_again(
    field: District, key: str
) -> None:
    leave = leaves.file(field.zhang, key, HEALTH, None, BEFORE)
    with refused("text"):
        leaves.refuse(field.leader, leave.key, "  ", BEFORE)
    leaves.refuse(field.leader, leave.key, "请先与组长商量", BEFORE)
    assert leave_lists.of_member(field.zhang, BEFORE)[0].reason == "请先与组长商量"
    assert places(key)["M1"] is EXPECTED
    assert leave_lists.open_sessions(field.zhang, BEFORE)[0].may_file
    again = leaves.file(field.zhang, key, LeaveKind.DUTY, None, BEFORE)
    assert (again.key, again.state, again.reason) == (leave.key, LeaveState.SUBMITTED, None)


def test_what_was_told_to_an_approver_is_approved_with_the_same_entry(field: District, key: str) -> None:
    leave = leaves.file(field.zhang, key, HEALTH, "电话里说的", BEFORE, actor=field.headman)
    assert (leave.state, leave.filed_by, leave.decided_by) == (LeaveState.APPROVED, field.head, field.head)
    assert places(key)["M1"] is ON_LEAVE
    with refused("not_found"):
        leaves.file(field.wang, key, HEALTH, None, BEFORE, actor=field.headman)


# ---- taking back, coming after all


def test_a_leave_that_is_taken_back_leaves_the_place_open(field: District, key: str) -> None:
    leave = leaves.file(field.zhang, key, HEALTH, None, BEFORE)
    leaves.approve(field.leader, leave.key, BEFORE)
    with refused("not_found"):
        leaves.withdraw(field.li, leave.key, BEFORE)
    for _ in range(2):
        assert leaves.withdraw(field.zhang, leave.key, BEFORE).state is LeaveState.WITHDRAWN
    assert places(key)["M1"] is EXPECTED
    with refused("wrong_state"):
        leaves.approve(field.leader, leave.key, BEFORE)


def test_who_comes_after_all_is_present_and_the_leave_is_void(field: District, key: str) -> None:
    leave = leaves.file(field.zhang, key, HEALTH, None, BEFORE)
    leaves.approve(field.leader, leave.key, BEFORE)
    scan(bound(field.zhang), key, START)
    assert places(key)["M1"] is PRESENT
    (mine,) = leave_lists.of_member(field.zhang, START)
    assert (mine.state, mine.may_withdraw) == (LeaveState.VOID, False)
    attendance.confirm(field.leader, key, AFTER)
    assert state_of(leave) is LeaveState.VOID
    sound()


def test_an_approval_that_comes_late_leaves_who_is_there_there(field: District, key: str) -> None:
    leave = leaves.file(field.zhang, key, HEALTH, None, BEFORE)
    scan(bound(field.zhang), key, START)
    leaves.approve(field.leader, leave.key, START)
    assert places(key)["M1"] is PRESENT


def test_a_roll_call_taken_back_does_not_take_the_leave_away(field: District, key: str) -> None:
    leaves.file(field.zhang, key, HEALTH, None, BEFORE, actor=field.leader)
    for status in (PRESENT, EXPECTED):
        attendance.call_roll(field.leader, key, status, ["M1"], START)
    attendance.confirm(field.leader, key, AFTER)
    assert places(key)["M1"] is ON_LEAVE


def test_a_leave_filed_in_time_and_decided_after_the_confirmation_still_counts(
    field: District, key: str
) -> None:
    leave = leaves.file(field.zhang, key, HEALTH, None, BEFORE)
    attendance.confirm(field.leader, key, AFTER)
    assert places(key)["M1"] is AttendanceStatus.ABSENT
    leaves.approve(field.leader, leave.key, AFTER)
    assert places(key)["M1"] is ON_LEAVE
    with refused("confirmed"):
        leaves.withdraw(field.zhang, leave.key, AFTER)
    sound()


def test_a_reopened_session_has_its_leaves_as_before_and_takes_new_ones(field: District, key: str) -> None:
    first = leaves.file(field.zhang, key, HEALTH, None, BEFORE, actor=field.leader)
    scan(bound(field.zhang), key, START)
    attendance.confirm(field.leader, key, AFTER)
    attendance.reopen(field.above, key, "再核", AFTER)
    assert state_of(first) is LeaveState.APPROVED
    late = leaves.file(field.li, key, HEALTH, None, AFTER)
    assert late.late
    leaves.approve(field.leader, late.key, AFTER)
    attendance.call_roll(field.leader, key, EXPECTED, ["M1"], AFTER)
    attendance.confirm(field.leader, key, AFTER)
    assert {number: places(key)[number] for number in ("M1", "M2", "M3")} == {
        "M1": ON_LEAVE, "M2": ON_LEAVE, "M3": AttendanceStatus.ABSENT,
    }  # fmt: skip
    sound()


def test_the_open_sessions_are_those_where_the_member_is_due_and_nothing_is_settled(
    field: District, key: str
) -> None:
    confirmed(field.branch, [])
    cancelled = published(field.branch, title="取消的")
    sessions.cancel(field.leader, cancelled, BEFORE)
    published(field.other_group, title="别的小组")
    (item,) = leave_lists.open_sessions(field.zhang, BEFORE)
    assert (item.key, item.state, item.leave, item.may_file) == (key, SessionState.PUBLISHED, None, True)
    assert leave_lists.open_sessions(field.old, BEFORE) == []
    leaves.file(field.zhang, key, HEALTH, None, BEFORE)
    (item,) = leave_lists.open_sessions(field.zhang, BEFORE)
    assert (item.leave, item.may_file) == (LeaveState.SUBMITTED, False)


def test_where_the_rules_say_so_the_secretary_alone_decides(
    field: District, key: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    import shutil
    from pathlib import Path

    from services import rulebook

    folder = tmp_path_factory.mktemp("rules") / "rules"
    shutil.copytree(Path(__file__).resolve().parents[2] / "rules", folder)
    path = folder / "leave.toml"
    path.write_text(
        path.read_text("utf-8").replace('approver = "group_head"', 'approver = "secretary"'), "utf-8"
    )
    rulebook.use(rulebook.Rulebook(folder))
    leave = leaves.file(field.zhang, key, HEALTH, None, BEFORE)
    with refused("not_found"):
        leaves.approve(field.headman, leave.key, BEFORE)
    assert leaves.approve(field.leader, leave.key, BEFORE).state is LeaveState.APPROVED
    assert place_of(key, field.zhang).by == field.secretary
    assert Attendance.select().where(Attendance.status == ON_LEAVE).count() == 1
