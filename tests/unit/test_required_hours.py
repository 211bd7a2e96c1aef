"""Required hours by months, offices and exemptions, and whose gap it is (R01, R02, R04, R09, R10)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.terms import ExemptionKind, HoursFlag, Role
from services.policy.required import (
    Period,
    Requirement,
    Standing,
    flag_of,
    required_hours,
    standing_of,
)

RULES = Requirement(Decimal(32), Decimal(56), prorate=True, step=Decimal("0.5"))
LONG_AGO = Period(date(2010, 1, 1))
AUTUMN = date(2026, 11, 21)


def required(
    standing: Standing, year: int = 2026, on: date = AUTUMN, rules: Requirement = RULES
) -> str | None:
    hours = required_hours(standing, year, on, rules)
    return None if hours is None else f"{hours:.1f}"


def test_a_whole_year_is_32_hours_and_56_on_the_committee() -> None:
    assert required(Standing(LONG_AGO)) == "32.0"
    assert required(Standing(LONG_AGO, committee=(LONG_AGO,))) == "56.0"


@pytest.mark.parametrize(
    ("month", "hours"), [(1, "32.0"), (2, "29.5"), (4, "24.0"), (7, "16.0"), (10, "8.0"), (12, "3.0")]
)
def test_arriving_during_the_year_prorates_with_the_starting_month_and_rounds_up(
    month: int, hours: str
) -> None:
    for day in (1, 15, 28):
        assert required(Standing(Period(date(2026, month, day)))) == hours


def test_leaving_prorates_with_the_last_month() -> None:
    assert required(Standing(Period(date(2010, 1, 1), date(2026, 3, 1)))) == "8.0"


def test_a_year_without_membership_requires_nothing() -> None:
    assert required(Standing(Period(date(2027, 1, 1)))) == "0.0"
    assert required(Standing(Period(date(2010, 1, 1), date(2025, 12, 31)))) == "0.0"


def test_an_office_from_july_on_needs_the_committees_hours_for_half_the_year() -> None:
    assert required(Standing(LONG_AGO, committee=(Period(date(2026, 7, 31)),))) == "44.0"


def test_two_offices_at_once_count_once() -> None:
    both = (Period(date(2026, 1, 1), date(2026, 6, 30)), Period(date(2026, 3, 1), date(2026, 6, 1)))
    assert required(Standing(LONG_AGO, committee=both)) == "44.0"


def test_an_exemption_in_force_on_the_day_lifts_the_whole_requirement() -> None:
    standing = Standing(LONG_AGO, not_required=(Period(date(2026, 5, 10), date(2026, 9, 20)),))
    assert required(standing, on=date(2026, 5, 10)) is None
    assert required(standing, on=date(2026, 9, 20)) is None
    assert required(standing, on=date(2026, 9, 21)) == "24.0"
    assert required(standing, on=date(2026, 5, 9)) == "24.0"


def test_a_past_year_is_asked_as_of_its_last_day() -> None:
    standing = Standing(LONG_AGO, not_required=(Period(date(2025, 12, 1)),))
    assert required(standing, 2025, AUTUMN) is None
    assert required(standing, 2024, AUTUMN) == "32.0"
    assert required(Standing(LONG_AGO, not_required=(Period(date(2026, 2, 1)),)), 2027, AUTUMN) is None


def test_without_proration_the_highest_requirement_of_the_year_holds_in_full() -> None:
    rules = Requirement(Decimal(32), Decimal(56), prorate=False, step=Decimal("0.5"))
    assert required(Standing(Period(date(2026, 12, 1))), rules=rules) == "32.0"
    december = Standing(LONG_AGO, committee=(Period(date(2026, 12, 1)),))
    assert required(december, rules=rules) == "56.0"
    assert required(Standing(Period(date(2027, 1, 1))), rules=rules) == "0.0"


def test_only_offices_of_the_committee_and_only_not_required_bear_on_the_hours() -> None:
    standing = standing_of(
        LONG_AGO,
        [(role, Period(date(2026, 1, 1))) for role in Role],
        [(kind, Period(date(2026, 1, 1))) for kind in ExemptionKind],
    )
    assert (len(standing.committee), len(standing.not_required)) == (3, 1)


@pytest.mark.parametrize(
    ("required", "credited", "offered", "flag"),
    [
        (None, "0", "0", None),
        ("32", "32", "0", None),
        ("32", "31.5", "32", HoursFlag.HOURS_SHORT),
        ("32", "31.5", "31.5", HoursFlag.BRANCH_SHORT),
        ("32", "0", "40", HoursFlag.HOURS_SHORT),
        ("0", "0", "0", None),
    ],
)
def test_the_gap_is_the_members_only_when_enough_was_offered(
    required: str | None, credited: str, offered: str, flag: HoursFlag | None
) -> None:
    needed = None if required is None else Decimal(required)
    assert flag_of(needed, Decimal(credited), Decimal(offered)) is flag


DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@settings(max_examples=100, deadline=None, database=None)
@given(start=DAYS, end=st.none() | DAYS, office=st.none() | DAYS, pause=st.none() | st.tuples(DAYS, DAYS))
def test_the_requirement_lies_between_nothing_and_the_committees_and_is_a_whole_number_of_steps(
    start: date, end: date | None, office: date | None, pause: tuple[date, date] | None
) -> None:
    standing = Standing(
        Period(start, end),
        (Period(office),) if office else (),
        (Period(min(pause), max(pause)),) if pause else (),
    )
    hours = required_hours(standing, 2026, AUTUMN, RULES)
    assert hours is None or (0 <= hours <= 56 and hours % Decimal("0.5") == 0)
