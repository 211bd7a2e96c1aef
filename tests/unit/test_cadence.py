"""What a branch owes itself by its shape: with and without a committee, with groups, exempt (R15, R20)."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from models.terms import Area, SessionKind
from services.policy import cadence
from services.policy.cadence import Duty, Every, Happening, Shape
from services.rulebook import Rulebook
from services.rulebook.cadence import build

SHIPPED = Path(__file__).resolve().parents[2] / "rules"
TODAY = date(2026, 11, 21)
KIND = SessionKind
RULES = Rulebook(SHIPPED).cadence(TODAY)


def owed(shape: Shape, *happenings: Happening, today: date = TODAY) -> dict[tuple[SessionKind, str], Duty]:
    found = cadence.duties(RULES.meetings, shape, happenings, today)
    return {(duty.kind, duty.whose): duty for duty in found}


def test_a_branch_without_committee_and_groups_owes_neither_of_their_meetings() -> None:
    assert set(owed(Shape(has_committee=False))) == {
        (KIND.GENERAL_MEETING, ""),
        (KIND.THEME_DAY, ""),
        (KIND.PARTY_LECTURE, ""),
        (KIND.ORG_LIFE_MEETING, ""),
    }
    assert (KIND.COMMITTEE_MEETING, "") in owed(Shape(has_committee=True))


def test_each_group_holds_its_own_meeting() -> None:
    shape = Shape(has_committee=True, groups=((7, "第一党小组"), (8, "第二党小组")))
    found = owed(shape, Happening(KIND.GROUP_MEETING, TODAY, held=True, group=8))
    assert found[KIND.GROUP_MEETING, "第一党小组"].lacking == 1
    assert found[KIND.GROUP_MEETING, "第二党小组"].lacking == 0
    # A group's own theme day is not the branch's.
    found = owed(shape, Happening(KIND.THEME_DAY, TODAY, held=True, group=8))
    assert found[KIND.THEME_DAY, ""].lacking == 1


def test_what_a_branch_need_not_hold_is_left_out() -> None:
    assert owed(Shape(has_committee=True, exempt=frozenset(SessionKind))) == {}
    only = owed(Shape(has_committee=True, exempt=frozenset({KIND.GENERAL_MEETING})))
    assert (KIND.GENERAL_MEETING, "") not in only
    assert (KIND.THEME_DAY, "") in only


@pytest.mark.parametrize(
    ("every", "first", "after"),
    [
        (Every.MONTH, date(2026, 11, 1), date(2026, 12, 1)),
        (Every.QUARTER, date(2026, 10, 1), date(2027, 1, 1)),
        (Every.YEAR, date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_periods_are_those_of_the_civil_calendar(every: Every, first: date, after: date) -> None:
    assert cadence.period(every, TODAY) == (first, after)


def test_december_and_leap_day_have_their_ends() -> None:
    assert cadence.period(Every.MONTH, date(2026, 12, 31)) == (date(2026, 12, 1), date(2027, 1, 1))
    assert cadence.period(Every.MONTH, date(2024, 2, 29)) == (date(2024, 2, 1), date(2024, 3, 1))
    assert cadence.period(Every.QUARTER, date(2026, 1, 1)) == (date(2026, 1, 1), date(2026, 4, 1))


def test_held_and_planned_count_in_their_own_period_alone() -> None:
    shape = Shape(has_committee=False)
    found = owed(
        shape,
        Happening(KIND.GENERAL_MEETING, date(2026, 10, 1), held=True),
        Happening(KIND.GENERAL_MEETING, date(2026, 9, 30), held=True),
        Happening(KIND.THEME_DAY, date(2026, 11, 30), held=False),
        Happening(KIND.THEME_DAY, date(2026, 10, 31), held=True),
    )
    meeting, day = found[KIND.GENERAL_MEETING, ""], found[KIND.THEME_DAY, ""]
    assert (meeting.held, meeting.planned, meeting.lacking) == (1, 0, 0)
    assert (day.held, day.planned, day.lacking) == (0, 1, 0)


def test_all_seven_areas_are_named_also_those_with_none() -> None:
    both = (Area.THEORY, Area.RULES)
    tasks = cadence.tasks(
        [
            Happening(KIND.THEME_DAY, TODAY, held=True, areas=both),
            Happening(KIND.THEME_DAY, TODAY, held=False, areas=(Area.THEORY,)),
            Happening(KIND.THEME_DAY, date(2025, 12, 31), held=True, areas=both),
        ],
        2026,
    )
    assert [task.area for task in tasks] == list(Area)
    assert {task.area: (task.held, task.planned) for task in tasks if task.held or task.planned} == {
        Area.THEORY: (1, 1),
        Area.RULES: (1, 0),
    }


@pytest.fixture
def raw() -> dict[str, Any]:
    edition: dict[str, Any] = tomllib.loads((SHIPPED / "cadence.toml").read_text("utf-8"))["edition"][0]
    return edition


def test_the_shipped_rules_are_those_of_the_field() -> None:
    assert [(rule.kind, rule.every, rule.times) for rule in RULES.meetings] == [
        (KIND.GENERAL_MEETING, Every.QUARTER, 1),
        (KIND.COMMITTEE_MEETING, Every.MONTH, 1),
        (KIND.GROUP_MEETING, Every.MONTH, 1),
        (KIND.THEME_DAY, Every.MONTH, 1),
        (KIND.PARTY_LECTURE, Every.QUARTER, 1),
        (KIND.ORG_LIFE_MEETING, Every.YEAR, 1),
    ]
    assert (RULES.idle_days, RULES.least_answers, RULES.notice_days, RULES.questions) == (60, 3, 90, 8)
    assert "条例" in RULES.source


@pytest.mark.parametrize(
    ("block", "name", "value", "words"),
    [
        ("surveys", "least_answers", 2, "at least 3"),
        ("surveys", "choices", 1, "at least 2"),
        ("rest", "idle_days", 0, "at least 1"),
        ("notices", "max_days", "90", "whole number"),
    ],
)
def test_a_limit_that_cannot_be_used_is_named(
    raw: dict[str, Any], block: str, name: str, value: object, words: str
) -> None:
    raw[block][name] = value
    with pytest.raises(ValueError, match=words):
        build(raw)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("times", 0, "1 to 31"),
        ("every", "week", "week"),
        ("of", "anybody", "anybody"),
        ("kind", "PARTY", "PARTY"),
        ("penalty", 1, "penalty"),
    ],
)
def test_a_meeting_that_cannot_be_used_is_named(
    raw: dict[str, Any], name: str, value: object, words: str
) -> None:
    raw["meeting"][0][name] = value
    with pytest.raises(ValueError, match=words):
        build(raw)
