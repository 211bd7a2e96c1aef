"""A year of a small district: who is told what, whatever befalls two schedulers (R91–R97, F13, G7, G8)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bench import year_world
from bench.year import Year


def days(apart: int) -> list[date]:
    """The days around checkpoints and holidays, and between them each so many days apart."""
    first = date(year_world.YEAR, 1, 1)
    every = [first + timedelta(days=number) for number in range(365)]
    near = {(3, 31), (6, 30), (9, 30), (10, 8), (11, 15), (11, 16), (2, 14), (2, 24)}
    return [day for day in every if day.toordinal() % apart == 0 or (day.month, day.day) in near]


@pytest.mark.usefixtures("commits")
def test_a_year_of_a_small_district_breaks_no_rule(db: Any) -> None:
    # A server answers a thousand small questions slower than a file does; the whole year runs on the file.
    year = Year(branches=10, sample=60 if db.server else None, calm=db.server)
    for day in days(apart=10 if db.server else 5):
        year.day(day, (9, 21) if day.day % 5 == 0 else (9,))
    assert year.check() == []
    assert year.counts["HOURS_GAP", "due"]
    assert year.counts["BRANCH_SHORT", "due"]
    if db.server:
        return
    befell = year.trouble.told
    assert {"killed", "taken over", "leaps and back", "days away"} <= set(befell)
    assert befell["killed"] == befell["taken over"]
    told = {topic for (topic, outcome), count in year.counts.items() if outcome == "due" and count}
    assert {
        "SESSION_TOMORROW", "HOURS_GAP", "BRANCH_SHORT", "REPORT_WINDOW", "REPORT_RETURNED", "MAKE_UP",
        "CONTACT_DUE", "NEW_SECRETARY", "NEW_MEMBER", "CARE",
    } <= told, year.table()  # fmt: skip
    reasons = {outcome for _, outcome in year.counts}
    assert {
        "opted_out",
        "unbound",
        "exempt",
        "branch_short",
        "quiet_hours",
        "frequency",
        "stale",
    } <= reasons, year.table()
