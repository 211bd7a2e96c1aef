"""A member's year: required, offered, credited, planned, whose gap it is, and why (R01–R10, R91, R111)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from models import RolePeriod
from models.terms import AttendanceStatus, CreditKind, ExemptionKind, HoursFlag, Role
from services import hours
from services.actor import OPERATOR
from services.clock import ZONE
from services.roll import attendance
from services.study import sessions
from tests.builders import (
    START,
    District,
    bound,
    confirmed,
    district,
    exempt,
    member,
    minutes,
    published,
    role,
    scan,
)

pytestmark = pytest.mark.usefixtures("db")

LATER = START + timedelta(days=5)


@pytest.fixture
def field() -> District:
    return district()


def required(who: object, year: int = 2026, now: datetime = START) -> int | None:
    return hours.view(who, year, now).required  # type: ignore[arg-type]


# ---- required


def test_a_member_needs_32_hours_and_the_committee_56(field: District) -> None:
    assert (required(field.zhang), required(field.secretary), required(field.head)) == (3200, 5600, 3200)


@pytest.mark.parametrize(
    ("which", "needed"), [(Role.DEPUTY, 5600), (Role.COMMITTEE, 5600), (Role.OFFICER, 3200)]
)
def test_who_sits_on_the_committee_needs_more(field: District, which: Role, needed: int) -> None:
    role(field.zhang, which, field.branch)
    assert required(field.zhang) == needed


@pytest.mark.parametrize(
    ("month", "needed"), [(1, 3200), (2, 2950), (4, 2400), (7, 1600), (10, 800), (12, 300)]
)
def test_who_arrives_during_the_year_needs_a_share(field: District, month: int, needed: int) -> None:
    newcomer = member("M9", field.branch, active_from=date(2026, month, 28))
    assert required(newcomer) == needed
    assert required(newcomer, 2027) == 3200


def test_a_role_taken_up_in_july_counts_from_july(field: District) -> None:
    role(field.zhang, Role.COMMITTEE, field.branch, starts=date(2026, 7, 15))
    assert (required(field.zhang, 2025), required(field.zhang), required(field.zhang, 2027)) == (
        3200,
        4400,
        5600,
    )


def test_a_role_laid_down_counts_until_its_month(field: District) -> None:
    RolePeriod.update(ends=date(2026, 3, 31)).where(RolePeriod.member == field.secretary).execute()
    assert required(field.secretary) == 3800


def test_nothing_is_required_of_an_exempt_member_who_still_collects(field: District) -> None:
    confirmed(field.branch, ["M4"])
    seen = hours.view(field.old, 2026, LATER)
    assert (seen.required, seen.lacking, seen.credited, seen.flag) == (None, None, 150, None)


def test_an_exemption_that_ended_takes_its_whole_months_out(field: District) -> None:
    exempt(field.zhang, starts=date(2026, 1, 10), ends=date(2026, 7, 20))
    assert required(field.zhang, now=datetime(2026, 5, 1, tzinfo=ZONE)) is None
    assert required(field.zhang) == 1900  # February to June count nothing: 7/12 of 32, rounded up


def test_being_excluded_from_a_count_lifts_no_requirement(field: District) -> None:
    exempt(field.zhang, ExemptionKind.EXCLUDED_FROM_DUE)
    assert required(field.zhang) == 3200


def test_before_the_first_day_of_membership_nothing_is_required_and_nothing_flagged(field: District) -> None:
    newcomer = member("M9", field.branch, active_from=date(2027, 1, 1))
    seen = hours.view(newcomer, 2026, START)
    assert (seen.required, seen.flag) == (0, None)


# ---- offered, planned, flags


def test_the_gap_is_the_branchs_until_it_has_offered_enough(field: District) -> None:
    newcomer = member("M9", field.branch, active_from=date(2026, 12, 1))
    december = datetime(2026, 12, 5, 10, tzinfo=ZONE)
    confirmed(field.branch, [], "2.5", starts_at=december)
    seen = hours.view(newcomer, 2026, december + timedelta(days=1))
    assert (seen.required, seen.offered, seen.flag) == (300, 250, HoursFlag.BRANCH_SHORT)
    confirmed(field.branch, [], "0.5", starts_at=december + timedelta(days=2))
    seen = hours.view(newcomer, 2026, december + timedelta(days=3))
    assert (seen.offered, seen.credited, seen.lacking, seen.flag) == (300, 0, 300, HoursFlag.HOURS_SHORT)
    for day in (5, 7):
        confirmed(field.branch, ["M9"], "1.5", starts_at=december + timedelta(days=day))
    seen = hours.view(newcomer, 2026, december + timedelta(days=9))
    assert (seen.credited, seen.lacking, seen.flag) == (300, 0, None)


def test_offered_is_what_the_member_was_due_for(field: District) -> None:
    confirmed(field.group, ["M1"], "2")
    confirmed(field.branch, [], "1")
    assert hours.view(field.zhang, 2026, LATER).offered == 300
    assert hours.view(field.wang, 2026, LATER).offered == 100
    assert hours.view(field.old, 2026, LATER).offered == 0


def test_self_study_is_neither_offered_nor_planned(field: District) -> None:
    confirmed(field.branch, ["M1"], "2", credit_kind=CreditKind.SELF)
    published(field.branch, starts_at=LATER + timedelta(days=1), credit_kind=CreditKind.SELF)
    seen = hours.view(field.zhang, 2026, LATER)
    assert (seen.offered, seen.credited, seen.planned) == (0, 0, 0)


def test_planned_is_what_lies_ahead_and_what_waits_for_its_confirmation(field: District) -> None:
    key = published(field.branch)
    assert hours.view(field.zhang, 2026, minutes(-60)).planned == 150
    assert hours.view(field.old, 2026, minutes(-60)).planned == 0, "not due: not planned"
    scan(bound(field.zhang), key, START)
    scan(bound(field.old), key, START)
    for who, planned in ((field.zhang, 150), (field.old, 150), (field.li, 0)):
        assert hours.view(who, 2026, minutes(100)).planned == planned
    attendance.confirm(field.leader, key, minutes(100))
    seen = hours.view(field.zhang, 2026, minutes(101))
    assert (seen.planned, seen.credited, seen.offered) == (0, 150, 150)


def test_a_cancelled_session_and_a_draft_are_not_planned(field: District) -> None:
    key = published(field.branch)
    sessions.cancel(OPERATOR, key, minutes(-60))
    assert hours.view(field.zhang, 2026, minutes(-50)).planned == 0


def test_a_session_over_new_year_is_offered_in_both_years(field: District) -> None:
    confirmed(field.branch, [], "2", starts_at=datetime(2026, 12, 31, 23, tzinfo=ZONE), minutes=120)
    now = datetime(2027, 1, 2, tzinfo=ZONE)
    assert [hours.view(field.zhang, year, now).offered for year in (2025, 2026, 2027)] == [0, 100, 100]


# ---- the lines


def test_every_line_says_why(field: District) -> None:
    key = published(field.branch)
    scan(bound(field.zhang), key, minutes(2))
    attendance.confirm(field.leader, key, minutes(100))
    (line,) = hours.lines(field.zhang, 2026)
    assert (line.day, line.hours, line.session_key, line.title) == (START.date(), 150, key, "学习党章")
    assert (line.attendance_source, line.attended_at, line.confirmed_by) == ("QR", minutes(2), "党员S1")
    assert (line.rule, line.edition, line.created_at) == ("R07", "2026版", minutes(100))


def test_the_newest_line_comes_first(field: District) -> None:
    days = [START - timedelta(days=back) for back in (30, 3, 60)]
    for day in days:
        confirmed(field.branch, ["M1"], starts_at=day)
    assert [line.day for line in hours.lines(field.zhang, 2026)] == [
        d.date() for d in sorted(days, reverse=True)
    ]
    assert hours.lines(field.zhang, 2025) == []


def test_of_the_recent_lines_those_count_that_still_stand(field: District) -> None:
    kept = confirmed(field.branch, ["M1"], starts_at=START - timedelta(days=9))
    undone = confirmed(field.branch, ["M1"])
    attendance.reopen(field.above, undone, "漏登", LATER)
    assert [line.session_key for line in hours.recent(field.zhang, 2026, limit=2)] == [kept]
    attendance.confirm(field.above, undone, LATER)
    assert [line.session_key for line in hours.recent(field.zhang, 2026, limit=2)] == [undone, kept]
    assert [line.session_key for line in hours.recent(field.zhang, 2026, limit=1)] == [undone]


def test_what_was_taken_back_stays_visible_with_its_reason(field: District) -> None:
    key = confirmed(field.branch, ["M1"])
    attendance.reopen(field.above, key, "漏登", LATER)
    back, first = hours.lines(field.zhang, 2026)
    assert (back.hours, back.reason, first.hours) == (-150, "漏登", 150)
    assert hours.view(field.zhang, 2026, LATER).credited == 0


def test_a_years_hours_are_not_carried_over(field: District) -> None:
    confirmed(field.branch, ["M1"], "20", starts_at=START - timedelta(days=365))
    assert hours.view(field.zhang, 2025, START).credited == 2000
    assert hours.view(field.zhang, 2026, START).credited == 0


def test_partial_attendance_counts_as_planned_until_confirmed(field: District) -> None:
    key = published(field.branch, credit=Decimal(2))
    attendance.call_roll(field.leader, key, AttendanceStatus.PARTIAL, ["M1"], minutes(5))
    attendance.confirm(field.leader, key, minutes(100))
    assert hours.view(field.zhang, 2026, LATER).credited == 100
