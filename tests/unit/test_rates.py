"""How full a session was (R28)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from models.terms import AttendanceStatus
from services.policy.rates import rate, rates


def test_22_due_with_17_present_1_late_3_on_leave_and_1_absent() -> None:
    counts = {
        AttendanceStatus.PRESENT: 17,
        AttendanceStatus.LATE: 1,
        AttendanceStatus.LEAVE: 3,
        AttendanceStatus.ABSENT: 1,
    }
    assert rates(counts) == (Decimal("81.82"), Decimal("94.74"))


def test_partly_there_is_there() -> None:
    assert rates({"PARTIAL": 1, "EXPECTED": 1}) == (Decimal("50.00"), Decimal("50.00"))


def test_where_nobody_was_due_there_is_no_rate() -> None:
    assert rates({}) == (None, None)
    assert rate(0, 0) is None


def test_where_all_are_on_leave_only_the_second_rate_is_missing() -> None:
    assert rates({"LEAVE": 3}) == (Decimal("0.00"), None)


@pytest.mark.parametrize(
    ("there", "due", "percent"), [(1, 3, "33.33"), (2, 3, "66.67"), (1, 8, "12.50"), (3, 3, "100.00")]
)
def test_a_rate_is_rounded_to_a_hundredth(there: int, due: int, percent: str) -> None:
    assert str(rate(there, due)) == percent
