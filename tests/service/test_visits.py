"""送学上门 in one action, the signed sheet in one press, and what confirming would write (R08, F04)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from models import Attendance, AuditLog, StudySession
from models.terms import Area, AttendanceSource, AttendanceStatus, DueScope, SessionKind
from services.actor import OPERATOR
from services.roll import attendance, forecast, paper, visits
from services.roll.visits import Visit
from services.study import sessions
from tests.builders import (
    START,
    District,
    district,
    entries,
    minutes,
    named,
    place_of,
    places,
    published,
    refused,
    sound,
)

pytestmark = pytest.mark.usefixtures("db")

PRESENT, LEAVE, EXPECTED = AttendanceStatus.PRESENT, AttendanceStatus.LEAVE, AttendanceStatus.EXPECTED
VISIT = Visit("ZB1", ("M4", "M1"), START, 60, (Area.THEORY,), ("S1", "H1"))
#: Two hours later the visitors are back.
BACK = START + timedelta(hours=2)


@pytest.fixture
def field() -> District:
    return named(district())


# ---- a visit


def test_one_action_marks_those_visited_and_waits_to_be_confirmed(field: District) -> None:
    made = visits.record(field.leader, VISIT, BACK)
    session = sessions.find(made.key)
    assert (session.kind, session.due_scope, session.title) == (
        SessionKind.HOME_VISIT,
        DueScope.LIST,
        "送学上门",
    )
    assert (session.credit, session.chair, session.recorder) == (100, field.secretary, field.head)
    assert places(made.key) == {"M4": PRESENT, "M1": PRESENT}
    row = place_of(made.key, field.old)
    assert (row.source, row.at, row.by, row.due) == (AttendanceSource.VISIT, START, field.secretary, False)
    assert entries(field.old) == []
    attendance.confirm(field.leader, made.key, BACK)
    assert entries(field.old) == [(2026, "ATTENDANCE", 100)]
    sound()


def test_the_same_visit_written_down_twice_is_one(field: District) -> None:
    first = visits.record(field.leader, VISIT, BACK)
    assert visits.record(field.leader, VISIT, BACK).key == first.key
    other = visits.record(field.leader, replace(VISIT, members=("M2",)), BACK)
    assert other.key != first.key
    assert StudySession.select().count() == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"members": ()}, "member"),
        ({"members": ("N1",)}, "not_found"),
        ({"members": ("M1", "M404")}, "not_found"),
        ({"visitors": ("N1",)}, "not_found"),
        ({"visitors": ("S1", "H1", "M2")}, "visitor"),
        ({"starts_at": BACK + timedelta(minutes=1)}, "start"),
        ({"minutes": 5}, "minutes"),
        ({"areas": ()}, "areas"),
        ({"organization": "ZB2"}, "not_found"),
        ({"organization": "ZB1\x00"}, "not_found"),
    ],
)
def test_a_visit_that_cannot_be_is_refused_and_nothing_is_written(
    field: District, change: dict[str, object], code: str
) -> None:
    with refused(code):
        visits.record(field.leader, replace(VISIT, **change), BACK)  # type: ignore[arg-type]
    assert (StudySession.select().count(), Attendance.select().count(), AuditLog.select().count()) == (
        0,
        0,
        0,
    )


def test_a_group_head_writes_down_a_visit_to_the_own_group(field: District) -> None:
    mine = replace(VISIT, organization="ZB1X1", members=("M1",), visitors=("H1",))
    assert places(visits.record(field.headman, mine, BACK).key) == {"M1": PRESENT}
    with refused("not_found"):
        visits.record(field.headman, replace(mine, members=("M3",)), BACK)
    with refused("forbidden"):
        visits.record(field.headman, VISIT, BACK)


def test_who_may_be_visited_stands_by_group_and_name(field: District) -> None:
    found = visits.candidates(field.leader, field.branch, BACK)
    assert [each.number for each in found if each.group == "党组织ZB1X1"] == sorted(
        ("H1", "M1", "M2"), key=lambda number: {"H1": "员组长", "M1": "员甲", "M2": "员乙"}[number]
    )
    assert len(found) == 6
    with refused("not_found"):
        visits.candidates(field.outsider, field.branch, BACK)


# ---- the sheet


def test_one_press_takes_the_sheet_over(field: District) -> None:
    key = published(field.branch)
    attendance.call_roll(field.leader, key, PRESENT, ["S1"], START)
    attendance.call_roll(field.leader, key, LEAVE, ["M3"], START)
    listed = ["H1", "M1", "M2", "M3", "M4"]
    paper.enter(field.leader, key, listed, ["H1", "M1", "M4"], minutes(20))
    assert places(key) == {
        "S1": PRESENT, "H1": PRESENT, "M1": PRESENT, "M4": PRESENT, "M2": EXPECTED, "M3": LEAVE,
    }  # fmt: skip
    assert place_of(key, field.zhang).source is AttendanceSource.PAPER
    assert place_of(key, field.secretary).source is AttendanceSource.ROLL_CALL


def test_a_sheet_entered_again_takes_back_what_it_alone_had_said(field: District) -> None:
    key = published(field.branch)
    attendance.call_roll(field.leader, key, PRESENT, ["M2"], START)
    paper.enter(field.leader, key, ["M1", "M2", "M4"], ["M1", "M2", "M4"], START)
    paper.enter(field.leader, key, ["M1", "M2", "M4"], [], START)
    found = places(key)
    assert (found["M1"], found["M2"], found["M4"]) == (EXPECTED, PRESENT, AttendanceStatus.EXEMPT)


def test_who_is_ticked_but_not_listed_is_left_alone(field: District) -> None:
    key = published(field.branch)
    paper.enter(field.leader, key, ["M1"], ["M1", "M2"], START)
    assert places(key)["M2"] is EXPECTED


def test_a_sheet_is_entered_by_who_reaches_its_names(field: District) -> None:
    key = published(field.branch)
    for listed in (["M1"], []):
        with refused("not_found"):
            paper.enter(field.outsider, key, listed, listed, START)
    with refused("not_found"):
        paper.enter(field.headman, key, ["M1", "M3"], ["M1", "M3"], START)
    assert set(places(key).values()) == {EXPECTED, AttendanceStatus.EXEMPT}
    paper.enter(field.headman, key, ["M1"], ["M1"], START)
    assert places(key)["M1"] is PRESENT


# ---- before it is confirmed


def test_the_summary_says_what_confirming_then_writes(field: District) -> None:
    key = published(field.branch, credit=Decimal("2.5"))
    attendance.call_roll(field.leader, key, PRESENT, ["M1"], START)
    attendance.call_roll(field.leader, key, AttendanceStatus.LATE, ["M2"], START)
    attendance.call_roll(field.leader, key, AttendanceStatus.PARTIAL, ["M3"], START)
    attendance.call_roll(field.leader, key, LEAVE, ["H1"], START)
    found = forecast.of_session(field.leader, key, BACK)
    assert [(part.status.value, part.names, part.hours) for part in found.parts] == [
        ("PRESENT", ("员甲",), 250),
        ("LATE", ("员乙",), 250),
        ("PARTIAL", ("员丙",), 100),
        ("LEAVE", ("员组长",), 0),
        ("ABSENT", ("员书记",), 0),
    ]
    assert (found.came, found.credited, found.hours) == (3, 3, 600)
    attendance.confirm(field.leader, key, BACK)
    written = [entry for who in (field.zhang, field.li, field.wang) for entry in entries(who)]
    assert sum(hours for _, _, hours in written) == found.hours


def test_only_who_runs_a_session_sees_its_summary(field: District) -> None:
    key = published(field.branch)
    with refused("not_found"):
        forecast.of_session(field.outsider, key, START)
    with refused("forbidden"):
        forecast.of_session(field.headman, key, START)
    assert forecast.of_session(OPERATOR, key, START).hours == 0
