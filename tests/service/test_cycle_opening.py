"""Rounds of 述学 that open by themselves, where the rules say so (R40)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from models import AuditLog, ReportCycle
from models.terms import CycleType, OrgKind
from scheduler.jobs import JOBS
from services import rulebook
from services.actor import OPERATOR
from services.clock import ZONE
from services.rulebook import AutoRules
from services.shuxue import cycles, opening
from services.shuxue.cycles import CyclePlan
from tests.builders import District, district, organization

BOTH = frozenset({CycleType.QUARTER, CycleType.ANNUAL})
DUES = ((3, 20), (6, 20), (9, 20), (12, 20))


def at(month: int, day: int, year: int = 2026) -> datetime:
    return datetime(year, month, day, 9, 0, tzinfo=ZONE)


def keys() -> list[str]:
    return sorted(row.key for row in ReportCycle.select())


@pytest.fixture
def place(db: Any) -> District:
    return district()


@pytest.fixture
def auto(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Switch rounds on: with these kinds, days and last days."""

    def switch(
        kinds: frozenset[CycleType] = BOTH,
        days: int = 20,
        quarters: tuple[tuple[int, int], ...] = DUES,
        year: tuple[int, int] = (12, 25),
    ) -> None:
        rules = rulebook.current().shuxue(date(2026, 1, 1))
        monkeypatch.setitem(vars(rules), "auto", AutoRules(kinds, days, quarters, year))

    return switch


def test_as_shipped_nothing_opens_by_itself(place: District) -> None:
    shipped = rulebook.current().shuxue(date(2026, 12, 1)).auto
    assert (shipped.cycles, shipped.days, shipped.quarter_due) == (frozenset(), 20, DUES)
    assert opening.open_scheduled(at(12, 10)) == 0
    assert keys() == []


def test_a_round_opens_for_the_whole_tree_so_many_days_before_its_last_one(
    place: District, auto: Any
) -> None:
    auto()
    assert opening.open_scheduled(at(11, 29)) == 0
    assert opening.open_scheduled(at(11, 30)) == 1
    cycle = cycles.find("DW-2026Q4")
    assert (cycle.opens, cycle.due, cycle.title) == (date(2026, 11, 30), date(2026, 12, 20), "四季度述学")
    assert (cycle.created_by_id, AuditLog.get().actor_kind) == (None, "system")
    assert opening.open_scheduled(at(12, 5)) == 1
    assert keys() == ["DW-2026Q4", "DW-2026Y"]
    assert [opening.open_scheduled(at(12, day)) for day in (5, 6, 20, 25)] == [0] * 4
    cycles.close(OPERATOR, "DW-2026Q4", at(12, 8))
    assert opening.open_scheduled(at(12, 9)) == 0, "what was closed is not opened again"


def test_each_kind_has_its_switch(place: District, auto: Any) -> None:
    auto(frozenset({CycleType.ANNUAL}))
    assert opening.open_scheduled(at(12, 10)) == 1
    assert keys() == ["DW-2026Y"]


def test_after_an_outage_it_opens_late_and_after_its_last_day_never(place: District, auto: Any) -> None:
    auto(frozenset({CycleType.QUARTER}))
    assert opening.open_scheduled(at(9, 21)) == 0
    assert opening.open_scheduled(at(12, 19)) == 1
    assert cycles.find("DW-2026Q4").opens == date(2026, 12, 19)


def test_a_last_day_in_the_next_year_belongs_to_the_year_before(place: District, auto: Any) -> None:
    auto(BOTH, 10, ((4, 10), (7, 10), (10, 10), (1, 10)), (1, 15))
    assert opening.open_scheduled(at(1, 5, 2027)) == 2
    assert {(row.key, row.due) for row in ReportCycle.select()} == {
        ("DW-2026Q4", date(2027, 1, 10)),
        ("DW-2026Y", date(2027, 1, 15)),
    }
    assert opening.open_scheduled(at(4, 1, 2027)) == 1
    assert "DW-2027Q1" in keys()


def test_where_the_round_stands_above_or_below_nothing_is_opened(place: District, auto: Any) -> None:
    auto(frozenset({CycleType.QUARTER}))
    organization("DW2", OrgKind.COMMITTEE)
    organization("ZB9")
    plan = CyclePlan("ZB1", CycleType.QUARTER, 2026, date(2026, 12, 10), 4)
    cycles.open_cycle(OPERATOR, plan, at(11, 20))
    assert opening.open_scheduled(at(12, 1)) == 2
    assert keys() == ["DW2-2026Q4", "ZB1-2026Q4", "ZB9-2026Q4"]


def test_it_is_a_job_of_every_six_hours() -> None:
    [job] = [job for job in JOBS if job.work is opening.open_scheduled]
    assert (job.name, job.every) == ("open_cycles", 21600)
