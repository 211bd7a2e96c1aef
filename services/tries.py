"""Wrong tries of one account on one day: guessing ends politely."""

from __future__ import annotations

from datetime import datetime

from models import TryCount
from services.clock import civil_day


def count(kind: str, subject: str, now: datetime) -> int:
    """Count one wrong try of today and return how many there are now."""
    day = civil_day(now)
    TryCount.insert(kind=kind, subject=subject, day=day, count=1).on_conflict(
        conflict_target=[TryCount.kind, TryCount.subject, TryCount.day],
        update={TryCount.count: TryCount.count + 1},
    ).execute()
    return today(kind, subject, now)


def today(kind: str, subject: str, now: datetime) -> int:
    """Return how many wrong tries of a kind an account made today."""
    row = TryCount.get_or_none(
        TryCount.kind == kind, TryCount.subject == subject, TryCount.day == civil_day(now)
    )
    return 0 if row is None else row.count
