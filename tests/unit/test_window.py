"""The door of a session, the state people see, and whose clock judges a scan (R23)."""

from __future__ import annotations

import pytest

from models.terms import SessionState
from services.policy.window import Arrival, arrival_at, judged_moment, state_at, window_of

START, END = 1_000_000, 1_005_400
DOOR = window_of(START, open_before=30, on_time=10, late_until=30)


@pytest.mark.parametrize(
    ("seconds", "arrival"),
    [
        (-1801, Arrival.TOO_EARLY),
        (-1800, Arrival.ON_TIME),
        (0, Arrival.ON_TIME),
        (600, Arrival.ON_TIME),
        (601, Arrival.LATE),
        (1800, Arrival.LATE),
        (1801, Arrival.TOO_LATE),
    ],
)
def test_both_ends_of_a_span_belong_to_it(seconds: int, arrival: Arrival) -> None:
    assert arrival_at(DOOR, START + seconds) is arrival


def test_a_door_without_a_late_span_shuts_when_the_on_time_span_ends() -> None:
    strict = window_of(START, open_before=0, on_time=0, late_until=0)
    assert [arrival_at(strict, START + second) for second in (-1, 0, 1)] == [
        Arrival.TOO_EARLY,
        Arrival.ON_TIME,
        Arrival.TOO_LATE,
    ]


@pytest.mark.parametrize(
    ("now", "closed_at", "state"),
    [
        (START - 1801, None, SessionState.PUBLISHED),
        (START - 1800, None, SessionState.OPEN),
        (END, None, SessionState.OPEN),
        (END + 1, None, SessionState.CLOSED),
        (START, START - 60, SessionState.CLOSED),
    ],
)
def test_a_published_session_opens_and_closes_by_the_clock_or_the_chair(
    now: int, closed_at: int | None, state: SessionState
) -> None:
    assert state_at("PUBLISHED", START, END, closed_at, open_before=30, now=now) is state


@pytest.mark.parametrize("stored", ["DRAFT", "CONFIRMED", "REOPENED", "CANCELLED"])
def test_other_states_do_not_follow_the_clock(stored: str) -> None:
    for now in (START - 9999, START, END + 9999):
        assert state_at(stored, START, END, None, open_before=30, now=now) == stored


@pytest.mark.parametrize(
    ("drift", "ours"), [(0, False), (120, False), (-120, False), (121, True), (-121, True)]
)
def test_the_platforms_time_counts_unless_it_strays_from_our_clock(drift: int, ours: bool) -> None:
    now = 5_000
    assert judged_moment(now + drift, now) == (now if ours else now + drift)
