"""What a session is worth, and to whom (R03, R05, R06, R07); amounts without a float."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.policy import amounts
from services.policy.credit import counted, default_credit, partial_credit, split_by_year

STEP = Decimal("0.5")
EVE, FIRST = date(2026, 12, 31), date(2027, 1, 1)


@pytest.mark.parametrize(
    ("minutes", "by_60", "by_50", "by_45"),
    [
        (90, "1.5", "1.5", "2.0"),
        (68, "1.0", "1.0", "1.5"),
        (22, "0.0", "0.0", "0.0"),
        (30, "0.5", "0.5", "0.5"),
        (29, "0.0", "0.5", "0.5"),
        (600, "10.0", "12.0", "13.0"),
    ],
)
def test_a_session_gives_its_minutes_in_half_hours_rounded_down(
    minutes: int, by_60: str, by_50: str, by_45: str
) -> None:
    found = [default_credit(minutes, length, STEP) for length in (60, 50, 45)]
    assert found == [Decimal(by_60), Decimal(by_50), Decimal(by_45)]


@pytest.mark.parametrize(("credit", "part"), [("2", "1.0"), ("1.5", "0.5"), ("0.5", "0.0"), ("0", "0.0")])
def test_a_part_is_half_rounded_down(credit: str, part: str) -> None:
    assert str(partial_credit(Decimal(credit), Decimal("0.5"), STEP)) == part


def test_what_counts_follows_the_ratio_of_the_kind() -> None:
    assert counted(Decimal("1.5"), Decimal(1)) == Decimal("1.5")
    assert counted(Decimal("1.5"), Decimal(0)) == 0


def test_a_session_within_one_year_is_not_split() -> None:
    assert split_by_year([(EVE, 60)], Decimal("1.5"), STEP) == [(EVE, Decimal("1.5"))]
    assert split_by_year([(EVE, 60)], Decimal(0), STEP) == [(EVE, Decimal(0))]


@pytest.mark.parametrize(
    ("before", "after", "credit", "parts"),
    [
        (60, 60, "2", [(EVE, "1.0"), (FIRST, "1.0")]),
        (40, 50, "1.5", [(EVE, "0.5"), (FIRST, "1.0")]),
        (10, 110, "2", [(FIRST, "2")]),
        (119, 1, "2", [(EVE, "1.5"), (FIRST, "0.5")]),
    ],
)
def test_a_session_over_new_year_gives_each_year_its_minutes_and_the_new_one_the_rest(
    before: int, after: int, credit: str, parts: list[tuple[date, str]]
) -> None:
    found = split_by_year([(EVE, before), (FIRST, after)], Decimal(credit), STEP)
    assert found == [(day, Decimal(part)) for day, part in parts]


@settings(max_examples=200, deadline=None, database=None)
@given(before=st.integers(1, 600), after=st.integers(1, 600), halves=st.integers(0, 48))
def test_a_split_neither_makes_nor_loses_anything(before: int, after: int, halves: int) -> None:
    credit = halves * STEP
    parts = split_by_year([(EVE, before), (FIRST, after)], credit, STEP)
    assert sum(part for _, part in parts) == credit
    assert all(part >= 0 and part % STEP == 0 for _, part in parts)
    assert len({day.year for day, _ in parts}) == len(parts)


@pytest.mark.parametrize(
    ("stored", "words"),
    [(0, "0.0"), (50, "0.5"), (150, "1.5"), (3200, "32.0"), (25, "0.25"), (5, "0.05"), (-150, "-1.5")],
)
def test_hours_are_written_with_one_decimal(stored: int, words: str) -> None:
    assert amounts.text(stored) == words
    assert amounts.hundredths(amounts.hours(stored)) == stored


@pytest.mark.parametrize(
    ("value", "down", "up"), [("1.49", "1.0", "1.5"), ("1.5", "1.5", "1.5"), ("0.01", "0.0", "0.5")]
)
def test_rounding_goes_to_whole_steps(value: str, down: str, up: str) -> None:
    assert str(amounts.floor_to(Decimal(value), STEP)) == down
    assert str(amounts.ceil_to(Decimal(value), STEP)) == up
