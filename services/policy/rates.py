"""How full a session was (R28)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from models.terms import AttendanceStatus

#: Statuses of people who were there.
THERE = (AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.PARTIAL)


def rate(there: int, due: int) -> Decimal | None:
    """Return the share of those due who came, in per cent to 0.01; None when nobody was due."""
    if due == 0:
        return None
    return (Decimal(there) * 100 / due).quantize(Decimal("0.01"), ROUND_HALF_UP)


def rates(counts: Mapping[str, int]) -> tuple[Decimal | None, Decimal | None]:
    """Return the rate over all due, and the rate that leaves approved leave out.

    `counts` maps statuses of the members due to their number. 17 present, 1 late, 3 on leave and
    1 absent of 22 give 81.82 and 94.74.
    """
    due = sum(counts.values())
    there = sum(counts.get(status, 0) for status in THERE)
    return rate(there, due), rate(there, due - counts.get(AttendanceStatus.LEAVE, 0))
