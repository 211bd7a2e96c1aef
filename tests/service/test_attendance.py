"""The roll call and the confirmation: who may, what is kept, and that hours are posted exactly once."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest

from models import Attendance, AuditLog, HourEntry, database
from models.terms import AttendanceSource, AttendanceStatus, DueScope, Role, SessionKind, SessionState
from services import rulebook
from services.actor import OPERATOR, member_actor
from services.arrival.checkin import Outcome
from services.clock import seconds
from services.roll import attendance
from services.study import sessions
from tests.builders import (
    BEFORE,
    START,
    District,
    bound,
    district,
    entries,
    member,
    minutes,
    place_of,
    places,
    plan,
    published,
    refused,
    role,
    scan,
    sound,
    state,
)

pytestmark = pytest.mark.usefixtures("db")

PRESENT, LATE, PARTIAL = AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.PARTIAL
EXPECTED, ABSENT, EXEMPT = AttendanceStatus.EXPECTED, AttendanceStatus.ABSENT, AttendanceStatus.EXEMPT
LEAVE = AttendanceStatus.LEAVE
AFTER = minutes(100)


@pytest.fixture
def field() -> District:
    return district()


@pytest.fixture
def key(field: District) -> str:
    return published(field.branch)


# ---- the roll call


def test_the_secretary_calls_anybody_of_the_branch_openly_by_name(field: District, key: str) -> None:
    roll = attendance.call_roll(field.leader, key, PRESENT, ["M1", "M3", "M1"], minutes(5))
    assert (roll.due, roll.present, str(roll.rate)) == (5, 2, "40.00")
    place = place_of(key, field.zhang)
    assert (place.source, place.at, place.by) == (AttendanceSource.ROLL_CALL, minutes(5), field.secretary)
    line = AuditLog.get(AuditLog.action == "session.called")
    assert (line.actor, line.subject) == (field.secretary.id, key)


def test_whom_a_helper_visited_at_home_is_entered_as_a_visit(field: District) -> None:
    visit = published(field.branch, kind=SessionKind.HOME_VISIT)
    roll = attendance.call_roll(field.leader, visit, PRESENT, ["M3"], minutes(5))
    assert [(place.number, place.source, place.due) for place in roll.places] == [
        ("M3", AttendanceSource.VISIT, False)
    ]


def test_a_group_head_calls_the_own_group(field: District, key: str) -> None:
    attendance.call_roll(field.headman, key, PRESENT, ["M1", "H1"], minutes(5))
    assert places(key)["M1"] is PRESENT


def test_a_group_head_cannot_call_another_group(field: District, key: str) -> None:
    with refused("not_found"):
        attendance.call_roll(field.headman, key, PRESENT, ["M1", "M3"], minutes(5))
    assert set(places(key).values()) == {EXPECTED, EXEMPT}


@pytest.mark.parametrize("who", ["outsider", "plain"])
def test_who_has_nothing_to_do_with_the_branch_does_not_even_learn_of_the_session(
    field: District, key: str, who: str
) -> None:
    actor = field.outsider if who == "outsider" else member_actor(field.zhang.id)
    with refused("not_found"):
        attendance.call_roll(actor, key, PRESENT, ["M1"], minutes(5))


def test_a_secretary_whose_term_ended_yesterday_is_refused_and_one_whose_term_ends_today_is_not(
    field: District, key: str
) -> None:
    today = START.date()
    role(field.li, Role.SECRETARY, field.branch, ends=today - timedelta(days=1))
    role(field.wang, Role.SECRETARY, field.branch, ends=today)
    with refused("not_found"):
        attendance.call_roll(member_actor(field.li.id), key, PRESENT, ["M1"], START)
    attendance.call_roll(member_actor(field.wang.id), key, PRESENT, ["M1"], START)


@pytest.mark.parametrize("wrong", ["M404", "N1", "M1\x00", "\ud800"])
def test_nothing_is_written_when_one_number_is_wrong(field: District, key: str, wrong: str) -> None:
    with refused("not_found"):
        attendance.call_roll(field.leader, key, PRESENT, ["M1", wrong, "M2"], minutes(5))
    assert places(key)["M1"] is EXPECTED
    assert not AuditLog.select().where(AuditLog.action == "session.called").exists()


def test_a_call_without_anybody_is_refused(field: District, key: str) -> None:
    with refused("member"):
        attendance.call_roll(field.leader, key, PRESENT, [], minutes(5))


def test_nobody_is_called_exempt(field: District, key: str) -> None:
    with refused("status"):
        attendance.call_roll(field.leader, key, EXEMPT, ["M1"], minutes(5))


def test_the_roll_call_keeps_the_time_of_a_scan(field: District, key: str) -> None:
    scan(bound(field.zhang), key, minutes(-3))
    attendance.call_roll(field.leader, key, PRESENT, ["M1", "M2"], minutes(20))
    first, second = place_of(key, field.zhang), place_of(key, field.li)
    assert (first.source, first.at, first.by) == (AttendanceSource.QR, minutes(-3), None)
    assert (second.source, second.at) == (AttendanceSource.ROLL_CALL, minutes(20))


def test_a_mistaken_call_is_taken_back(field: District, key: str) -> None:
    attendance.call_roll(field.leader, key, PRESENT, ["M1"], minutes(5))
    attendance.call_roll(field.leader, key, EXPECTED, ["M1"], minutes(6))
    place = place_of(key, field.zhang)
    assert (place.status, place.source, place.at, place.part_credit) == (EXPECTED, None, None, None)


def test_who_need_not_come_is_never_absent_because_a_call_was_taken_back(field: District, key: str) -> None:
    attendance.call_roll(field.leader, key, PRESENT, ["M4"], minutes(5))
    attendance.call_roll(field.leader, key, EXPECTED, ["M4"], minutes(6))
    attendance.confirm(field.leader, key, AFTER)
    assert places(key)["M4"] is EXEMPT


def test_a_called_member_without_a_place_gets_one_that_is_not_due(field: District, key: str) -> None:
    late = member("M9", field.branch)
    attendance.call_roll(field.leader, key, PRESENT, ["M9"], minutes(5))
    assert not place_of(key, late).due


@pytest.mark.parametrize(
    ("status", "allowed"), [(PRESENT, False), (LATE, False), (LEAVE, True), (EXPECTED, True)]
)
def test_before_the_door_opens_only_leave_is_noted(
    field: District, key: str, status: AttendanceStatus, allowed: bool
) -> None:
    if allowed:
        attendance.call_roll(field.leader, key, status, ["M1"], minutes(-60))
        assert places(key)["M1"] is status
        return
    with refused("too_early"):
        attendance.call_roll(field.leader, key, status, ["M1"], minutes(-60))


def test_a_draft_and_a_cancelled_session_have_no_roll_call(field: District, key: str) -> None:
    draft = str(sessions.create(OPERATOR, plan(field.branch), BEFORE).key)
    sessions.cancel(field.leader, key, BEFORE)
    for which in (draft, key):
        with refused("wrong_state"):
            attendance.call_roll(field.leader, which, PRESENT, ["M1"], START)


def test_after_the_confirmation_the_roll_is_shut(field: District, key: str) -> None:
    attendance.confirm(field.leader, key, AFTER)
    with refused("confirmed"):
        attendance.call_roll(field.leader, key, PRESENT, ["M1"], AFTER)


def test_long_after_the_door_shut_the_roll_call_still_signs(field: District, key: str) -> None:
    attendance.call_roll(field.leader, key, PRESENT, ["M1"], minutes(600), AttendanceSource.PAPER)
    assert place_of(key, field.zhang).source is AttendanceSource.PAPER


def test_the_roll_sorts_by_group_and_name_with_the_groupless_last(field: District) -> None:
    member("A0", field.branch, name="阿依")
    key = published(field.branch)
    assert [p.number for p in attendance.roll(key, START).places] == [
        "H1",
        "M1",
        "M2",
        "M3",
        "M4",
        "S1",
        "A0",
    ]


def test_a_branch_secretary_calls_the_own_members_at_a_session_from_above(field: District) -> None:
    key = published(field.committee, kind=SessionKind.CENTRALISED_TRAINING)
    attendance.call_roll(field.leader, key, PRESENT, ["M1"], START)
    with refused("not_found"):
        attendance.call_roll(field.leader, key, PRESENT, ["N1"], START)
    with refused("forbidden"):
        attendance.confirm(field.leader, key, AFTER)


# ---- part of the time


def test_who_stayed_for_a_part_earns_half_rounded_down_to_a_half_hour(field: District, key: str) -> None:
    attendance.call_roll(field.leader, key, PARTIAL, ["M1"], minutes(20))
    attendance.confirm(field.leader, key, AFTER)
    assert entries(field.zhang) == [(2026, "ATTENDANCE", 50)]
    sound()


@pytest.mark.parametrize("part", [0, 100, 150])
def test_a_stated_part_is_what_is_earned(field: District, key: str, part: int) -> None:
    attendance.call_roll(field.leader, key, PARTIAL, ["M1"], minutes(20), part_credit=part)
    attendance.confirm(field.leader, key, AFTER)
    assert entries(field.zhang) == ([(2026, "ATTENDANCE", part)] if part else [])
    sound()


def test_a_stated_part_can_be_mended_before_the_confirmation(field: District, key: str) -> None:
    attendance.call_roll(field.leader, key, PARTIAL, ["M1"], minutes(20))
    attendance.call_roll(field.leader, key, PARTIAL, ["M1"], minutes(30), part_credit=100)
    assert (place_of(key, field.zhang).part_credit, place_of(key, field.zhang).at) == (100, minutes(20))


@pytest.mark.parametrize("part", [-50, 200])
def test_a_part_larger_than_the_whole_is_refused(field: District, key: str, part: int) -> None:
    with refused("part_credit"):
        attendance.call_roll(field.leader, key, PARTIAL, ["M1"], minutes(20), part_credit=part)


# ---- confirming


def test_the_confirmation_posts_for_who_came_and_marks_the_rest_absent(field: District, key: str) -> None:
    scan(bound(field.zhang), key, START)
    scan(bound(field.li), key, minutes(20))
    attendance.call_roll(field.leader, key, LEAVE, ["M3"], minutes(5))
    roll = attendance.confirm(field.leader, key, AFTER)
    assert (roll.state, str(roll.rate), str(roll.rate_without_leave)) == (
        SessionState.CONFIRMED,
        "40.00",
        "50.00",
    )
    assert places(key) == {
        "M1": PRESENT, "M2": LATE, "M3": LEAVE, "M4": EXEMPT, "S1": ABSENT, "H1": ABSENT,
    }  # fmt: skip
    assert entries(field.zhang) == entries(field.li) == [(2026, "ATTENDANCE", 150)]
    assert entries(field.wang) == []
    sound()


def test_a_second_confirmation_changes_nothing(field: District, key: str) -> None:
    scan(bound(field.zhang), key, START)
    attendance.confirm(field.leader, key, AFTER)
    again = attendance.confirm(field.above, key, minutes(500))
    assert again.session.confirmed_by == field.secretary
    assert len(entries(field.zhang)) == 1


@pytest.mark.usefixtures("commits")
def test_two_confirmations_at_once_post_once(field: District, key: str) -> None:
    attendance.call_roll(field.leader, key, PRESENT, ["M1", "M2"], START)
    gate, faults = threading.Barrier(2), []

    def confirm() -> None:
        try:
            gate.wait(10)
            attendance.confirm(field.leader, key, AFTER)
        except BaseException as fault:
            faults.append(fault)
        finally:
            database.obj.close()

    threads = [threading.Thread(target=confirm) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert faults == []
    assert HourEntry.select().count() == 2
    assert AuditLog.select().where(AuditLog.action == "session.confirmed").count() == 1
    sound()


@pytest.mark.usefixtures("commits")
def test_a_scan_and_a_confirmation_at_once_never_miss_each_other(field: District, key: str) -> None:
    account, faults = bound(field.old), []

    def confirm() -> None:
        try:
            attendance.confirm(field.leader, key, minutes(5))
        except BaseException as fault:
            faults.append(fault)
        finally:
            database.obj.close()

    thread = threading.Thread(target=confirm)
    with database.atomic():
        assert scan(account, key, minutes(4)).outcome is Outcome.SIGNED
        thread.start()
        thread.join(0.3)
        assert thread.is_alive(), "the confirmation waits until the scan is committed"
    thread.join(20)
    assert faults == []
    assert entries(field.old) == [(2026, "ATTENDANCE", 150)]
    sound()


@pytest.mark.parametrize("minute", [-31, -5000])
def test_before_its_door_opens_a_session_cannot_be_confirmed(field: District, key: str, minute: int) -> None:
    with refused("wrong_state"):
        attendance.confirm(field.leader, key, minutes(minute))


def test_a_cancelled_session_cannot_be_confirmed_and_gives_nobody_hours(field: District, key: str) -> None:
    scan(bound(field.zhang), key, START)
    sessions.cancel(field.leader, key, minutes(1))
    with refused("wrong_state"):
        attendance.confirm(field.leader, key, AFTER)
    assert entries(field.zhang) == []
    sound()


@pytest.mark.parametrize(("who", "code"), [("headman", "forbidden"), ("outsider", "not_found")])
def test_only_who_runs_the_branch_confirms(field: District, key: str, who: str, code: str) -> None:
    with refused(code):
        attendance.confirm(getattr(field, who), key, AFTER)
    assert state(key) is SessionState.PUBLISHED


def test_a_group_head_confirms_the_own_groups_meeting(field: District) -> None:
    key = published(field.group, kind=SessionKind.GROUP_MEETING, due_scope=DueScope.GROUP)
    attendance.confirm(field.headman, key, AFTER)
    assert state(key) is SessionState.CONFIRMED


# ---- automatic confirmation


def test_a_day_after_the_end_the_confirmation_comes_by_itself(field: District, key: str) -> None:
    scan(bound(field.zhang), key, START)
    end = minutes(90)
    assert attendance.confirm_overdue(end + timedelta(hours=24, seconds=-1)) == []
    assert attendance.confirm_overdue(end + timedelta(hours=24)) == [key]
    assert attendance.confirm_overdue(end + timedelta(hours=25)) == []
    assert (place_of(key, field.li).status, entries(field.zhang)) == (ABSENT, [(2026, "ATTENDANCE", 150)])
    assert HourEntry.get().confirmed_by is None


def test_a_session_entered_afterwards_waits_a_day_from_its_entry(field: District) -> None:
    entered = START + timedelta(days=10)
    key = published(field.branch, entered)
    assert attendance.confirm_overdue(entered + timedelta(hours=23)) == []
    assert attendance.confirm_overdue(entered + timedelta(hours=24)) == [key]


def test_a_draft_published_late_waits_a_day_from_its_publication(field: District) -> None:
    key = str(sessions.create(OPERATOR, plan(field.branch), BEFORE).key)
    late = START + timedelta(days=5)
    sessions.publish(field.leader, key, late)
    assert attendance.confirm_overdue(late + timedelta(hours=1)) == []
    assert attendance.confirm_overdue(late + timedelta(hours=24)) == [key]


def test_the_automatic_confirmation_can_be_switched_off(
    field: District, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = vars(rulebook.current().checkin(START.date())) | {"auto_confirm_hours": 0}
    off = rulebook.CheckinRules(**rules)
    monkeypatch.setattr(rulebook.current(), "_checkin", [off])
    assert attendance.confirm_overdue(START + timedelta(days=400)) == []
    assert state(key) is SessionState.PUBLISHED


def test_cancelled_sessions_and_drafts_are_never_confirmed_by_themselves(field: District, key: str) -> None:
    sessions.create(OPERATOR, plan(field.branch), BEFORE)
    sessions.cancel(field.leader, key, BEFORE)
    assert attendance.confirm_overdue(START + timedelta(days=9)) == []


# ---- the chair


def test_the_chair_closes_only_an_open_door(field: District, key: str) -> None:
    assert sessions.close(field.leader, key, minutes(-60)).closed_at is None
    assert sessions.close(field.leader, key, minutes(7)).closed_at == minutes(7)
    roll = attendance.roll(key, minutes(8))
    assert roll.state is SessionState.CLOSED
    assert Attendance.select().where(Attendance.status == PRESENT).count() == 0


def test_hours_and_codes_of_a_session_are_told_to_its_screen(field: District, key: str) -> None:
    session = sessions.find(key)
    assert attendance.credit_of(session) == Decimal("1.5")
    assert len(attendance.code_now(session, START)) == 6
    assert attendance.token_now(session, START).startswith(key)
    assert f"{seconds(minutes(120)):08x}" in attendance.scene(session)
