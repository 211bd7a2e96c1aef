"""When a reminder is due and when it must wait: the pure conditions of R90–R97 and F13."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import calendar
from services.policy import reminders as policy
from services.policy.reminders import Checkpoint, Gap, Quiet

QUIET = Quiet(time(20), time(8), workdays_only=True)
OFF = calendar.days_off(date(2025, 12, 1), date(2027, 12, 31))
POINTS = ((3, 31), (6, 30), (9, 30), (11, 15))
JUNE, LAST = Checkpoint(date(2026, 6, 30), last=False), Checkpoint(date(2026, 11, 15), last=True)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 8, 31), 6, date(2025, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
    ],
)
def test_months_are_counted_to_the_same_day_or_the_months_last_R12_R14(
    day: date, months: int, expected: date
) -> None:
    assert policy.add_months(day, months) == expected


@pytest.mark.parametrize(
    ("day", "hundredths"),
    [
        (date(2026, 3, 31), 789),
        (date(2026, 6, 30), 1587),
        (date(2026, 9, 30), 2393),
        (date(2026, 12, 31), 3200),
    ],
)
def test_the_linear_pace_of_32_hours_R91(day: date, hundredths: int) -> None:
    assert policy.pace(3200, day) == hundredths


@pytest.mark.parametrize(
    ("credited", "offered", "planned", "expected"),
    [
        (1000, 1000, 2200, Gap.NONE),  # the plan is enough
        (900, 1000, 2200, Gap.MEMBER),  # something was missed, and the branch has arranged enough
        (1000, 1000, 2150, Gap.BRANCH),  # the branch has arranged too little
        (3200, 3200, 0, Gap.NONE),  # enough, and exactly so
        (0, 0, 0, Gap.BRANCH),
    ],
)
def test_the_plan_decides_whether_there_is_a_gap_and_whose_R91_R93(
    credited: int, offered: int, planned: int, expected: Gap
) -> None:
    assert policy.judge_gap(3200, credited, offered, planned, JUNE, by_pace=False) is expected


@pytest.mark.parametrize(
    ("credited", "offered", "planned", "expected"),
    [
        (3100, 3200, 400, Gap.MEMBER),  # enough was offered, so the plan no longer excuses
        (3100, 3100, 400, Gap.NONE),  # not enough offered yet, and the plan closes the gap
        (2600, 3100, 400, Gap.MEMBER),  # not even the plan closes it
        (3200, 3600, 0, Gap.NONE),
    ],
)
def test_at_the_last_checkpoint_whoever_was_offered_enough_is_told_R97(
    credited: int, offered: int, planned: int, expected: Gap
) -> None:
    assert policy.judge_gap(3200, credited, offered, planned, LAST, by_pace=False) is expected


@pytest.mark.parametrize(
    ("credited", "offered", "expected"),
    [(1587, 1600, Gap.NONE), (1586, 1600, Gap.MEMBER), (1500, 1500, Gap.BRANCH)],
)
def test_by_pace_the_share_of_the_year_is_asked_for_R96(credited: int, offered: int, expected: Gap) -> None:
    assert policy.judge_gap(3200, credited, offered, 9900, JUNE, by_pace=True) is expected


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 3, 30), None),
        (date(2026, 3, 31), Checkpoint(date(2026, 3, 31), last=False)),
        (date(2026, 4, 14), Checkpoint(date(2026, 3, 31), last=False)),
        (date(2026, 4, 15), None),
        (date(2026, 11, 16), Checkpoint(date(2026, 11, 15), last=True)),
        (date(2027, 1, 2), None),
    ],
)
def test_a_checkpoint_is_told_of_for_some_days(today: date, expected: Checkpoint | None) -> None:
    assert policy.checkpoint_at(today, POINTS, 14) == expected


def test_the_last_checkpoint_does_not_reach_into_the_next_year() -> None:
    assert policy.checkpoint_at(date(2027, 1, 3), ((12, 31),), 14) is None


@pytest.mark.parametrize(
    ("at", "quiet"),
    [
        (datetime(2026, 11, 16, 7, 59, 59), True),
        (datetime(2026, 11, 16, 8, 0), False),
        (datetime(2026, 11, 16, 19, 59, 59), False),
        (datetime(2026, 11, 16, 20, 0), True),
        (datetime(2026, 11, 15, 10, 0), True),  # a Sunday
        (datetime(2026, 1, 4, 10, 0), False),  # a Sunday on which work is done
        (datetime(2026, 2, 17, 10, 0), True),  # Spring Festival
    ],
)
def test_nothing_is_sent_in_the_evening_at_night_or_on_a_day_off_F13(at: datetime, quiet: bool) -> None:
    assert policy.is_quiet(at, QUIET, OFF) is quiet


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 11, 16, 9, 30), datetime(2026, 11, 16, 9, 30)),
        (datetime(2026, 11, 16, 3, 0), datetime(2026, 11, 16, 8, 0)),
        (datetime(2026, 11, 13, 20, 0), datetime(2026, 11, 16, 8, 0)),  # Friday evening
        (datetime(2026, 12, 31, 21, 0), datetime(2027, 1, 4, 8, 0)),  # over New Year and a weekend
        (datetime(2025, 12, 31, 23, 0), datetime(2026, 1, 4, 8, 0)),  # the Sunday is a workday
        (datetime(2026, 2, 14, 22, 0), datetime(2026, 2, 24, 8, 0)),  # over Spring Festival
        (datetime(2026, 9, 30, 20, 30), datetime(2026, 10, 8, 8, 0)),  # over National Day
    ],
)
def test_what_falls_into_the_quiet_waits_for_the_next_working_morning(
    at: datetime, expected: datetime
) -> None:
    assert policy.next_allowed(at, QUIET, OFF) == expected


@pytest.mark.parametrize("clock", [time(0), time(12), time(23, 59)])
@pytest.mark.parametrize("same", [time(0), time(8)])
def test_the_same_time_twice_means_that_no_hour_is_quiet(clock: time, same: time) -> None:
    monday, sunday = date(2026, 11, 16), date(2026, 11, 15)
    always, workdays = Quiet(same, same, False), Quiet(same, same, True)
    for day, quiet in ((monday, always), (sunday, always), (monday, workdays)):
        at = datetime.combine(day, clock)
        assert not policy.is_quiet(at, quiet, OFF)
        assert policy.next_allowed(at, quiet, OFF) == at
    at = datetime.combine(sunday, clock)
    assert policy.is_quiet(at, workdays, OFF)
    assert policy.next_allowed(at, workdays, OFF) == datetime.combine(monday, time(0))


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 10, 31)), st.booleans())
def test_no_planned_moment_is_ever_quiet_or_early(at: datetime, workdays_only: bool) -> None:
    quiet = Quiet(time(20), time(8), workdays_only)
    found = policy.next_allowed(at, quiet, OFF)
    assert found >= at
    assert time(8) <= found.time() < time(20)
    assert not workdays_only or found.date() not in OFF
    if not policy.is_quiet(at, quiet, OFF):
        assert found == at


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 11, 20), date(2026, 11, 19)),
        (date(2026, 11, 16), date(2026, 11, 13)),  # Monday: on Friday
        (date(2026, 10, 8), date(2026, 9, 30)),  # after National Day
        (date(2026, 1, 5), date(2026, 1, 4)),  # a Sunday on which work is done
    ],
)
def test_a_session_is_announced_on_the_last_workday_before(day: date, before: date) -> None:
    assert policy.workday_before(day, OFF) == before


@pytest.mark.parametrize(
    ("today", "lead"),
    [
        (date(2026, 10, 1), None),
        (date(2026, 10, 2), 90),
        (date(2026, 11, 30), 90),
        (date(2026, 12, 1), 30),
        (date(2026, 12, 31), 30),
        (date(2027, 1, 1), None),
    ],
)
def test_the_nearest_lead_that_has_come_counts(today: date, lead: int | None) -> None:
    assert policy.lead_of(date(2026, 12, 31), (90, 30), today) == lead


def test_a_new_member_needs_a_training_until_a_year_after_full_membership_R14() -> None:
    joined, full = date(2023, 2, 28), date(2024, 2, 29)
    assert policy.training_windows(joined, full, 12, each=False) == ((joined, date(2025, 2, 28)),)
    assert policy.training_windows(joined, full, 12, each=True) == ((joined, full), (full, date(2025, 2, 28)))
    assert policy.training_windows(joined, None, 12, each=False) == ((joined, date(2025, 2, 28)),)


@pytest.mark.parametrize(
    ("today", "months"),
    [
        (date(2026, 5, 27), None),
        (date(2026, 5, 28), 3),
        (date(2026, 6, 28), 3),
        (date(2026, 6, 29), None),
        (date(2026, 7, 28), 5),
        (date(2026, 8, 28), 5),
        (date(2026, 8, 29), None),
    ],
)
def test_three_and_five_months_without_organisational_life_R32(today: date, months: int | None) -> None:
    assert policy.care_mark(date(2026, 2, 28), today, (3, 5), 31) == months


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 11, 5), None),
        (date(2026, 11, 6), ("2026-10", date(2026, 11, 10))),
        (date(2026, 11, 10), ("2026-10", date(2026, 11, 10))),
        (date(2026, 11, 11), None),
        (date(2026, 1, 8), ("2025-12", date(2026, 1, 10))),
    ],
)
def test_the_month_of_claims_closes_on_the_tenth_R70(today: date, expected: tuple[str, date] | None) -> None:
    assert policy.claim_closing(today, 10, (4,)) == expected


@pytest.mark.parametrize(
    ("day", "off"),
    [
        (date(2026, 2, 14), False),  # a Saturday on which work is done
        (date(2026, 2, 23), True),
        (date(2026, 2, 24), False),
        (date(2026, 9, 20), False),
        (date(2026, 10, 7), True),
        (date(2027, 1, 1), True),
        (date(2027, 2, 8), True),
        (date(2027, 3, 1), False),
    ],
)
def test_days_off_are_those_of_the_official_calendar_this_year_and_the_next(day: date, off: bool) -> None:
    assert (day in OFF) is off


def test_a_unit_may_add_days_off_and_workdays_of_its_own() -> None:
    first, last = date(2027, 2, 1), date(2027, 2, 28)
    found = calendar.days_off(
        first, last, also=frozenset({date(2027, 2, 12)}), but=frozenset({date(2027, 2, 20)})
    )
    assert date(2027, 2, 12) in found
    assert date(2027, 2, 20) not in found
    assert all(first <= day <= last for day in found)
