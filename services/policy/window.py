"""When a session can be signed, what a moment of arrival means, and what state a session is in (R23)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from models.terms import AttendanceStatus, SessionState

#: States in which nothing about attendance is open any more.
SETTLED = frozenset({SessionState.CONFIRMED, SessionState.CANCELLED})


class Arrival(Enum):
    """What a scan at a moment means."""

    TOO_EARLY = "too_early"
    ON_TIME = "on_time"
    LATE = "late"
    TOO_LATE = "too_late"


@dataclass(frozen=True)
class Window:
    """The moments of a session's door, in seconds since 1970."""

    opens: int
    late_after: int
    closes: int


def window_of(starts_at: int, open_before: int, on_time: int, late_until: int) -> Window:
    """Return the door's moments; the three settings are minutes around the planned start (R23)."""
    return Window(starts_at - open_before * 60, starts_at + on_time * 60, starts_at + late_until * 60)


def arrival_at(window: Window, at: int) -> Arrival:
    """Judge a moment: both ends of a span belong to it, so that 10 minutes after the start is in time."""
    if at < window.opens:
        return Arrival.TOO_EARLY
    if at <= window.late_after:
        return Arrival.ON_TIME
    if at <= window.closes:
        return Arrival.LATE
    return Arrival.TOO_LATE


STATUS_OF = {Arrival.ON_TIME: AttendanceStatus.PRESENT, Arrival.LATE: AttendanceStatus.LATE}


def state_at(
    stored: str, starts_at: int, ends_at: int, closed_at: int | None, *, open_before: int, now: int
) -> SessionState:
    """Return the state that people see: OPEN and CLOSED follow from the clock or the chair."""
    state = SessionState(stored)
    if state is not SessionState.PUBLISHED:
        return state
    if closed_at is not None or now > ends_at:
        return SessionState.CLOSED
    return SessionState.OPEN if now >= starts_at - open_before * 60 else SessionState.PUBLISHED


def judged_moment(claimed: int, now: int, tolerance: int = 120) -> int:
    """Return the moment by which a scan is judged: the platform's own time unless it strays from our clock.

    WECHAT part 4: CreateTime within ± 120 s counts; beyond that our clock does.
    """
    return claimed if abs(claimed - now) <= tolerance else now
