"""Who is told that a round of 述学 closes is exactly who is asked to file in it (R40, R90)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from models import Member, Reminder
from models.terms import CycleType, ExemptionKind, Topic
from services.actor import OPERATOR
from services.clock import ZONE
from services.reminders import due_still, plan
from services.reminders.outbox import write
from services.shuxue import cycles
from services.shuxue.cycles import CyclePlan
from tests.builders import bound, district, exempt, member

DUE = date(2026, 10, 30)
NOW = datetime(2026, 10, 26, 9, 0, tzinfo=ZONE)
DAY = timedelta(days=1)


def test_the_search_and_the_round_agree_about_everybody(db: Any) -> None:
    d = district()
    today = NOW.date()
    for number, kind in enumerate(ExemptionKind):
        exempt(member(f"X{number}", d.branch), kind)
        exempt(member(f"Y{number}", d.branch), kind, starts=DUE)
        exempt(member(f"Z{number}", d.branch), kind, ends=DUE - DAY)
        exempt(member(f"W{number}", d.branch), kind, starts=DUE + DAY)
        exempt(member(f"V{number}", d.branch), kind, starts=today, ends=today)
    member("A1", d.branch, active_to=today - DAY)
    member("A2", d.branch, active_to=today)
    member("A3", d.branch, active_from=today)
    member("A4", d.branch, active_from=today + DAY)
    for each in Member.select():
        bound(each)
    opened = [
        cycles.open_cycle(OPERATOR, CyclePlan("DW", CycleType.ANNUAL, 2026, DUE), NOW - 9 * DAY),
        cycles.open_cycle(OPERATOR, CyclePlan("ZB1", CycleType.QUARTER, 2026, DUE, 3), NOW - 9 * DAY),
    ]
    for now in (NOW, NOW + 2 * DAY):
        found = next(iter(plan.decide_by_chunk(now, topics={Topic.REPORT_WINDOW})))
        for cycle in opened:
            covered = {each.id: each for each in Member.select() if cycles.covers(cycle, each, now)}
            told = {each.member for each in found.due if each.period == cycle.key}
            held = {each.member for each in found.suppressed if each.period == cycle.key}
            asked = {number for number, each in covered.items() if cycles.required(cycle, each)}
            # Of two rounds that close on one day, the limit of a month lets one be told.
            often = {each.member for each in found.suppressed if each.why.value == "frequency"}
            assert told | (often & asked & held) == asked
            assert told | held == set(covered)


def test_what_the_search_has_found_is_still_due_when_it_is_sent(db: Any) -> None:
    d = district()
    exempt(d.zhang, ends=DUE - DAY)
    exempt(d.li, ExemptionKind.ORG_LIFE_PAUSED, starts=DUE)
    for each in (d.zhang, d.li):
        bound(each)
    cycles.open_cycle(OPERATOR, CyclePlan("ZB1", CycleType.QUARTER, 2026, DUE, 3), NOW - 9 * DAY)
    found = next(iter(plan.decide_by_chunk(NOW, topics={Topic.REPORT_WINDOW})))
    assert {each.number for each in found.due} == {"M1"}
    write(found, "2026版", NOW)
    [row] = Reminder.select().where(Reminder.member == d.zhang)
    assert due_still.still_due(row, NOW)
    exempt(d.zhang, starts=DUE)
    assert not due_still.still_due(row, NOW)
