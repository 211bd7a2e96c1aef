"""Dates and hours as people say them."""

from __future__ import annotations

from datetime import datetime

import pytest

from services import spoken
from services.clock import ZONE

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 11, 21, 14, 0, tzinfo=ZONE), "今天 14:00"),
        (datetime(2026, 11, 22, 9, 5, tzinfo=ZONE), "明天 9:05"),
        (datetime(2026, 11, 26, 9, 30, tzinfo=ZONE), "周四 9:30"),
        (datetime(2026, 11, 28, 9, 30, tzinfo=ZONE), "11月28日（周六） 9:30"),
        (datetime(2026, 11, 20, 9, 30, tzinfo=ZONE), "昨天 9:30"),
        (datetime(2026, 11, 19, 9, 30, tzinfo=ZONE), "11月19日（周四） 9:30"),
        (datetime(2027, 3, 5, 9, 30, tzinfo=ZONE), "2027年3月5日（周五） 9:30"),
        (datetime(2015, 7, 1, 9, 30, tzinfo=ZONE), "2015年7月1日 9:30"),
    ],
)
def test_a_moment_is_said_as_people_say_it(moment: datetime, said: str) -> None:
    assert spoken.spoken_moment(moment, NOW) == said


@pytest.mark.parametrize(
    ("stored", "said"), [(2150, "21.5"), (3200, "32"), (75, "0.75"), (0, "0"), (1000, "10")]
)
def test_hours_carry_no_empty_decimals(stored: int, said: str) -> None:
    assert spoken.hours(stored) == said


def test_lines_of_the_ledger_carry_their_sign_and_one_decimal() -> None:
    assert (spoken.signed_hours(150), spoken.signed_hours(-100)) == ("+1.5", "−1.0")


def test_digits_stand_in_pairs() -> None:
    assert spoken.paired("483920") == "48 39 20"
