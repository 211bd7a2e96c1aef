"""A session at another time or place: what follows it, what stays, and who hears of it (R06, R23, R94)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import Attendance, AuditLog, Leave, QueuedTask, Reminder
from models.terms import AttendanceStatus, LeaveKind, LeaveState, ReminderState, SuppressedWhy, Topic
from scheduler.queue import DeliveryQueue
from services import reminders
from services.absence import leaves
from services.actor import OPERATOR
from services.errors import ServiceError
from services.reminders import waking
from services.roll import attendance
from services.study import rescheduling, sessions
from services.study.session_plan import Span
from tests.builders import (
    BEFORE,
    START,
    District,
    bound,
    district,
    minutes,
    places,
    plan,
    published,
    refused,
    scan,
    sound,
    state,
)

pytestmark = pytest.mark.usefixtures("db")
LATER = START + timedelta(days=5, hours=4)


@pytest.fixture
def field() -> District:
    made = district()
    for each in (made.secretary, made.head, made.zhang, made.li, made.wang):
        bound(each)
    return made


def moved(key: str, to: datetime = LATER, length: int | None = None, place: str | None = None) -> Any:
    return rescheduling.move(OPERATOR, key, to, length, place, BEFORE)


def notices() -> list[Reminder]:
    return list(Reminder.select().where(Reminder.topic == Topic.SESSION_MOVED).order_by(Reminder.id))


def test_the_door_and_the_codes_follow_the_new_time(field: District) -> None:
    key = published(field.branch)
    moved(key)
    with refused("too_early"):
        scan("o-M1", key, minutes(5))
    scan("o-M1", key, LATER + timedelta(minutes=5))
    assert places(key)["M1"] is AttendanceStatus.PRESENT
    attendance.confirm(OPERATOR, key, LATER + timedelta(hours=2))
    sound()


@pytest.mark.parametrize(
    ("planned", "length", "credit"),
    [
        ({}, 120, 200),
        ({}, None, 150),
        ({}, 22, 0),
        ({"credit": Decimal("4"), "credit_reason": "半天"}, 120, 400),
        ({"credit": Decimal("2")}, 180, 200),
        ({"credit": Decimal("1.5"), "credit_reason": "支部定的"}, 180, 150),
        ({"span": Span.HALF_DAY, "minutes": 180}, 160, 400),
        ({"span": Span.HALF_DAY, "minutes": 180}, 90, 150),
    ],
)
def test_the_hours_are_those_of_the_new_length_unless_the_branch_had_set_them_R06(
    field: District, planned: dict[str, Any], length: int | None, credit: int
) -> None:
    assert moved(published(field.branch, **planned), length=length).credit == credit


def test_who_is_due_stays_due_and_leaves_stay_valid(field: District) -> None:
    key = published(field.branch)
    leave = leaves.file(field.zhang, key, LeaveKind.DUTY, None, BEFORE)
    leaves.approve(field.headman, leave.key, BEFORE)
    before = {row.member_id: (row.status, row.due) for row in Attendance.select()}
    moved(key)
    assert {row.member_id: (row.status, row.due) for row in Attendance.select()} == before
    assert Leave.get().state is LeaveState.APPROVED
    assert "M1" not in {row.member.number for row in notices()}, "who is not expected is not told"


def test_those_expected_are_told_once_for_each_move_and_the_old_announcement_goes(field: District) -> None:
    key = published(field.branch, place="二楼会议室")
    reminders.remind(START - timedelta(days=1))
    rescheduling.move(OPERATOR, key, LATER, None, None, START - timedelta(hours=22))
    rescheduling.move(OPERATOR, key, LATER, None, None, START - timedelta(hours=22))
    assert len(notices()) == 5
    assert (
        notices()[0].words
        == "「学习党章」改到11月26日（周四） 14:00，二楼会议室。原来是11月21日（周六） 10:00。"
    )
    announced = Reminder.select().where(Reminder.topic == Topic.SESSION_TOMORROW)
    assert {(row.state, row.why) for row in announced} == {
        (ReminderState.SUPPRESSED, SuppressedWhy.CANCELLED)
    }
    # There and back and there again are three things to know, of which the last one holds.
    for to, hours in ((START, 21), (LATER, 20)):
        rescheduling.move(OPERATOR, key, to, None, None, START - timedelta(hours=hours))
    waiting = [row for row in notices() if row.state is ReminderState.DUE]
    assert len(notices()) == 15
    assert {row.words for row in waiting} == {
        "「学习党章」改到11月26日（周四） 14:00，二楼会议室。原来是11月21日（周六） 10:00。"
    }
    assert len(waiting) == 5


def test_another_room_is_told_with_both_and_another_length_is_not(field: District) -> None:
    key = published(field.branch, place="二楼会议室")
    moved(key, START, 120)
    assert notices() == []
    moved(key, START, None, "报告厅")
    assert (
        notices()[0].words
        == "「学习党章」改到11月21日（周六） 10:00，报告厅。原来是11月21日（周六） 10:00，二楼会议室。"
    )
    assert moved(key, START, None, "").place is None


def test_the_notice_wakes_the_deliverer_and_goes_with_a_move_that_fails(
    field: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = published(field.branch)
    waking.use(DeliveryQueue().wake)
    try:
        monkeypatch.setattr(AuditLog, "insert", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            moved(key)
        monkeypatch.undo()
        assert (Reminder.select().count(), QueuedTask.select().count()) == (0, 0)
        assert sessions.find(key).starts_at == START
        moved(key)
        assert QueuedTask.select().count() == 1
    finally:
        waking.use(None)


def test_a_draft_is_moved_in_silence_and_every_move_is_in_the_log(field: District) -> None:
    draft = sessions.create(OPERATOR, plan(field.branch), BEFORE)
    for _ in range(2):
        rescheduling.move(field.leader, draft.key, LATER, None, "报告厅", BEFORE)
    assert notices() == []
    [line] = AuditLog.select().where(AuditLog.action == "session.rescheduled")
    assert line.actor == field.secretary.id
    assert "报告厅" not in str(line.detail)


@pytest.mark.parametrize("who", ["headman", "outsider"])
def test_who_does_not_run_the_session_moves_nothing(field: District, who: str) -> None:
    key = published(field.branch)
    with pytest.raises(ServiceError) as refusal:
        rescheduling.move(getattr(field, who), key, LATER, None, None, BEFORE)
    assert refusal.value.kind in {"forbidden", "not_found"}
    assert sessions.find(key).starts_at == START


@pytest.mark.parametrize(
    ("to", "length", "place", "code"),
    [
        (START + timedelta(days=400), None, None, "start"),
        (BEFORE, None, None, "start"),
        (LATER, 14, None, "minutes"),
        (LATER, 601, None, "minutes"),
        (LATER, None, "远" * 51, "text"),
        (LATER, None, "会\ud800议室", "text"),
    ],
)
def test_what_cannot_be_changes_nothing(
    field: District, to: datetime, length: int | None, place: str | None, code: str
) -> None:
    key = published(field.branch)
    with refused(code):
        moved(key, to, length, place)
    assert (sessions.find(key).starts_at, notices()) == (START, [])


def test_what_has_begun_was_closed_cancelled_or_confirmed_is_not_moved(field: District) -> None:
    begun, closed, cancelled, done = (published(field.branch, title=f"第{n}次") for n in range(4))
    sessions.close(OPERATOR, closed, minutes(-5))
    sessions.cancel(OPERATOR, cancelled, BEFORE)
    attendance.confirm(OPERATOR, done, minutes(-5))
    for key, now in ((begun, START), (closed, minutes(-4)), (cancelled, BEFORE), (done, minutes(-4))):
        with refused("wrong_state"):
            rescheduling.move(OPERATOR, key, LATER, None, None, now)
    assert state(begun) == "PUBLISHED"


def test_who_has_signed_keeps_the_time_and_may_change_the_room(field: District) -> None:
    key = published(field.branch)
    scan("o-M1", key, minutes(-20))
    with refused("signed"):
        rescheduling.move(OPERATOR, key, LATER, None, None, minutes(-10))
    assert rescheduling.move(OPERATOR, key, START, None, "报告厅", minutes(-10)).place == "报告厅"
    attendance.call_roll(OPERATOR, key, AttendanceStatus.EXPECTED, ["M1"], minutes(-9))
    assert rescheduling.move(OPERATOR, key, LATER, None, None, minutes(-9)).starts_at == LATER
