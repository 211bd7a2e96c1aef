"""What real use does to the console: a form that comes twice, a member who has moved, lists grown long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import ExternalStudy, Member, RollEntry, StudySession, database
from models.terms import Area, AttendanceStatus, ExternalKind, LeaveState, OrgKind, RollOutcome, SessionState
from services.absence import externals, leaves, make_up_lists
from services.absence.externals import Elsewhere
from services.access import grants
from services.clock import ZONE
from services.exports import attendance as exported
from services.roll import attendance, paper, roll_entries, visits, within
from services.roll.roll_entries import Entry
from services.roll.visits import Visit
from services.study import agenda, series, sessions
from tests.builders import (
    BEFORE,
    START,
    District,
    confirmed,
    district,
    entries,
    member,
    minutes,
    organization,
    place_of,
    plan,
    published,
    refused,
    sound,
)

pytestmark = pytest.mark.usefixtures("db")

AFTER = START + timedelta(days=1)
PRESENT = AttendanceStatus.PRESENT
LECTURE = Elsewhere(ExternalKind.OTHER, "区委党校", "专题讲座", START.date(), Decimal("2"))


@pytest.fixture
def field() -> District:
    return district()


def at_once(act: Callable[[], Any]) -> list[Any]:
    """Do something twice at the same time and return what came of it."""
    ready, made = threading.Barrier(2), []

    def run() -> None:
        database.connect(reuse_if_open=True)
        ready.wait()
        try:
            made.append(act())
        finally:
            database.close()

    both = [threading.Thread(target=run) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join(30)
    return made


# ---- the same form once more


@pytest.mark.usefixtures("commits")
def test_a_stated_figure_sent_twice_at_once_counts_once(field: District) -> None:
    at_once(lambda: externals.state(field.leader, "M1", LECTURE, AFTER))
    assert ExternalStudy.select().count() == 1
    assert entries(field.zhang) == [(2026, "EXTERNAL", 200)]
    sound()


def test_a_visit_sent_again_after_it_was_confirmed_is_still_one(field: District) -> None:
    visit = Visit("ZB1", ("M4", "M1"), START, 60, (Area.THEORY,), ("S1",))
    made = visits.record(field.leader, visit, minutes(120))
    attendance.confirm(field.leader, made.key, minutes(130))
    assert visits.record(field.leader, visit, minutes(140)).key == made.key
    assert StudySession.select().count() == 1


def test_a_plan_sent_again_after_it_was_held_finds_what_was_held(field: District) -> None:
    made = sessions.publish_new(field.leader, plan(field.branch), START - timedelta(days=1))
    attendance.confirm(field.leader, made.key, minutes(100))
    again = series.standing(field.leader, plan(field.branch))
    assert again is not None
    assert again.key == made.key


def test_a_nonce_that_was_refused_is_not_taken_with_other_contents(field: District) -> None:
    key = published(field.branch)
    first = Entry("a" * 16, "M1", PRESENT, None, minutes(-60))
    assert roll_entries.take(field.leader, key, [first], minutes(-60))[0].outcome is RollOutcome.REFUSED
    other = replace(first, number="M2", at=minutes(1))
    assert roll_entries.take(field.leader, key, [other], minutes(2))[0].outcome is RollOutcome.REFUSED
    same = roll_entries.take(field.leader, key, [first], minutes(2))
    assert same[0].outcome is RollOutcome.TAKEN
    assert [(row.member_id, row.status) for row in RollEntry.select()] == [(field.zhang.id, PRESENT)]


@pytest.mark.usefixtures("commits")
def test_a_session_planned_twice_at_once_is_made_once(field: District) -> None:
    made = at_once(lambda: series.repeat(field.leader, plan(field.branch), [START.date()], BEFORE)[0].key)
    assert len(made) == 2
    assert len(set(made)) == StudySession.select().count() == 1


def test_a_leave_that_waits_is_agreed_to_when_its_approver_writes_down_the_same(field: District) -> None:
    key = published(field.branch)
    asked = leaves.file(field.zhang, key, "DUTY", None, BEFORE)
    again = leaves.file(field.zhang, key, "DUTY", None, BEFORE, actor=field.leader)
    assert (again.key, again.state) == (asked.key, LeaveState.APPROVED)
    assert place_of(key, field.zhang).status is AttendanceStatus.LEAVE


@pytest.mark.parametrize("odd", ["\x00", "\u200b", "学" * 61])
def test_a_title_that_no_database_takes_is_refused_before_it_is_looked_for(field: District, odd: str) -> None:
    with refused("text"):
        series.standing(field.leader, plan(field.branch, title=odd))


def test_a_title_with_what_nobody_sees_is_looked_for_as_it_is_stored(field: District) -> None:
    odd = plan(field.branch, title="学习\x00党章\u200b")
    made = sessions.publish_new(field.leader, odd, BEFORE)
    found = series.standing(field.leader, odd)
    assert found is not None
    assert (found.key, found.title) == (made.key, "学习党章")


def test_a_day_at_the_end_of_all_calendars_is_refused_like_any_other(field: District) -> None:
    assert [each.day for each in series.days_ahead(date.max, 3, START)] == [date.max]
    with refused("start"):
        sessions.check(
            field.leader, plan(field.branch, starts_at=datetime(9999, 12, 31, 10, tzinfo=ZONE)), START
        )


# ---- a member who has moved since


def moved(who: Member, field: District) -> None:
    Member.update(branch=field.neighbour, group=None).where(Member.id == who.id).execute()


def test_who_moved_before_the_confirmation_is_still_called_by_the_branch_that_held_it(
    field: District,
) -> None:
    key = published(field.branch)
    moved(field.zhang, field)
    moved(field.li, field)
    moved(field.wang, field)
    assert "M1" in {place.number for place in within.roll(field.leader, key, minutes(5))}
    kept = Entry("a" * 16, "M1", PRESENT, None, minutes(1))
    assert roll_entries.take(field.leader, key, [kept], minutes(5))[0].outcome is RollOutcome.TAKEN
    attendance.call_roll(field.leader, key, PRESENT, ["M2"], minutes(5))
    paper.enter(field.leader, key, ["M3"], ["M3"], minutes(6))
    attendance.confirm(field.leader, key, AFTER)
    assert [sum(hours for _, _, hours in entries(who)) for who in (field.zhang, field.li, field.wang)] == [
        150
    ] * 3
    sound()


def test_a_moved_members_place_is_no_door_to_the_new_branch(field: District) -> None:
    key, other = published(field.branch), published(field.neighbour, title="对方支部的学习")
    moved(field.zhang, field)
    with refused("not_found"):
        attendance.call_roll(field.leader, key, PRESENT, ["N1"], minutes(5))
    with refused("not_found"):
        attendance.call_roll(field.leader, other, PRESENT, ["M1"], minutes(5))
    # The head of the group called the own people; who has left the group is none of them.
    with refused("not_found"):
        attendance.call_roll(field.headman, key, PRESENT, ["M1"], minutes(5))


def test_the_rolls_that_leave_the_house_keep_who_has_moved_since(field: District) -> None:
    key = confirmed(field.branch, ["M1", "M2"])
    moved(field.zhang, field)
    for table in (
        exported.of_session(field.leader, key, AFTER),
        exported.of_month(field.leader, "ZB1", 2026, 11, AFTER),
    ):
        assert [place.number for place in table.places if place.status is PRESENT] == ["M2", "M1"]
    assert exported.of_month(field.outsider, "ZB2", 2026, 11, AFTER).places == ()


# ---- lists grown long


def test_an_officer_of_many_branches_still_sees_the_own_next_session(field: District) -> None:
    for at in range(agenda.PAGE + 5):
        StudySession.insert(
            key=f"k{at:09}", organization=field.branch, kind="THEME_DAY", title="从前的", areas="RULES",
            starts_at=START - timedelta(days=20, minutes=at), ends_at=START - timedelta(days=20),
            due_scope="ALL", credit=100, credit_kind="COLLECTIVE", organiser_level="BRANCH",
            state=SessionState.CONFIRMED, created_at=START - timedelta(days=30),
        ).execute()  # fmt: skip
    own = published(field.committee, starts_at=START + timedelta(days=10), title="党委的培训")
    near = published(field.neighbour, starts_at=START + timedelta(hours=3))
    shown = agenda.led(grants(field.officer.id, START.date()), START)
    assert len(shown) <= agenda.PAGE
    assert {own, near} <= {row.session.key for row in shown}
    assert [row.session.starts_at for row in shown] == sorted(row.session.starts_at for row in shown)


def test_the_groups_of_a_form_stand_by_name_whatever_their_numbers_are(field: District) -> None:
    for at in range(12):
        organization(f"G{at:02}", OrgKind.GROUP, field.branch)
    offered = [row.code for row in agenda.organizations(grants(field.secretary.id, START.date()))]
    assert offered == ["ZB1", *(f"G{at:02}" for at in range(12)), "ZB1X1", "ZB1X2"]


def test_what_many_still_owe_comes_page_by_page_and_nobody_is_left_out(field: District) -> None:
    for at in range(30):
        member(f"X{at:02}", field.branch)
    for day in range(4):
        confirmed(field.branch, [], starts_at=START - timedelta(days=4 - day))
    first = make_up_lists.owed(field.leader, AFTER)
    second = make_up_lists.owed(field.leader, AFTER, 2)
    assert (len(first.rows), first.page, first.pages, first.all) == (100, 1, 2, first.all)
    assert len(second.rows) == first.all - 100 > 0
    assert not {row.key for row in first.rows} & {row.key for row in second.rows}
    names = [row.name for row in (*first.rows, *second.rows)]
    assert len(set(names)) == 34
    assert make_up_lists.owed(field.leader, AFTER, 999).page == 2
