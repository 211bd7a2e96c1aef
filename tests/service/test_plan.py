"""年度计划: entered once, copied, changed, and made into sessions by the one way there is (R15, R20)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import AuditLog, PlanItem, StudySession
from models.terms import Area, DueScope, SessionKind, SessionState
from services import rulebook, tree
from services.actor import member_actor
from services.branch_life import arranging, plan
from services.branch_life.plan import Entry
from services.clock import civil_day
from services.study import sessions
from tests.builders import START, district, refused, state

TODAY = civil_day(START)
LATER = START + timedelta(days=5)


@pytest.fixture
def field(db: Any) -> Any:
    return district()


def entry(title: str = "学习党章", month: int = 11, **changes: Any) -> Entry:
    values: dict[str, Any] = {
        "kind": SessionKind.THEME_DAY,
        "areas": (Area.RULES, Area.THEORY),
        "minutes": 90,
    }
    return Entry(month=month, title=title, **(values | changes))


def rows(field: Any, year: int = 2026) -> list[plan.Row]:
    return plan.of_year(field.leader, "ZB1", year, START)[1]


def only(field: Any) -> plan.Row:
    (row,) = rows(field)
    return row


def test_lines_are_entered_at_once_and_stand_by_month(field: Any) -> None:
    assert plan.add(field.leader, "ZB1", 2026, [entry("乙", 12), entry(" 甲 ", 3)], START) == 2
    assert [(row.entry.month, row.entry.title) for row in rows(field)] == [(3, "甲"), (12, "乙")]
    assert rows(field)[0].entry.areas == (Area.THEORY, Area.RULES)
    assert AuditLog.select().where(AuditLog.action == "plan.added").count() == 2


def test_a_second_press_adds_nothing(field: Any) -> None:
    plan.add(field.leader, "ZB1", 2026, [entry()], START)
    assert plan.add(field.leader, "ZB1", 2026, [entry()], START + timedelta(minutes=1)) == 0
    assert plan.add(field.leader, "ZB1", 2026, [entry()], START + timedelta(hours=1)) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"month": 0}, "month"),
        ({"month": 13}, "month"),
        ({"title": "  "}, "text"),
        ({"title": "很" * 61}, "text"),
        ({"areas": ()}, "areas"),
        ({"minutes": 5}, "minutes"),
        ({"minutes": 9999}, "minutes"),
        ({"kind": SessionKind.HOME_VISIT}, "kind"),
    ],
)
def test_one_bad_line_keeps_all_of_them_out(field: Any, changes: dict[str, Any], code: str) -> None:
    with refused(code):
        plan.add(field.leader, "ZB1", 2026, [entry(), entry(**changes)], START)
    assert not PlanItem.select().exists()


def test_only_near_years_and_no_more_than_a_years_worth(field: Any) -> None:
    for year in (2024, 2028):
        with refused("year"):
            plan.add(field.leader, "ZB1", year, [entry()], START)
    most = rulebook.current().cadence(TODAY).plan_items
    with refused("full"):
        plan.add(field.leader, "ZB1", 2026, [entry(f"第{at}次") for at in range(most + 1)], START)
    with refused("none"):
        plan.add(field.leader, "ZB1", 2026, [], START)


def test_nobody_plans_for_another_branch(field: Any) -> None:
    plan.add(field.leader, "ZB1", 2026, [entry()], START)
    key = only(field).key
    for actor in (field.outsider, member_actor(field.zhang.id), field.headman):
        for verb in (
            lambda actor=actor: plan.add(actor, "ZB1", 2026, [entry()], START),
            lambda actor=actor: plan.one(actor, key, START),
            lambda actor=actor: plan.change(actor, key, entry("别的"), START),
            lambda actor=actor: plan.remove(actor, key, START),
            lambda actor=actor: arranging.to_session(actor, key, LATER, None, START),
        ):
            with refused("not_found"):
                verb()
    assert plan.one(field.above, key, START).entry.title == "学习党章"
    for unknown in ("x" * 20, "no\x00ne", "短"):
        with refused("not_found"):
            plan.one(field.leader, unknown, START)


def test_last_years_plan_is_copied_once(field: Any) -> None:
    plan.add(field.leader, "ZB1", 2025, [entry("甲", 3), entry("乙", 4)], START)
    plan.add(field.leader, "ZB1", 2026, [entry("甲", 3)], START)
    assert plan.copy(field.leader, "ZB1", 2026, START) == 1
    assert plan.copy(field.leader, "ZB1", 2026, START) == 0
    assert [row.entry.title for row in rows(field)] == ["甲", "乙"]
    with refused("none"):
        plan.copy(field.above, "ZB2", 2026, START)


def test_a_line_becomes_a_session_once_and_stays_as_it_was(field: Any) -> None:
    plan.add(field.leader, "ZB1", 2026, [entry()], START)
    key = only(field).key
    session = arranging.to_session(field.leader, key, LATER, "党员活动室", START)
    assert arranging.to_session(field.leader, key, LATER, "别处", START).key == session.key
    assert StudySession.select().count() == 1
    assert (session.title, session.place, session.credit) == ("学习党章", "党员活动室", 150)
    assert state(session.key) is SessionState.PUBLISHED
    assert (only(field).session, only(field).starts_at) == (session.key, LATER)
    with refused("arranged"):
        plan.change(field.leader, key, entry("别的"), START)
    with refused("arranged"):
        plan.remove(field.leader, key, START)


def test_a_line_may_become_a_draft(field: Any) -> None:
    plan.add(field.leader, "ZB1", 2026, [entry()], START)
    session = arranging.to_session(field.leader, only(field).key, LATER, None, START, publish=False)
    assert state(session.key) is SessionState.DRAFT


def test_a_cancelled_session_leaves_the_line_to_be_arranged_anew(field: Any) -> None:
    plan.add(field.leader, "ZB1", 2026, [entry()], START)
    key = only(field).key
    first = arranging.to_session(field.leader, key, LATER, None, START)
    assert arranging.unarranged(field.branch, TODAY) == 0
    sessions.cancel(field.leader, first.key, START)
    assert arranging.unarranged(field.branch, TODAY) == 1
    second = arranging.to_session(field.leader, key, LATER + timedelta(days=1), None, START)
    assert second.key != first.key
    assert only(field).session == second.key


def test_a_groups_meeting_is_held_by_the_group_that_was_chosen(field: Any) -> None:
    plan.add(field.leader, "ZB1", 2026, [entry(kind=SessionKind.GROUP_MEETING)], START)
    key = only(field).key
    assert [code for code, _ in tree.groups(field.branch)] == ["ZB1X1", "ZB1X2"]
    with refused("not_found"):
        arranging.to_session(field.leader, key, LATER, None, START, organization="ZB2")
    session = arranging.to_session(field.leader, key, LATER, None, START, organization="ZB1X2")
    assert session.organization.code == "ZB1X2"
    assert session.due_scope is DueScope.ALL


def test_what_no_session_can_be_leaves_the_line_alone(field: Any) -> None:
    plan.add(field.leader, "ZB1", 2026, [entry()], START)
    with refused("start"):
        arranging.to_session(field.leader, only(field).key, START + timedelta(days=400), None, START)
    with refused("text"):
        arranging.to_session(field.leader, only(field).key, LATER, "远" * 51, START)
    assert only(field).session is None


def test_this_months_open_lines_are_counted_for_the_own_branch_alone(field: Any) -> None:
    plan.add(field.leader, "ZB1", 2026, [entry("甲"), entry("乙"), entry("丙", 12)], START)
    assert arranging.unarranged_led([field.branch.path], TODAY) == 2
    assert arranging.unarranged_led([field.committee.path, field.neighbour.path], TODAY) == 0
    assert arranging.unarranged_led([], TODAY) == 0


def test_changed_and_removed_while_it_is_only_planned(field: Any) -> None:
    plan.add(field.leader, "ZB1", 2026, [entry("甲"), entry("乙")], START)
    first, second = rows(field)
    plan.change(field.leader, first.key, entry("丙", 10, minutes=60), START)
    plan.remove(field.leader, second.key, START)
    assert (only(field).entry.title, only(field).entry.minutes) == ("丙", 60)
