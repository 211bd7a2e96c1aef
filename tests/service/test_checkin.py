"""Scanning: one function decides, whatever carried the scan (R23–R27)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models import Attendance, ExternalStudy, PendingScan
from models.terms import (
    AttendanceSource,
    AttendanceStatus,
    CreditKind,
    DueScope,
    ExternalState,
    SessionKind,
)
from services.actor import OPERATOR
from services.arrival import checkin, codes
from services.arrival.checkin import Outcome
from services.arrival.codes import FORGED, Proof
from services.arrival.digits import arrive_by_digits
from services.clock import seconds
from services.policy.amounts import text
from services.roll import attendance
from services.study import sessions
from tests.builders import (
    BEFORE,
    START,
    District,
    bound,
    confirmed,
    district,
    exempt,
    member,
    minutes,
    place_of,
    plan,
    published,
    refused,
    scan,
    sound,
)

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def field() -> District:
    return district()


# ---- the window


@pytest.mark.parametrize(
    ("after_start", "status"),
    [
        (-30, AttendanceStatus.PRESENT),
        (0, AttendanceStatus.PRESENT),
        (10, AttendanceStatus.PRESENT),
        (10 + 1 / 60, AttendanceStatus.LATE),
        (30, AttendanceStatus.LATE),
    ],
)
def test_a_scan_within_the_window_is_signed_and_both_bounds_belong_to_it(
    field: District, after_start: float, status: AttendanceStatus
) -> None:
    key, at = published(field.branch), minutes(after_start)
    result = scan(bound(field.zhang), key, at)
    assert (result.outcome, result.status, result.at) == (Outcome.SIGNED, status, seconds(at))
    place = place_of(key, field.zhang)
    assert (place.status, place.source, place.at) == (status, AttendanceSource.QR, at)


@pytest.mark.parametrize(
    ("after_start", "code"),
    [(-30 - 1 / 60, "too_early"), (30 + 1 / 60, "ended"), (91, "ended"), (3000, "ended")],
)
def test_a_scan_outside_the_window_is_refused_and_writes_nothing(
    field: District, after_start: float, code: str
) -> None:
    key = published(field.branch)
    with refused(code):
        scan(bound(field.zhang), key, minutes(after_start))
    assert place_of(key, field.zhang).status is AttendanceStatus.EXPECTED


def test_who_scans_too_early_hears_when_to_come_back(field: District) -> None:
    key, account = published(field.branch), bound(field.zhang)
    with pytest.raises(Exception, match="签到 09:30 开始"):
        scan(account, key, minutes(-31))
    with pytest.raises(Exception, match="签到 11月21日 09:30 开始"):
        scan(account, key, minutes(-60 * 24))


def test_the_reply_holds_the_hours_of_the_session_and_of_the_year(field: District) -> None:
    confirmed(field.branch, ["M1"], "2", starts_at=START - timedelta(days=30))
    result = scan(bound(field.zhang), published(field.branch), START)
    assert (text(result.credit), text(result.credited), result.required, result.lacking) == (
        "1.5",
        "2.0",
        3200,
        3000,
    )
    assert (result.title, result.kind, result.branch_name) == ("学习党章", "THEME_DAY", "党组织ZB1")


def test_a_draft_cannot_be_signed(field: District) -> None:
    key = str(sessions.create(OPERATOR, plan(field.branch), BEFORE).key)
    with refused("wrong_code"):
        scan(bound(field.zhang), key, START)


def test_a_cancelled_session_says_so_at_any_time_to_everybody(field: District) -> None:
    key, account = published(field.branch), bound(field.zhang)
    sessions.cancel(field.leader, key, BEFORE)
    for at in (minutes(-60), START, minutes(60)):
        for who in (account, "o-unbound"):
            with refused("cancelled"):
                scan(who, key, at)


def test_after_the_chair_closed_the_door_nobody_signs(field: District) -> None:
    key = published(field.branch)
    sessions.close(field.leader, key, minutes(5))
    with refused("ended"):
        scan(bound(field.zhang), key, minutes(5))


def test_a_scan_that_was_under_way_when_the_chair_closed_counts_by_its_own_time(field: District) -> None:
    key, account = published(field.branch), bound(field.zhang)
    sessions.close(field.leader, key, minutes(5))
    result = checkin.arrive(account, Proof(key, "QR"), minutes(4), minutes(6))
    assert (result.outcome, result.at) == (Outcome.SIGNED, seconds(minutes(4)))


def test_a_confirmed_session_takes_no_scan_more(field: District) -> None:
    key = published(field.branch)
    attendance.confirm(field.leader, key, minutes(5))
    with refused("ended"):
        scan(bound(field.zhang), key, minutes(6))
    assert place_of(key, field.zhang).status is AttendanceStatus.ABSENT


def test_a_reopened_session_is_mended_by_the_roll_and_not_by_scans(field: District) -> None:
    key = published(field.branch)
    attendance.confirm(field.leader, key, minutes(5))
    attendance.reopen(field.above, key, "漏登", minutes(6))
    with refused("ended"):
        scan(bound(field.zhang), key, minutes(7))


# ---- the second scan


def test_a_second_scan_gives_the_first_time_and_changes_nothing(field: District) -> None:
    key, account = published(field.branch), bound(field.zhang)
    scan(account, key, minutes(-5))
    again = scan(account, key, minutes(20))
    assert (again.outcome, again.status, again.at) == (Outcome.ALREADY, "PRESENT", seconds(minutes(-5)))
    assert Attendance.select().where(Attendance.member == field.zhang).count() == 1


def test_a_scan_after_the_end_still_gives_the_first_time(field: District) -> None:
    key, account = published(field.branch), bound(field.zhang)
    scan(account, key, START)
    attendance.confirm(field.leader, key, minutes(100))
    again = scan(account, key, minutes(3000))
    assert (again.outcome, again.at, again.credited) == (Outcome.ALREADY, seconds(START), 150)


def test_a_scan_after_the_roll_call_gives_the_time_of_the_call(field: District) -> None:
    key = published(field.branch)
    attendance.call_roll(field.leader, key, AttendanceStatus.PRESENT, ["M1"], minutes(1))
    again = scan(bound(field.zhang), key, minutes(2))
    assert (again.outcome, again.at) == (Outcome.ALREADY, seconds(minutes(1)))
    assert place_of(key, field.zhang).source is AttendanceSource.ROLL_CALL


@pytest.mark.parametrize("called", [AttendanceStatus.LEAVE, AttendanceStatus.ABSENT])
def test_who_was_noted_as_away_and_comes_after_all_is_present(
    field: District, called: AttendanceStatus
) -> None:
    key = published(field.branch)
    attendance.call_roll(field.leader, key, called, ["M1"], minutes(-10))
    assert scan(bound(field.zhang), key, minutes(3)).outcome is Outcome.SIGNED
    assert place_of(key, field.zhang).status is AttendanceStatus.PRESENT


# ---- who is due


def test_an_exempt_member_may_come_and_is_credited_without_being_due(field: District) -> None:
    key = published(field.branch)
    result = scan(bound(field.old), key, START)
    assert (result.outcome, result.required) == (Outcome.SIGNED, None)
    roll = attendance.confirm(field.leader, key, minutes(100))
    assert (roll.due, roll.present, str(roll.rate)) == (5, 1, "0.00")
    sound()


def test_a_member_who_joined_after_publishing_signs_and_is_due(field: District) -> None:
    key = published(field.branch)
    newcomer = member("M9", field.branch, active_from=START.date())
    assert scan(bound(newcomer), key, START).outcome is Outcome.SIGNED
    assert place_of(key, newcomer).due


def test_a_newcomer_who_is_exempt_signs_without_being_due(field: District) -> None:
    key = published(field.branch)
    newcomer = member("M9", field.branch)
    exempt(newcomer)
    assert scan(bound(newcomer), key, START).outcome is Outcome.SIGNED
    assert not place_of(key, newcomer).due


def test_who_has_left_the_branch_is_not_on_its_list(field: District) -> None:
    gone = member("M9", field.branch, active_to=START.date() - timedelta(days=1))
    with refused("not_due"):
        scan(bound(gone), published(field.branch), START)


def test_a_session_of_a_group_is_for_the_group(field: District) -> None:
    key = published(field.group, kind=SessionKind.GROUP_MEETING, due_scope=DueScope.GROUP)
    assert sorted(p.number for p in attendance.roll(key, START).places) == ["H1", "M1", "M2"]
    assert scan(bound(field.zhang), key, START).outcome is Outcome.SIGNED
    with refused("not_due"):
        scan(bound(field.wang), key, START)


@pytest.mark.parametrize("scope", [DueScope.GROUP, DueScope.ALL])
def test_who_joined_the_group_after_publishing_belongs_to_it(field: District, scope: DueScope) -> None:
    key = published(field.group, kind=SessionKind.GROUP_MEETING, due_scope=scope)
    newcomer = member("M9", field.branch, field.group)
    assert scan(bound(newcomer), key, START).outcome is Outcome.SIGNED


def test_an_own_member_who_is_not_on_the_list_is_told_whom_to_ask(field: District) -> None:
    key = published(field.branch, due_scope=DueScope.LIST, due_list=("M1",))
    assert scan(bound(field.zhang), key, START).outcome is Outcome.SIGNED
    with refused("not_due"):
        scan(bound(field.li), key, START)
    assert ExternalStudy.select().count() == 0


def test_the_committee_meets_without_the_others(field: District) -> None:
    key = published(field.branch, kind=SessionKind.COMMITTEE_MEETING)
    assert [p.number for p in attendance.roll(key, START).places] == ["S1"]
    with refused("not_due"):
        scan(bound(field.zhang), key, START)


# ---- guests


def test_a_guest_becomes_one_proposal_to_the_home_branch_and_no_row_of_attendance(field: District) -> None:
    key, account = published(field.branch), bound(field.stranger)
    for at in (START, minutes(3)):
        result = scan(account, key, at)
        assert (result.outcome, result.branch_name) == (Outcome.GUEST, "党组织ZB2")
    proposal = ExternalStudy.get()
    assert (proposal.member, proposal.branch, proposal.hours) == (field.stranger, field.neighbour, 150)
    assert (proposal.state, proposal.scanned_at, proposal.day) == (
        ExternalState.PROPOSED,
        START,
        date(2026, 11, 21),
    )
    assert not Attendance.select().where(Attendance.member == field.stranger).exists()


def test_a_guest_of_a_session_without_credit_proposes_no_hours(field: District) -> None:
    key = published(field.branch, credit_kind=CreditKind.NONE)
    scan(bound(field.stranger), key, START)
    assert ExternalStudy.get().hours == 0


def test_a_guest_who_comes_after_the_door_is_refused_like_everybody(field: District) -> None:
    key = published(field.branch)
    with refused("ended"):
        scan(bound(field.stranger), key, minutes(31))
    assert ExternalStudy.select().count() == 0


# ---- the proof


@pytest.mark.parametrize("proof", [FORGED, Proof("0000000000", "QR"), Proof("x", "QR", "stale")])
def test_a_code_that_proves_nothing_is_refused_with_a_way_out(field: District, proof: Proof) -> None:
    with refused("wrong_code"):
        checkin.arrive(bound(field.zhang), proof, START, START)


def test_a_stale_code_asks_for_the_new_one_while_the_door_is_open(field: District) -> None:
    key, account = published(field.branch), bound(field.zhang)
    stale = Proof(key, "QR", "stale")
    with refused("stale_code"):
        checkin.arrive(account, stale, START, START)
    with refused("ended"):
        checkin.arrive(account, stale, minutes(40), minutes(40))
    scan(account, key, START)
    assert checkin.arrive(account, stale, minutes(1), minutes(1)).outcome is Outcome.ALREADY


def test_six_digits_sign_their_session_and_no_other(field: District) -> None:
    key, account = published(field.branch), bound(field.zhang)
    digits = attendance.code_now(sessions.find(key), START)
    result = arrive_by_digits(account, digits, START, START)
    assert result is not None
    assert (result.outcome, place_of(key, field.zhang).source) == (Outcome.SIGNED, AttendanceSource.CODE)
    wrong = f"{(int(digits) + 1) % 1_000_000:06d}"
    assert arrive_by_digits(account, wrong, START, START) is None


def test_the_digits_of_a_while_ago_fit_nothing(field: District) -> None:
    key = published(field.branch)
    digits = codes.digits_now(key, seconds(START), 15)
    assert arrive_by_digits(bound(field.zhang), digits, START + timedelta(minutes=2), START) is None


def test_among_equal_digits_the_own_branch_comes_first(
    field: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(field.neighbour)
    own = published(field.branch)
    monkeypatch.setattr(codes, "digits_fit", lambda *_: True)
    result = arrive_by_digits(bound(field.zhang), "123456", START, START)
    assert result is not None
    assert result.session_key == own


# ---- before binding


def test_a_scan_before_binding_is_kept_and_says_how_long(field: District) -> None:
    key = published(field.branch)
    result = scan("o-new", key, minutes(2))
    assert (result.outcome, result.waiting_minutes) == (Outcome.WAITING, 10)
    scan("o-new", key, minutes(3))
    assert PendingScan.get().at == minutes(2)
    assert PendingScan.select().count() == 1


def test_a_scan_before_binding_outside_the_window_is_not_kept(field: District) -> None:
    key = published(field.branch)
    with refused("too_early"):
        scan("o-new", key, minutes(-31))
    assert PendingScan.select().count() == 0


def test_a_scan_that_waited_too_long_makes_room_for_the_next_one(field: District) -> None:
    key = published(field.branch)
    scan("o-new", key, minutes(-20))
    scan("o-new", key, minutes(5))
    assert PendingScan.get().at == minutes(5)
